// The products of small networks, one in each lane: included inside the namespace of each
// instruction set.

/// C = A B, where every element is a vector: A[m, k] lies m * row + k * step vectors behind A,
/// B[k, n] k * down + n * along behind B; C is row-major. Each sum is taken in the order of k, from
/// 0 or, where it goes on, from what is in C.
template <class T>
struct BatchedTask {
    const T* A;
    std::size_t row, step;
    const T* B;
    std::size_t down, along;
    std::size_t rows, columns, depth;
};

/// Elements of C that are sums and nothing else. An epilogue for C gives the initial value of the
/// sum at i and stores the result.
template <class T>
struct BatchedSums {
    T* C;
    bool go_on;

    CHAINRULE_INLINE Vector<T> start(std::size_t i) const {
        return go_on ? load(C + i) : Vector<T>{};
    }
    CHAINRULE_INLINE void end(std::size_t i, std::size_t, Vector<T> sum) const {
        store(C + i, sum);
    }
};

/// M x N vectors of C, whose sums stay in registers. With `ones`, A has one more row, all ones,
/// behind its last.
template <class T, std::size_t M, std::size_t N, bool ones = false, class C>
CHAINRULE_INLINE void batched_tile(const BatchedTask<T>& task, std::size_t m, std::size_t n,
                                   const C& c) {
    constexpr std::size_t L = Lanes<T>::count, rows = M + ones;
    const std::size_t row = task.row * L, step = task.step * L;
    const std::size_t down = task.down * L, along = task.along * L;
    const T *A = task.A + m * row, *B = task.B + n * along;
    const auto place = [&](std::size_t i, std::size_t j) {
        return ((i < M ? m + i : task.rows) * task.columns + n + j) * L;
    };
    Vector<T> sum[rows][N];
#pragma GCC unroll 16
    for (std::size_t i = 0; i < rows; ++i) {
#pragma GCC unroll 16
        for (std::size_t j = 0; j < N; ++j) {
            sum[i][j] = c.start(place(i, j));
        }
    }
    for (std::size_t k = 0; k < task.depth; ++k, A += step, B += down) {
        Vector<T> b[N];
#pragma GCC unroll 16
        for (std::size_t j = 0; j < N; ++j) {
            b[j] = held(load(B + j * along));
        }
#pragma GCC unroll 16
        for (std::size_t i = 0; i < rows; ++i) {
            const Vector<T> a = i < M ? load(A + i * row) : broadcast(T(1));
#pragma GCC unroll 16
            for (std::size_t j = 0; j < N; ++j) {
                sum[i][j] = multiply_add(a, b[j], sum[i][j]);
            }
        }
    }
#pragma GCC unroll 16
    for (std::size_t i = 0; i < rows; ++i) {
#pragma GCC unroll 16
        for (std::size_t j = 0; j < N; ++j) {
            c.end(place(i, j), n + j, sum[i][j]);
        }
    }
}

template <class T, std::size_t M, std::size_t N, class C>
CHAINRULE_INLINE void batched_rows(const BatchedTask<T>& task, std::size_t m, std::size_t n,
                                   const C& c) {
    for (; m + M <= task.rows; m += M) {
        batched_tile<T, M, N>(task, m, n, c);
    }
    if constexpr (M > 1) {
        batched_rows<T, M / 2, N>(task, m, n, c);
    }
}

/// All of C, in tiles of few kinds, since each kind holds the code of the epilogue.
template <class T, class C>
CHAINRULE_INLINE void multiply_batched(const BatchedTask<T>& task, const C& c) {
    std::size_t n = 0;
    for (; n + 4 <= task.columns; n += 4) {
        batched_rows<T, 2, 4>(task, 0, n, c);
    }
    if (n + 2 <= task.columns) {
        batched_rows<T, 2, 2>(task, 0, n, c);
        n += 2;
    }
    if (n < task.columns) {
        batched_rows<T, 4, 1>(task, 0, n, c);
    }
}

/// Sums over many rows and, with `ones`, those of B's rows alone behind them, in tiles of as many
/// sums as hide the latency of an addition and fit the registers.
template <class T, std::size_t N>
CHAINRULE_INLINE void sum_batched(const BatchedTask<T>& task, std::size_t n,
                                  const BatchedSums<T>& c, bool ones) {
    constexpr std::size_t M = std::min<std::size_t>((tile_vectors == 4 ? 16 : 8) / N, 8);
    for (; n + N <= task.columns; n += N) {
        std::size_t m = 0;
        if (ones && task.rows >= M) {
            batched_tile<T, M, N, true>(task, 0, n, c);
            m = M;
        } else if (ones && task.rows >= 2) {
            batched_tile<T, 2, N, true>(task, 0, n, c);
            m = 2;
        } else if (ones) {
            batched_tile<T, 1, N, true>(task, 0, n, c);
            m = 1;
        }
        batched_rows<T, M, N>(task, m, n, c);
    }
    if constexpr (N > 1) {
        sum_batched<T, N / 2>(task, n, c, ones);
    }
}
