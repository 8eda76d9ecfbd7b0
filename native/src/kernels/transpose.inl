// Transposed matrices: included inside the namespace of each instruction set.

/// The elements of (a, b) at the indices in `places`. Clang has no shuffle by a vector of indices
/// and makes one of the loop.
template <int L, class Bits>
CHAINRULE_INLINE Bits shuffled(Bits a, Bits b, Bits places) {
#ifdef __clang__
    Bits c;
    for (int i = 0; i < L; ++i) {
        c[i] = places[i] < L ? a[places[i]] : b[places[i] - L];
    }
    return c;
#else
    return __builtin_shuffle(a, b, places);
#endif
}

/// Squares of vectors, transposed in registers: in each of log2 L rounds, rows i and i + L/2 are
/// interleaved into rows 2 i and 2 i + 1. Columns that are not among the lanes are 0.
template <class T, class Which = All>
CHAINRULE_INLINE void transpose_square(const T* A, std::size_t lda, T* B, std::size_t ldb,
                                       Which lanes = {}) {
    constexpr int L = Lanes<T>::count;
    using Bits = typename Wide<T>::Bits;
    Bits low, high;
    for (int i = 0; i < L; ++i) {
        low[i] = i / 2 + (i % 2) * L;
        high[i] = L / 2 + i / 2 + (i % 2) * L;
    }
    Bits row[L], next[L];
#pragma GCC unroll 16
    for (int i = 0; i < L; ++i) {
        row[i] = (Bits)load(A + i * lda, lanes);
    }
#pragma GCC unroll 4
    for (int round = 1; round < L; round *= 2) {
#pragma GCC unroll 8
        for (int i = 0; i < L / 2; ++i) {
            next[2 * i] = shuffled<L>(row[i], row[i + L / 2], low);
            next[2 * i + 1] = shuffled<L>(row[i], row[i + L / 2], high);
        }
#pragma GCC unroll 16
        for (int i = 0; i < L; ++i) {
            row[i] = next[i];
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < L; ++i) {
        store(B + i * ldb, (Vector<T>)row[i]);
    }
}

template <class T>
void transpose(const T* A, T* B, std::size_t ldb, std::size_t rows, std::size_t columns) {
    constexpr std::size_t L = Lanes<T>::count;
    const std::size_t whole = columns - columns % L;
    std::size_t r = 0;
    for (; r + L <= rows; r += L) {
        for (std::size_t j = 0; j < whole; j += L) {
            transpose_square(A + r * columns + j, columns, B + j * ldb + r, ldb);
        }
        for (std::size_t j = whole; j < columns; ++j) {
            for (std::size_t i = r; i < r + L; ++i) {
                B[j * ldb + i] = A[i * columns + j];
            }
        }
    }
    for (; r < rows; ++r) {
        for (std::size_t j = 0; j < columns; ++j) {
            B[j * ldb + r] = A[r * columns + j];
        }
    }
}
