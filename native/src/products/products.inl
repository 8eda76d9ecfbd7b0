// The matrix products, in terms of one instruction set's vectors: included inside the namespace of
// each, so that no two sets share a function.
//
// All three are C = A B with B and C read along their rows: one multiplication and addition after
// the other in the order of k, for every element of C by itself. That is why the width of a vector
// does not show in the result.

/// What happens with a sum at its end: C = sum, C = sum + bias, or C += sum.
enum class End { set, bias, add };

/// HEIGHT rows and VECTORS vectors of C, all in registers; A[r, k] lies at A[r * row + k * step].
/// The mask cuts the last vector where PART.
template <class T, int HEIGHT, int VECTORS, bool PART>
inline __attribute__((always_inline)) void tile(const T* A, std::size_t row, std::size_t step,
                                                const T* B, std::size_t ldb, T* C, std::size_t ldc,
                                                std::size_t depth, const T* bias, End end,
                                                Mask<T> mask) {
    constexpr int L = Lanes<T>::count;
    Vector<T> sum[HEIGHT][VECTORS];
#pragma GCC unroll 8
    for (int r = 0; r < HEIGHT; ++r) {
#pragma GCC unroll 8
        for (int v = 0; v < VECTORS; ++v) {
            sum[r][v] = Vector<T>{};
        }
    }
    for (std::size_t k = 0; k < depth; ++k, B += ldb, A += step) {
        Vector<T> b[VECTORS];
#pragma GCC unroll 8
        for (int v = 0; v < VECTORS; ++v) {
            b[v] = PART && v == VECTORS - 1 ? load(B + v * L, mask) : load(B + v * L);
        }
#pragma GCC unroll 8
        for (int r = 0; r < HEIGHT; ++r) {
            const Vector<T> a = broadcast(A[r * row]);
#pragma GCC unroll 8
            for (int v = 0; v < VECTORS; ++v) {
                sum[r][v] = multiply_add<T>(a, b[v], sum[r][v]);
            }
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < HEIGHT; ++r) {
#pragma GCC unroll 8
        for (int v = 0; v < VECTORS; ++v) {
            T* c = C + r * ldc + v * L;
            const bool part = PART && v == VECTORS - 1;
            if (end == End::bias) {
                sum[r][v] += part ? load(bias + v * L, mask) : load(bias + v * L);
            } else if (end == End::add) {
                sum[r][v] += part ? load(c, mask) : load(c);
            }
            if (part) {
                store(c, sum[r][v], mask);
            } else {
                store(c, sum[r][v]);
            }
        }
    }
}

/// A panel of VECTORS vectors, all rows of C: blocks of tile_height rows, then what is left.
template <class T, int VECTORS, bool PART>
void panel(const T* A, std::size_t row, std::size_t step, const T* B, std::size_t ldb, T* C,
           std::size_t ldc, std::size_t rows, std::size_t depth, const T* bias, End end,
           Mask<T> mask) {
    constexpr int H = tile_height;
    std::size_t r = 0;
    for (; r + H <= rows; r += H) {
        tile<T, H, VECTORS, PART>(A + r * row, row, step, B, ldb, C + r * ldc, ldc, depth, bias,
                                  end, mask);
    }
    A += r * row;
    C += r * ldc;
    switch (rows - r) {
        case 1:
            tile<T, 1, VECTORS, PART>(A, row, step, B, ldb, C, ldc, depth, bias, end, mask);
            break;
        case 2:
            tile<T, 2, VECTORS, PART>(A, row, step, B, ldb, C, ldc, depth, bias, end, mask);
            break;
        case 3:
            tile<T, 3, VECTORS, PART>(A, row, step, B, ldb, C, ldc, depth, bias, end, mask);
            break;
        case 4:
            tile<T, 4, VECTORS, PART>(A, row, step, B, ldb, C, ldc, depth, bias, end, mask);
            break;
        case 5:
            tile<T, 5, VECTORS, PART>(A, row, step, B, ldb, C, ldc, depth, bias, end, mask);
            break;
        default:
            break;
    }
}

/// The panel at the right edge: `vectors` of them, the last one cut to `lanes`.
template <class T, int VECTORS>
void last_panel(int vectors, int lanes, const T* A, std::size_t row, std::size_t step, const T* B,
                std::size_t ldb, T* C, std::size_t ldc, std::size_t rows, std::size_t depth,
                const T* bias, End end) {
    if constexpr (VECTORS > 1) {
        if (vectors < VECTORS) {
            last_panel<T, VECTORS - 1>(vectors, lanes, A, row, step, B, ldb, C, ldc, rows, depth,
                                       bias, end);
            return;
        }
    }
    if (lanes == Lanes<T>::count) {
        panel<T, VECTORS, false>(A, row, step, B, ldb, C, ldc, rows, depth, bias, end,
                                 Mask<T>(lanes));
    } else {
        panel<T, VECTORS, true>(A, row, step, B, ldb, C, ldc, rows, depth, bias, end,
                                Mask<T>(lanes));
    }
}

/// C (rows, columns) = A B, panel by panel.
template <class T>
void multiply(const T* A, std::size_t row, std::size_t step, const T* B, T* C, std::size_t rows,
              std::size_t depth, std::size_t columns, const T* bias, End end) {
    constexpr std::size_t L = Lanes<T>::count, W = tile_vectors * L;
    std::size_t j = 0;
    for (; j + W <= columns; j += W) {
        panel<T, tile_vectors, false>(A, row, step, B + j, columns, C + j, columns, rows, depth,
                                      end == End::bias ? bias + j : bias, end, Mask<T>(int(L)));
    }
    if (const std::size_t left = columns - j; left > 0) {
        const int vectors = int((left + L - 1) / L);
        const int lanes = int(left - (vectors - 1) * L);
        last_panel<T, tile_vectors>(vectors, lanes, A, row, step, B + j, columns, C + j, columns,
                                    rows, depth, end == End::bias ? bias + j : bias, end);
    }
}

template <class T>
void forward(const T* X, const T* W, const T* b, T* z, std::size_t rows, std::size_t n_in,
             std::size_t n_out) {
    multiply(X, n_in, 1, W, z, rows, n_in, n_out, b, b == nullptr ? End::set : End::bias);
}

template <class T>
void input_gradient(const T* delta, const T* Wt, T* grad_X, std::size_t rows, std::size_t n_in,
                    std::size_t n_out) {
    multiply(delta, n_out, 1, Wt, grad_X, rows, n_out, n_in, static_cast<const T*>(nullptr),
             End::set);
}

template <class T>
void input_gradient_few(const T* delta, const T* W, T* grad_X, std::size_t rows, std::size_t n_in,
                        std::size_t n_out) {
    for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t i = 0; i < n_in; ++i) {
            const T* w = W + i * n_out;
            T sum = 0;
            for (std::size_t j = 0; j < n_out; ++j) {
                sum = multiply_add_one(delta[r * n_out + j], w[j], sum);
            }
            grad_X[r * n_in + i] = sum;
        }
    }
}

template <class T>
void weight_gradient(const T* X, const T* delta, T* grad_W, std::size_t rows, std::size_t n_in,
                     std::size_t n_out, bool add) {
    multiply(X, 1, n_in, delta, grad_W, n_in, rows, n_out, static_cast<const T*>(nullptr),
             add ? End::add : End::set);
}

template <class T>
constexpr Products<T> table = {forward<T>, input_gradient<T>, input_gradient_few<T>,
                               weight_gradient<T>};
