// The matrix products, in terms of one instruction set's vectors: included inside the namespace of
// each, so that no two sets share a function.
//
// All three are C = A B with B and C read along their rows: one multiplication and addition after
// the other in the order of k, for every element of C by itself. That is why neither the width of a
// vector nor a cut through k, which only puts a sum down and takes it up again, shows in the result.

/// Where a sum starts (at 0, at C) and what happens with it at its end: C = sum, C = sum + bias, or
/// C += sum.
enum class Start { zero, there };
enum class End { set, bias, add };

/// The part of a product that a panel of B takes part in; A[r, k] lies at A[r * row + k * step].
template <class T>
struct Task {
    const T* A;
    std::size_t row, step;
    const T* B;
    std::size_t ldb;
    T* C;
    std::size_t ldc;
    std::size_t rows, depth;
    const T* bias;
    Start start;
    End end;
};

/// HEIGHT rows and VECTORS vectors of C, all in registers. The mask cuts the last
/// vector where PART.
template <class T, int HEIGHT, int VECTORS, bool PART, Start START>
inline __attribute__((always_inline)) void tile(const T* A, std::size_t row, std::size_t step,
                                                const T* B, std::size_t ldb, T* C, std::size_t ldc,
                                                std::size_t depth, const T* bias, End end,
                                                Mask<T> mask) {
    constexpr int L = Lanes<T>::count;
    Vector<T> sum[HEIGHT][VECTORS];
#pragma GCC unroll 16
    for (int r = 0; r < HEIGHT; ++r) {
#pragma GCC unroll 16
        for (int v = 0; v < VECTORS; ++v) {
            if constexpr (START == Start::zero) {
                sum[r][v] = Vector<T>{};
            } else {
                const T* c = C + r * ldc + v * L;
                sum[r][v] = PART && v == VECTORS - 1 ? load(c, mask) : load(c);
            }
        }
    }
    for (std::size_t k = 0; k < depth; ++k, B += ldb, A += step) {
        Vector<T> b[VECTORS];
#pragma GCC unroll 16
        for (int v = 0; v < VECTORS; ++v) {
            b[v] = PART && v == VECTORS - 1 ? load(B + v * L, mask) : load(B + v * L);
        }
#pragma GCC unroll 16
        for (int r = 0; r < HEIGHT; ++r) {
            const Vector<T> a = broadcast(A[r * row]);
#pragma GCC unroll 16
            for (int v = 0; v < VECTORS; ++v) {
                sum[r][v] = multiply_add<T>(a, b[v], sum[r][v]);
            }
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < HEIGHT; ++r) {
#pragma GCC unroll 16
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

/// A panel of VECTORS vectors, all rows of C: blocks as high as the registers allow, then what is
/// left by fours, twos and ones.
template <class T, int VECTORS, bool PART, Start START>
void panel(const Task<T>& task, Mask<T> mask) {
    constexpr int H = tile_height(VECTORS);
    const std::size_t row = task.row, step = task.step, ldb = task.ldb, ldc = task.ldc;
    const std::size_t rows = task.rows, depth = task.depth;
    const T *A = task.A, *B = task.B, *bias = task.bias;
    const End end = task.end;
    T* C = task.C;
    std::size_t r = 0;
    for (; r + H <= rows; r += H, A += H * row, C += H * ldc) {
        tile<T, H, VECTORS, PART, START>(A, row, step, B, ldb, C, ldc, depth, bias, end, mask);
    }
    for (; r + 4 <= rows; r += 4, A += 4 * row, C += 4 * ldc) {
        tile<T, 4, VECTORS, PART, START>(A, row, step, B, ldb, C, ldc, depth, bias, end, mask);
    }
    for (; r + 2 <= rows; r += 2, A += 2 * row, C += 2 * ldc) {
        tile<T, 2, VECTORS, PART, START>(A, row, step, B, ldb, C, ldc, depth, bias, end, mask);
    }
    if (r < rows) {
        tile<T, 1, VECTORS, PART, START>(A, row, step, B, ldb, C, ldc, depth, bias, end, mask);
    }
}

/// A panel of so many columns, at most those of tile_vectors.
template <class T, int VECTORS = tile_vectors>
void panel_of(const Task<T>& task, std::size_t columns) {
    constexpr std::size_t L = Lanes<T>::count;
    if constexpr (VECTORS > 1) {
        if (columns <= (VECTORS - 1) * L) {
            panel_of<T, VECTORS - 1>(task, columns);
            return;
        }
    }
    if (columns == VECTORS * L) {
        if (task.start == Start::zero) {
            panel<T, VECTORS, false, Start::zero>(task, Mask<T>(int(L)));
        } else {
            panel<T, VECTORS, false, Start::there>(task, Mask<T>(int(L)));
        }
    } else if (const Mask<T> mask(int(columns - (VECTORS - 1) * L)); task.start == Start::zero) {
        panel<T, VECTORS, true, Start::zero>(task, mask);
    } else {
        panel<T, VECTORS, true, Start::there>(task, mask);
    }
}

/// B (depth, width) with its rows one after the other.
template <class T>
void pack(const T* B, std::size_t ldb, T* room, std::size_t depth, std::size_t width) {
    for (std::size_t k = 0; k < depth; ++k, B += ldb, room += width) {
        for_each<T>(width, [=](std::size_t j, auto lanes) __attribute__((always_inline)) {
            store(room + j, load(B + j, lanes), lanes);
        });
    }
}

/// Rows that lie a multiple of 4 KB apart fall on few of the first cache's sets and push each other
/// out; a matrix above 2 MB takes more pages than the processor remembers. Others are best left
/// where they are: their rows come fast enough from the second cache.
template <class T>
bool scattered(std::size_t rows, std::size_t ld) {
    return rows >= 16 && (ld * sizeof(T) % 4096 == 0 || rows * ld * sizeof(T) > 2097152);
}

/// The columns of C fall to panels of about the same number of vectors: a narrow last one would
/// leave its sums too few to hide the latency of an addition.
template <class T>
struct Panels {
    std::size_t columns, vectors, n;

    explicit Panels(std::size_t c)
        : columns(c),
          vectors((c + Lanes<T>::count - 1) / Lanes<T>::count),
          n((vectors + tile_vectors - 1) / tile_vectors) {}

    std::size_t start(std::size_t p) const {
        const std::size_t first = vectors * p / n * Lanes<T>::count;
        return first < columns ? first : columns;
    }
};

/// C = A B with blocks of B that fit the first cache, copied so that their rows are neighbours.
template <class T>
__attribute__((noinline)) void multiply_packed(Task<T> task, const Panels<T>& panels) {
    constexpr std::size_t block = 32768 / sizeof(T);
    constexpr std::size_t at_once = block / (tile_vectors * Lanes<T>::count);
    alignas(64) T room[block];
    const Task<T> whole = task;
    for (std::size_t k = 0; k < whole.depth; k += at_once) {
        task.depth = whole.depth - k < at_once ? whole.depth - k : at_once;
        task.start = k == 0 ? Start::zero : Start::there;
        task.end = k + task.depth == whole.depth ? whole.end : End::set;
        task.A = whole.A + k * whole.step;
        for (std::size_t p = 0; p < panels.n; ++p) {
            const std::size_t first = panels.start(p), width = panels.start(p + 1) - first;
            pack(whole.B + k * whole.ldb + first, whole.ldb, room, task.depth, width);
            task.B = room;
            task.ldb = width;
            task.C = whole.C + first;
            task.bias = whole.bias + (whole.end == End::bias ? first : 0);
            panel_of(task, width);
        }
    }
}

/// C (rows, columns) = A B, panel by panel.
template <class T>
void multiply(const Task<T>& whole, std::size_t columns) {
    if (columns <= tile_vectors * Lanes<T>::count) {
        panel_of(whole, columns);
        return;
    }
    const Panels<T> panels(columns);
    if (whole.rows >= 16 && scattered<T>(whole.depth, whole.ldb)) {
        multiply_packed(whole, panels);
        return;
    }
    Task<T> task = whole;
    std::size_t first = 0;
    for (std::size_t p = 0; p < panels.n; ++p) {
        const std::size_t next = panels.start(p + 1);
        task.B = whole.B + first;
        task.C = whole.C + first;
        task.bias = whole.bias + (whole.end == End::bias ? first : 0);
        panel_of(task, next - first);
        first = next;
    }
}

/// So many outputs are few: for them, vectors go along the rows.
template <class T>
constexpr std::size_t few_outputs = Lanes<T>::count / 4;

/// z = X W + b for N outputs: a square of X is turned, so that the lanes are rows.
template <class T, std::size_t N>
std::size_t forward_few(const T* X, const T* W, const T* b, T* z, std::size_t rows,
                        std::size_t n_in) {
    constexpr std::size_t L = Lanes<T>::count;
    alignas(64) T square[L * L], turned[N][L];
    std::size_t r = 0;
    for (; r + L <= rows; r += L) {
        Vector<T> sum[N] = {};
        std::size_t k = 0;
        for (; k + L <= n_in; k += L) {
            transpose_square(X + r * n_in + k, n_in, square, L);
#pragma GCC unroll 16
            for (std::size_t i = 0; i < L; ++i) {
#pragma GCC unroll 4
                for (std::size_t j = 0; j < N; ++j) {
                    sum[j] = multiply_add<T>(load(square + i * L), broadcast(W[(k + i) * N + j]),
                                             sum[j]);
                }
            }
        }
        for (; k < n_in; ++k) {
            for (std::size_t i = 0; i < L; ++i) {
                square[i] = X[(r + i) * n_in + k];
            }
            for (std::size_t j = 0; j < N; ++j) {
                sum[j] = multiply_add<T>(load(square), broadcast(W[k * N + j]), sum[j]);
            }
        }
        for (std::size_t j = 0; j < N; ++j) {
            store(turned[j], b == nullptr ? sum[j] : Vector<T>(sum[j] + broadcast(b[j])));
        }
        for (std::size_t i = 0; i < L; ++i) {
            for (std::size_t j = 0; j < N; ++j) {
                z[(r + i) * N + j] = turned[j][i];
            }
        }
    }
    return r;
}

template <class T>
void forward(const T* X, const T* W, const T* b, T* z, std::size_t rows, std::size_t n_in,
             std::size_t n_out) {
    if (n_out <= few_outputs<T>) {
        std::size_t done = 0;
        switch (n_out) {
            case 1:
                done = forward_few<T, 1>(X, W, b, z, rows, n_in);
                break;
            case 2:
                done = forward_few<T, 2>(X, W, b, z, rows, n_in);
                break;
            case 3:
                done = forward_few<T, 3>(X, W, b, z, rows, n_in);
                break;
            case 4:
                done = forward_few<T, 4>(X, W, b, z, rows, n_in);
                break;
            default:
                break;
        }
        X += done * n_in;
        z += done * n_out;
        rows -= done;
    }
    multiply<T>({X, n_in, 1, W, n_out, z, n_out, rows, n_in, b, Start::zero,
                 b == nullptr ? End::set : End::bias},
                n_out);
}

/// With one output and many inputs, row by row: there is nothing to sum, and grad_X is written in
/// its order.
template <class T>
void input_gradient(const T* delta, const T* Wt, T* grad_X, std::size_t rows, std::size_t n_in,
                    std::size_t n_out) {
    if (n_out == 1 && n_in > 2 * tile_vectors * Lanes<T>::count) {
        for (std::size_t r = 0; r < rows; ++r) {
            const Vector<T> d = broadcast(delta[r]);
            T* g = grad_X + r * n_in;
            for_each<T>(n_in, [=](std::size_t i, auto lanes) __attribute__((always_inline)) {
                store(g + i, multiply_add<T>(d, load(Wt + i, lanes), Vector<T>{}), lanes);
            });
        }
        return;
    }
    multiply<T>({delta, n_out, 1, Wt, n_in, grad_X, n_in, rows, n_out, nullptr, Start::zero,
                 End::set},
                n_in);
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

/// dL/dW^T = delta^T X for few outputs: vectors go along the inputs.
template <class T>
void weight_gradient_few(const T* X, const T* delta, T* grad_W, std::size_t rows, std::size_t n_in,
                         std::size_t n_out, bool add) {
    constexpr std::size_t W = tile_vectors * Lanes<T>::count;
    alignas(64) T room[few_outputs<T> * W];
    for (std::size_t i = 0; i < n_in; i += W) {
        const std::size_t width = n_in - i < W ? n_in - i : W;
        panel_of<T>({delta, 1, n_out, X + i, n_in, room, W, n_out, rows, nullptr, Start::zero,
                     End::set},
                    width);
        for (std::size_t j = 0; j < n_out; ++j) {
            T* g = grad_W + i * n_out + j;
            for (std::size_t c = 0; c < width; ++c) {
                g[c * n_out] = add ? room[j * W + c] + g[c * n_out] : room[j * W + c];
            }
        }
    }
}

/// dL/dW = X^T delta with blocks of X's columns copied so that they stay in the first cache.
template <class T>
__attribute__((noinline)) void weight_gradient_packed(const T* X, const T* delta, T* grad_W,
                                                      std::size_t rows, std::size_t n_in,
                                                      std::size_t n_out, End end) {
    constexpr std::size_t width = 384 / sizeof(T);
    alignas(64) T room[tile_rows * width];
    for (std::size_t i = 0; i < n_in; i += width) {
        const std::size_t n = n_in - i < width ? n_in - i : width;
        pack(X + i, n_in, room, rows, n);
        multiply<T>({room, 1, n, delta, n_out, grad_W + i * n_out, n_out, n, rows, nullptr,
                     Start::zero, end},
                    n_out);
    }
}

template <class T>
void weight_gradient(const T* X, const T* delta, T* grad_W, std::size_t rows, std::size_t n_in,
                     std::size_t n_out, bool add) {
    const End end = add ? End::add : End::set;
    if (n_out <= few_outputs<T>) {
        weight_gradient_few(X, delta, grad_W, rows, n_in, n_out, add);
    } else if (rows <= tile_rows && n_out > tile_vectors * Lanes<T>::count &&
               scattered<T>(rows, n_in)) {
        weight_gradient_packed(X, delta, grad_W, rows, n_in, n_out, end);
    } else {
        multiply<T>({X, 1, n_in, delta, n_out, grad_W, n_out, n_in, rows, nullptr, Start::zero, end},
                    n_out);
    }
}

template <class T>
constexpr Products<T> table = {forward<T>, input_gradient<T>, input_gradient_few<T>,
                               weight_gradient<T>};
