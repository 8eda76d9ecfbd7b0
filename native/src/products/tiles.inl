// The register tile: a few rows and vectors of C whose sums stay in registers for the whole depth.
//
// All three products are C = A B with B and C read along their rows: one multiplication and
// addition after the other in the order of k, for every element of C by itself. That is why neither
// the width of a vector nor a cut through k, which only puts a sum down and takes it up again, shows
// in the result.

/// Where a sum starts: at 0, or at C.
enum class Start { zero, there };

/// What becomes of a sum: C = sum, sum + bias, max(sum, 0), max(sum + bias, 0), C + sum, or sum times
/// the slope of a rectifier with those outputs.
enum class End { set, bias, rectify, bias_rectify, add, slope };

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
    const T* with;  // the bias, or the outputs of the rectifier, which lie as C does
    Start start;
    End end;

    /// The part that begins at a column.
    Task from(std::size_t column) const {
        Task part = *this;
        part.B += column;
        part.C += column;
        part.with = with == nullptr ? nullptr : with + column;
        return part;
    }
};

/// A sum as it is stored, with C before it: `bias` and `c` are read where they are needed.
template <class T, class Bias, class C>
CHAINRULE_INLINE Vector<T> ended(Vector<T> sum, End end, Bias bias, C c) {
    using V = Wide<T>;
    V z = sum;
    switch (end) {
        case End::set:
            return z.v;
        case End::bias:
            return (z + V(bias())).v;
        case End::add:
            return (z + V(c())).v;
        case End::slope:
            return (z * select(V(bias()) > V(0), V(1), V(0))).v;
        case End::bias_rectify:
            z = z + V(bias());
            break;
        default:
            break;
    }
    return select(z < V(0), V(0), z).v;
}

/// HEIGHT rows and VECTORS vectors of C, all in registers. The mask cuts the last
/// vector where PART.
template <class T, int HEIGHT, int VECTORS, bool PART, Start START>
inline __attribute__((always_inline)) void tile(const T* A, std::size_t row, std::size_t step,
                                                const T* B, std::size_t ldb, T* C, std::size_t ldc,
                                                std::size_t depth, const T* with, End end,
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
                sum[r][v] = multiply_add(a, b[v], sum[r][v]);
            }
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < HEIGHT; ++r) {
#pragma GCC unroll 16
        for (int v = 0; v < VECTORS; ++v) {
            T* c = C + r * ldc + v * L;
            const T* w = with + v * L + (end == End::slope ? r * ldc : 0);
            const bool part = PART && v == VECTORS - 1;
            const auto at = [=](const T* p) __attribute__((always_inline)) {
                return part ? load(p, mask) : load(p);
            };
            const Vector<T> last = ended<T>(
                sum[r][v], end, [=]() __attribute__((always_inline)) { return at(w); },
                [=]() __attribute__((always_inline)) { return at(c); });
            if (part) {
                store(c, last, mask);
            } else {
                store(c, last);
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
    const T *A = task.A, *B = task.B, *with = task.with == nullptr ? task.C : task.with;
    const End end = task.end;
    const std::size_t ldw = end == End::slope ? ldc : 0;
    T* C = task.C;
    std::size_t r = 0;
    for (; r + H <= rows; r += H, A += H * row, C += H * ldc, with += H * ldw) {
        tile<T, H, VECTORS, PART, START>(A, row, step, B, ldb, C, ldc, depth, with, end, mask);
    }
    for (; r + 4 <= rows; r += 4, A += 4 * row, C += 4 * ldc, with += 4 * ldw) {
        tile<T, 4, VECTORS, PART, START>(A, row, step, B, ldb, C, ldc, depth, with, end, mask);
    }
    for (; r + 2 <= rows; r += 2, A += 2 * row, C += 2 * ldc, with += 2 * ldw) {
        tile<T, 2, VECTORS, PART, START>(A, row, step, B, ldb, C, ldc, depth, with, end, mask);
    }
    if (r < rows) {
        tile<T, 1, VECTORS, PART, START>(A, row, step, B, ldb, C, ldc, depth, with, end, mask);
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
