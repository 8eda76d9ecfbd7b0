// The matrix products, in terms of one instruction set's register tiles: included inside the
// namespace of each, so that no two sets share a function.

/// Copies B (depth, width) so that its rows are contiguous.
template <class T>
void pack(const T* B, std::size_t ldb, T* packed, std::size_t depth, std::size_t width) {
    for (std::size_t k = 0; k < depth; ++k, B += ldb, packed += width) {
        for_each<T>(width, [=](std::size_t j, auto lanes) __attribute__((always_inline)) {
            store(packed + j, load(B + j, lanes), lanes);
        });
    }
}

/// Rows a multiple of 4 KB apart fall on few sets of L1 and evict each other; a matrix above 2 MB
/// spans more pages than the TLB holds. Any other is best left where it is, if L1 holds what is
/// read again and again.
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

/// The rows of a panel of B that take half of an L1 of 32 KB; at least as many as a gradient sums,
/// so that C is read at the end of one block only.
template <class T>
constexpr std::size_t at_once =
    std::max<std::size_t>(16384 / (tile_vectors * sizeof(Vector<T>)), chain_rows);

/// C = A B with blocks of B that fit L1, copied so that their rows are contiguous.
template <class T>
__attribute__((noinline)) void multiply_packed(Task<T> task, const Panels<T>& panels) {
    alignas(64) T packed[at_once<T> * tile_vectors * Lanes<T>::count];
    const Task<T> whole = task;
    for (std::size_t k = 0; k < whole.depth; k += at_once<T>) {
        task.depth = std::min(whole.depth - k, at_once<T>);
        task.start = k == 0 ? Start::zero : Start::there;
        task.epilogue = k + task.depth == whole.depth ? whole.epilogue : Epilogue::set;
        task.A = whole.A + k * whole.step;
        for (std::size_t p = 0; p < panels.n; ++p) {
            const std::size_t first = panels.start(p), width = panels.start(p + 1) - first;
            pack(whole.B + k * whole.ldb + first, whole.ldb, packed, task.depth, width);
            Task<T> panel = task.from(first);
            panel.B = packed;
            panel.ldb = width;
            panel_of(panel, width);
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
    if (whole.rows >= 16 && (whole.depth > at_once<T> || scattered<T>(whole.depth, whole.ldb))) {
        multiply_packed(whole, panels);
        return;
    }
    std::size_t first = 0;
    for (std::size_t p = 0; p < panels.n; ++p) {
        const std::size_t next = panels.start(p + 1);
        panel_of(whole.from(first), next - first);
        first = next;
    }
}

/// Up to this number of outputs, vectors go along the rows.
template <class T>
constexpr std::size_t few_outputs = Lanes<T>::count / 4;

/// z = X W + b for N outputs: a square of X is transposed, so that the lanes are rows.
template <class T, std::size_t N>
std::size_t forward_few(const T* X, const T* W, const T* b, T* z, std::size_t rows,
                        std::size_t n_in, Epilogue epilogue) {
    constexpr std::size_t L = Lanes<T>::count;
    alignas(64) T square[L * L], transposed[N][L];
    std::size_t r = 0;
    for (; r + L <= rows; r += L) {
        Vector<T> sum[N] = {};
        for_each<T>(n_in, [&](std::size_t k, auto lanes) __attribute__((always_inline)) {
            transpose_square(X + r * n_in + k, n_in, square, L, lanes);
            const std::size_t n = n_in - k < L ? n_in - k : L;
            for (std::size_t i = 0; i < n; ++i) {
#pragma GCC unroll 4
                for (std::size_t j = 0; j < N; ++j) {
                    sum[j] =
                        multiply_add(load(square + i * L), broadcast(W[(k + i) * N + j]), sum[j]);
                }
            }
        });
        with_epilogue(epilogue, [&]<Epilogue EPILOGUE>() __attribute__((always_inline)) {
            for (std::size_t j = 0; j < N; ++j) {
                const auto bias = [=] { return broadcast(b[j]); };
                store(transposed[j], apply_epilogue<T, EPILOGUE>(sum[j], bias, bias));
            }
        });
        for (std::size_t i = 0; i < L; ++i) {
            for (std::size_t j = 0; j < N; ++j) {
                z[(r + i) * N + j] = transposed[j][i];
            }
        }
    }
    return r;
}

template <class T>
void forward(const T* X, const T* W, const T* b, T* z, std::size_t rows, std::size_t n_in,
             std::size_t n_out, bool rectify) {
    const Epilogue epilogue = b == nullptr ? (rectify ? Epilogue::rectify : Epilogue::set)
                                           : (rectify ? Epilogue::bias_rectify : Epilogue::bias);
    if (n_out <= few_outputs<T>) {
        std::size_t done = 0;
        switch (n_out) {
            case 1:
                done = forward_few<T, 1>(X, W, b, z, rows, n_in, epilogue);
                break;
            case 2:
                done = forward_few<T, 2>(X, W, b, z, rows, n_in, epilogue);
                break;
            case 3:
                done = forward_few<T, 3>(X, W, b, z, rows, n_in, epilogue);
                break;
            case 4:
                done = forward_few<T, 4>(X, W, b, z, rows, n_in, epilogue);
                break;
            default:
                break;
        }
        X += done * n_in;
        z += done * n_out;
        rows -= done;
    }
    multiply<T>({X, n_in, 1, W, n_out, z, n_out, rows, n_in, b, Start::zero, epilogue}, n_out);
}

/// With one output and many inputs, row by row: there is nothing to sum, and grad_X is written in
/// its order.
template <class T>
void input_gradient(const T* delta, const T* Wt, std::size_t ldw, T* grad_X, std::size_t rows,
                    std::size_t n_in, std::size_t n_out, const T* rectified) {
    const Epilogue epilogue = rectified == nullptr ? Epilogue::set : Epilogue::slope;
    if (n_out == 1 && n_in > 2 * tile_vectors * Lanes<T>::count) {
        with_epilogue(epilogue, [&]<Epilogue EPILOGUE>() __attribute__((always_inline)) {
            for (std::size_t r = 0; r < rows; ++r) {
                const Vector<T> d = broadcast(delta[r]);
                T* g = grad_X + r * n_in;
                const T* a = EPILOGUE == Epilogue::slope ? rectified + r * n_in : nullptr;
                for_each<T>(n_in, [=](std::size_t i, auto lanes) __attribute__((always_inline)) {
                    const auto output = [=] { return load(a + i, lanes); };
                    const Vector<T> sum = multiply_add(d, load(Wt + i, lanes), Vector<T>{});
                    store(g + i, apply_epilogue<T, EPILOGUE>(sum, output, output), lanes);
                });
            }
        });
        return;
    }
    multiply<T>(
        {delta, n_out, 1, Wt, ldw, grad_X, n_in, rows, n_out, rectified, Start::zero, epilogue},
        n_in);
}

template <class T>
void input_gradient_few(const T* delta, const T* W, T* grad_X, std::size_t rows, std::size_t n_in,
                        std::size_t n_out, const T* rectified) {
    for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t i = 0; i < n_in; ++i) {
            const T* w = W + i * n_out;
            T sum = 0;
            for (std::size_t j = 0; j < n_out; ++j) {
                sum = multiply_add_one(delta[r * n_out + j], w[j], sum);
            }
            grad_X[r * n_in + i] =
                rectified == nullptr ? sum : sum * T(rectified[r * n_in + i] > 0 ? 1 : 0);
        }
    }
}

/// dL/dW^T = delta^T X for few outputs: vectors go along the inputs.
template <class T>
void weight_gradient_few(const T* X, std::size_t ldx, const T* delta, T* grad_W, std::size_t rows,
                         std::size_t n_in, std::size_t n_out, bool add) {
    constexpr std::size_t W = tile_vectors * Lanes<T>::count;
    alignas(64) T packed[few_outputs<T> * W];
    for (std::size_t i = 0; i < n_in; i += W) {
        const std::size_t width = n_in - i < W ? n_in - i : W;
        panel_of<T>({delta, 1, n_out, X + i, ldx, packed, W, n_out, rows, nullptr, Start::zero,
                     Epilogue::set},
                    width);
        for (std::size_t j = 0; j < n_out; ++j) {
            T* g = grad_W + i * n_out + j;
            for (std::size_t c = 0; c < width; ++c) {
                g[c * n_out] = add ? packed[j * W + c] + g[c * n_out] : packed[j * W + c];
            }
        }
    }
}

/// dL/dW = X^T delta with blocks of X's columns copied so that they stay in L1, beside a panel of
/// delta.
template <class T>
__attribute__((noinline)) void weight_gradient_packed(const T* X, std::size_t ldx, const T* delta,
                                                      T* grad_W, std::size_t rows, std::size_t n_in,
                                                      std::size_t n_out, Epilogue epilogue) {
    constexpr std::size_t block = 12288 / sizeof(T);
    static_assert(block >= 12 * chain_rows);
    alignas(64) T packed[block];
    const std::size_t width = block / rows / 12 * 12;  // full register tiles
    for (std::size_t i = 0; i < n_in; i += width) {
        const std::size_t n = n_in - i < width ? n_in - i : width;
        pack(X + i, ldx, packed, rows, n);
        multiply<T>({packed, 1, n, delta, n_out, grad_W + i * n_out, n_out, n, rows, nullptr,
                     Start::zero, epilogue},
                    n_out);
    }
}

template <class T>
void weight_gradient(const T* X, std::size_t ldx, const T* delta, T* grad_W, std::size_t rows,
                     std::size_t n_in, std::size_t n_out, bool add) {
    const Epilogue epilogue = add ? Epilogue::add : Epilogue::set;
    if (n_out <= few_outputs<T>) {
        weight_gradient_few(X, ldx, delta, grad_W, rows, n_in, n_out, add);
    } else if (rows <= chain_rows && n_out > tile_vectors * Lanes<T>::count &&
               (rows * n_in * sizeof(T) > 40960 || scattered<T>(rows, ldx))) {
        weight_gradient_packed(X, ldx, delta, grad_W, rows, n_in, n_out, epilogue);
    } else {
        multiply<T>(
            {X, 1, ldx, delta, n_out, grad_W, n_out, n_in, rows, nullptr, Start::zero, epilogue},
            n_out);
    }
}

template <class T>
constexpr MatrixKernels<T> table = {forward<T>, input_gradient<T>, input_gradient_few<T>,
                                    weight_gradient<T>};
