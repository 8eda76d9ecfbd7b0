// The passes through small networks: included inside the namespace of each instruction set.
//
// With a network a lane, every operation fills its vectors whatever the network's shape, and each
// lane does what its network alone would do, in the same order.

/// C = A B, where every element is a vector: A[m, k] lies m * row + k * step vectors behind A,
/// B[k, n] k * down + n * along behind B; C is row-major. Each sum is taken in the order of k, from
/// 0 or, where it goes on, from what is in C; then comes the bias, if there is one.
template <class T>
struct LaneTask {
    const T* A;
    std::size_t row, step;
    const T* B;
    std::size_t down, along;
    T* C;
    std::size_t rows, columns, depth;
    const T* bias = nullptr;
};

/// M x N vectors of C, whose sums stay in registers.
template <class T, bool GOES_ON, std::size_t M, std::size_t N>
CHAINRULE_INLINE void lane_tile(const LaneTask<T>& task, std::size_t m,
                                std::size_t n) {
    constexpr std::size_t L = Lanes<T>::count;
    const std::size_t row = task.row * L, step = task.step * L;
    const std::size_t down = task.down * L, along = task.along * L;
    const T *A = task.A + m * row, *B = task.B + n * along;
    T* C = task.C + (m * task.columns + n) * L;
    Vector<T> sum[M][N];
#pragma GCC unroll 8
    for (std::size_t i = 0; i < M; ++i) {
#pragma GCC unroll 8
        for (std::size_t j = 0; j < N; ++j) {
            if constexpr (GOES_ON) {
                sum[i][j] = load(C + (i * task.columns + j) * L);
            } else {
                sum[i][j] = Vector<T>{};
            }
        }
    }
    for (std::size_t k = 0; k < task.depth; ++k, A += step, B += down) {
        Vector<T> b[N];
#pragma GCC unroll 8
        for (std::size_t j = 0; j < N; ++j) {
            b[j] = load(B + j * along);
        }
#pragma GCC unroll 8
        for (std::size_t i = 0; i < M; ++i) {
            const Vector<T> a = load(A + i * row);
#pragma GCC unroll 8
            for (std::size_t j = 0; j < N; ++j) {
                sum[i][j] = multiply_add(a, b[j], sum[i][j]);
            }
        }
    }
    if (task.bias != nullptr) {
#pragma GCC unroll 8
        for (std::size_t j = 0; j < N; ++j) {
            const Vector<T> bias = load(task.bias + (n + j) * L);
#pragma GCC unroll 8
            for (std::size_t i = 0; i < M; ++i) {
                sum[i][j] += bias;
            }
        }
    }
#pragma GCC unroll 8
    for (std::size_t i = 0; i < M; ++i) {
#pragma GCC unroll 8
        for (std::size_t j = 0; j < N; ++j) {
            store(C + (i * task.columns + j) * L, sum[i][j]);
        }
    }
}

template <class T, bool GOES_ON, std::size_t M, std::size_t N>
CHAINRULE_INLINE void lane_rows(const LaneTask<T>& task, std::size_t m,
                                std::size_t n) {
    for (; m + M <= task.rows; m += M) {
        lane_tile<T, GOES_ON, M, N>(task, m, n);
    }
    if constexpr (M > 1) {
        lane_rows<T, GOES_ON, M / 2, N>(task, m, n);
    }
}

/// As many sums as hide the latency of an addition and fit half of the registers.
template <class T, bool GOES_ON, std::size_t N>
CHAINRULE_INLINE void lane_columns(const LaneTask<T>& task, std::size_t n) {
    constexpr std::size_t sums = tile_vectors == 4 ? 16 : 8;
    for (; n + N <= task.columns; n += N) {
        lane_rows<T, GOES_ON, std::min<std::size_t>(sums / N, 8), N>(task, 0, n);
    }
    if constexpr (N > 1) {
        lane_columns<T, GOES_ON, N / 2>(task, n);
    }
}

template <class T, bool GOES_ON = false>
CHAINRULE_INLINE void multiply_lanes(const LaneTask<T>& task) {
    lane_columns<T, GOES_ON, tile_vectors == 4 ? 8 : 4>(task, 0);
}

/// The products of a layer for a network a lane.
template <class T>
struct Many {
    static constexpr std::size_t lanes = Lanes<T>::count;

    static void outputs(const LaneLayer<T>& layer, const T* a, const T* W, const T* b,
                        std::size_t rows) {
        const std::size_t n_in = layer.n_in, n_out = layer.n_out;
        multiply_lanes<T>({a, n_in, 1, W, n_out, 1, layer.z, rows, n_out, n_in, b});
    }

    /// dL/dW and, where it is asked for, dL/db: the weights of an input that is always 1.
    static void weights(const LaneLayer<T>& layer, const T* a, T* gW, T* gb, std::size_t rows,
                        bool goes_on) {
        const std::size_t n_in = layer.n_in, n_out = layer.n_out;
        const T* delta = layer.grad;
        alignas(64) T ones[lanes];
        store(ones, broadcast(T(1)));
        const LaneTask<T> W = {a, 1, n_in, delta, n_out, 1, gW, n_in, n_out, rows};
        const LaneTask<T> b = {ones, 0, 0, delta, n_out, 1, gb, 1, n_out, rows};
        goes_on ? multiply_lanes<T, true>(W) : multiply_lanes<T>(W);
        if (gb != nullptr) {
            goes_on ? multiply_lanes<T, true>(b) : multiply_lanes<T>(b);
        }
    }

    static void inputs(const LaneLayer<T>& layer, const T* W, T* grad, std::size_t rows, T*) {
        const std::size_t n_in = layer.n_in, n_out = layer.n_out;
        multiply_lanes<T>({layer.grad, n_out, 1, W, 1, n_out, grad, rows, n_in, n_out});
    }
};

/// a = f(z). Functions of whole rows want a network's units next to each other.
template <class T, std::size_t lanes>
void activate(const LaneLayer<T>& layer, const LaneRows<T>& rows) {
    if (layer.activation == nullptr) {
        return;
    }
    const std::size_t units = layer.n_out, numbers = rows.rows * units;
    if (!layer.activation->of_rows || lanes == 1 || units == 1) {
        layer.activation->value(layer.z, layer.a, rows.rows * lanes, units);
        return;
    }
    transpose(layer.z, rows.turned[0], numbers, numbers, lanes);
    layer.activation->value(rows.turned[0], rows.turned[1], rows.rows * lanes, units);
    transpose(rows.turned[1], layer.a, lanes, lanes, numbers);
}

/// dL/dz in the place of dL/da.
template <class T, std::size_t lanes>
void through_activation(const LaneLayer<T>& layer, const LaneRows<T>& rows) {
    if (layer.activation == nullptr) {
        return;
    }
    const std::size_t units = layer.n_out, numbers = rows.rows * units;
    if (!layer.activation->of_rows || lanes == 1 || units == 1) {
        layer.activation->vjp(layer.z, layer.a, layer.grad, rows.rows * lanes, units);
        return;
    }
    transpose(layer.z, rows.turned[0], numbers, numbers, lanes);
    transpose(layer.a, rows.turned[1], numbers, numbers, lanes);
    transpose(layer.grad, rows.turned[2], numbers, numbers, lanes);
    layer.activation->vjp(rows.turned[0], rows.turned[1], rows.turned[2], rows.rows * lanes,
                          units);
    transpose(rows.turned[2], layer.grad, lanes, lanes, numbers);
}

template <class T, class Products>
void forward_pass(const LaneLayer<T>* layers, std::size_t n, const LaneRows<T>& rows) {
    const T* a = rows.X;
    for (const LaneLayer<T>* layer = layers; layer < layers + n; ++layer) {
        const T* W = rows.p + layer->start;
        const T* b = layer->bias ? W + layer->n_in * layer->n_out * Products::lanes : nullptr;
        Products::outputs(*layer, a, W, b, rows.rows);
        if (!rows.fused || layer + 1 < layers + n) {
            activate<T, Products::lanes>(*layer, rows);
        }
        a = layer->a;
    }
}

template <class T, class Products>
void backward_pass(const LaneLayer<T>* layers, std::size_t n, const LaneRows<T>& rows, T* g,
                   bool goes_on) {
    for (std::size_t i = n; i-- > 0;) {
        const LaneLayer<T>& layer = layers[i];
        if (!rows.fused || i + 1 < n) {
            through_activation<T, Products::lanes>(layer, rows);
        }
        T *W = g + layer.start, *b = W + layer.n_in * layer.n_out * Products::lanes;
        Products::weights(layer, i == 0 ? rows.X : layers[i - 1].a, W, layer.bias ? b : nullptr,
                          rows.rows, goes_on);
        if (i > 0) {
            Products::inputs(layer, rows.p + layer.start, layers[i - 1].grad, rows.rows,
                             rows.turned[0]);
        }
    }
}

/// By squares that are turned, then number by number.
template <class T>
void gather(const T* const* rows, T* vectors, std::size_t n) {
    constexpr std::size_t L = Lanes<T>::count;
    alignas(64) T square[L * L];
    std::size_t k = 0;
    for (; k + L <= n; k += L) {
        for (std::size_t l = 0; l < L; ++l) {
            store(square + l * L, load(rows[l] + k));
        }
        transpose_square(square, L, vectors + k * L, L);
    }
    for (; k < n; ++k) {
        for (std::size_t l = 0; l < L; ++l) {
            square[l] = rows[l][k];
        }
        store(vectors + k * L, load(square));
    }
}

template <class T>
void spread(const T* numbers, T* vectors, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        store(vectors + i * Lanes<T>::count, broadcast(numbers[i]));
    }
}

template <class T>
void add(T* sums, const T* terms, std::size_t n) {
    for_each<T>(n, [=](std::size_t i, auto lanes) __attribute__((always_inline)) {
        store(sums + i, Vector<T>(load(sums + i, lanes) + load(terms + i, lanes)), lanes);
    });
}

template <class T>
void scale(T* vectors, const T* share, const T* weight, std::size_t rows, std::size_t columns) {
    constexpr std::size_t L = Lanes<T>::count;
    for (std::size_t r = 0; r < rows; ++r) {
        Vector<T> factor = load(share);
        if (weight != nullptr) {
            factor = factor * load(weight + r * L);
        }
        for (std::size_t j = 0; j < columns; ++j, vectors += L) {
            store(vectors, Vector<T>(load(vectors) * factor));
        }
    }
}

/// Eight interleaved sums for each lane, added pairwise.
template <class T, class Term>
CHAINRULE_INLINE void total_of_terms(std::size_t rows, double* totals, Term&& term) {
    constexpr std::size_t L = Lanes<T>::count;
    alignas(64) double sums[8][L] = {};
    for (std::size_t r = 0; r < rows; ++r) {
        double* sum = sums[r % 8];
        for (std::size_t l = 0; l < L; ++l) {
            sum[l] += term(r * L + l);
        }
    }
    for (std::size_t l = 0; l < L; ++l) {
        totals[l] = ((sums[0][l] + sums[4][l]) + (sums[2][l] + sums[6][l])) +
                    ((sums[1][l] + sums[5][l]) + (sums[3][l] + sums[7][l]));
    }
}

template <class T>
void total_of_lanes(const T* losses, const T* weight, std::size_t rows, double* totals) {
    if (weight == nullptr) {
        total_of_terms<T>(rows, totals, [=](std::size_t i) { return double(losses[i]); });
    } else {
        total_of_terms<T>(rows, totals, [=](std::size_t i) {
            return double(losses[i]) * double(weight[i]);
        });
    }
}
