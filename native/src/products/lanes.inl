// The products of small networks: included inside the namespace of each instruction set.
//
// With a network a lane, every operation fills its vectors whatever the network's shape, and each
// lane does what its network alone would do, in the same order.

/// One number that can be written about as if it were a vector.
template <class T>
struct One {
    using Number = T;
    static constexpr std::size_t count = 1;
    T v;

    CHAINRULE_INLINE static One at(const T* p) { return {*p}; }
    CHAINRULE_INLINE void put(T* p) const { *p = v; }
    friend CHAINRULE_INLINE One operator+(One a, One b) { return {a.v + b.v}; }
    friend CHAINRULE_INLINE One fma(One a, One b, One c) {
        return {multiply_add_one(a.v, b.v, c.v)};
    }
};

/// M x N vectors of C, whose sums stay in registers.
template <class V, bool GOES_ON, std::size_t M, std::size_t N>
CHAINRULE_INLINE void lane_tile(const LaneTask<typename V::Number>& task, std::size_t m,
                                std::size_t n) {
    using T = typename V::Number;
    constexpr std::size_t L = V::count;
    const std::size_t row = task.row * L, step = task.step * L;
    const std::size_t down = task.down * L, along = task.along * L;
    const T *A = task.A + m * row, *B = task.B + n * along;
    T* C = task.C + (m * task.columns + n) * L;
    decltype(V::v) sum[M][N];
#pragma GCC unroll 8
    for (std::size_t i = 0; i < M; ++i) {
#pragma GCC unroll 8
        for (std::size_t j = 0; j < N; ++j) {
            if constexpr (GOES_ON) {
                sum[i][j] = V::at(C + (i * task.columns + j) * L).v;
            } else {
                sum[i][j] = decltype(V::v){};
            }
        }
    }
    for (std::size_t k = 0; k < task.depth; ++k, A += step, B += down) {
        decltype(V::v) b[N];
#pragma GCC unroll 8
        for (std::size_t j = 0; j < N; ++j) {
            b[j] = V::at(B + j * along).v;
        }
#pragma GCC unroll 8
        for (std::size_t i = 0; i < M; ++i) {
            const V a = V::at(A + i * row);
#pragma GCC unroll 8
            for (std::size_t j = 0; j < N; ++j) {
                sum[i][j] = fma(a, V{b[j]}, V{sum[i][j]}).v;
            }
        }
    }
    if (task.bias != nullptr) {
#pragma GCC unroll 8
        for (std::size_t j = 0; j < N; ++j) {
            const V bias = V::at(task.bias + (n + j) * L);
#pragma GCC unroll 8
            for (std::size_t i = 0; i < M; ++i) {
                sum[i][j] = (V{sum[i][j]} + bias).v;
            }
        }
    }
#pragma GCC unroll 8
    for (std::size_t i = 0; i < M; ++i) {
#pragma GCC unroll 8
        for (std::size_t j = 0; j < N; ++j) {
            V{sum[i][j]}.put(C + (i * task.columns + j) * L);
        }
    }
}

template <class V, bool GOES_ON, std::size_t M, std::size_t N>
CHAINRULE_INLINE void lane_rows(const LaneTask<typename V::Number>& task, std::size_t m,
                                std::size_t n) {
    for (; m + M <= task.rows; m += M) {
        lane_tile<V, GOES_ON, M, N>(task, m, n);
    }
    if constexpr (M > 1) {
        lane_rows<V, GOES_ON, M / 2, N>(task, m, n);
    }
}

/// As many sums as hide the latency of an addition and fit half of the registers.
template <class V, bool GOES_ON, std::size_t N>
CHAINRULE_INLINE void lane_columns(const LaneTask<typename V::Number>& task, std::size_t n) {
    constexpr std::size_t sums = tile_vectors == 4 ? 16 : 8;
    for (; n + N <= task.columns; n += N) {
        lane_rows<V, GOES_ON, std::min<std::size_t>(sums / N, 8), N>(task, 0, n);
    }
    if constexpr (N > 1) {
        lane_columns<V, GOES_ON, N / 2>(task, n);
    }
}

template <class V>
void multiply_lanes(const LaneTask<typename V::Number>& given) {
    const LaneTask<typename V::Number> task = given;  // a copy that no store can change
    constexpr std::size_t along = tile_vectors == 4 ? 8 : 4;
    if (task.goes_on) {
        lane_columns<V, true, along>(task, 0);
    } else {
        lane_columns<V, false, along>(task, 0);
    }
}

template <class T>
void spread(const T* numbers, T* vectors, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        store(vectors + i * Lanes<T>::count, broadcast(numbers[i]));
    }
}

/// Eight interleaved sums for each lane, added pairwise.
template <class T>
void total_of_lanes(const T* losses, const T* weight, std::size_t rows, double* totals) {
    constexpr std::size_t L = Lanes<T>::count;
    double sums[8][L] = {};
    for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t l = 0; l < L; ++l) {
            const double loss = losses[r * L + l];
            sums[r % 8][l] += weight == nullptr ? loss : loss * double(weight[r * L + l]);
        }
    }
    for (std::size_t l = 0; l < L; ++l) {
        totals[l] = ((sums[0][l] + sums[4][l]) + (sums[2][l] + sums[6][l])) +
                    ((sums[1][l] + sums[5][l]) + (sums[3][l] + sums[7][l]));
    }
}

template <class T>
constexpr LaneProducts<T> lane_table = {Lanes<T>::count, multiply_lanes<Wide<T>>,
                                        multiply_lanes<One<T>>, spread<T>, total_of_lanes<T>};
