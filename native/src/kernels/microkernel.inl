// The microkernel, a register tile: a few rows and vectors of C whose sums stay in registers for
// the whole depth.
//
// All three products are C = A B with B and C read along their rows: one multiplication and
// addition after the other in the order of k, for every element of C by itself. That is why neither
// the width of a vector nor a cut through k, which only puts a sum down and takes it up again,
// shows in the result.

/// Where a sum starts: at 0, or at C.
enum class Start { zero, there };

/// The epilogue of a sum: C = sum, sum + bias, max(sum, 0), max(sum + bias, 0), C + sum, or sum
/// times the slope of a rectifier with those outputs.
enum class Epilogue { set, bias, rectify, bias_rectify, add, slope };

/// The part of a product that a panel of B contributes to; A[r, k] lies at A[r * row + k * step].
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
    Epilogue epilogue;

    /// The part that begins at a column.
    Task from(std::size_t column) const {
        Task part = *this;
        part.B += column;
        part.C += column;
        part.with = with == nullptr ? nullptr : with + column;
        return part;
    }
};

/// The sum after the epilogue: `bias` and `c` are read only where it needs them.
template <class T, Epilogue EPILOGUE, class Bias, class C>
CHAINRULE_INLINE Vector<T> apply_epilogue(Vector<T> sum, Bias bias, C c) {
    using V = Wide<T>;
    V z = sum;
    if constexpr (EPILOGUE == Epilogue::add) {
        return (z + V(c())).v;
    } else if constexpr (EPILOGUE == Epilogue::slope) {
        return (z * select(V(bias()) > V(0), V(1), V(0))).v;
    }
    if constexpr (EPILOGUE == Epilogue::bias || EPILOGUE == Epilogue::bias_rectify) {
        z = z + V(bias());
    }
    if constexpr (EPILOGUE == Epilogue::rectify || EPILOGUE == Epilogue::bias_rectify) {
        z = select(z < V(0), V(0), z);
    }
    return z.v;
}

/// Call `f` with the epilogue as a template argument: once for a tile, not for each of its vectors.
template <class F>
CHAINRULE_INLINE void with_epilogue(Epilogue epilogue, F f) {
    switch (epilogue) {
        case Epilogue::set:
            return f.template operator()<Epilogue::set>();
        case Epilogue::bias:
            return f.template operator()<Epilogue::bias>();
        case Epilogue::rectify:
            return f.template operator()<Epilogue::rectify>();
        case Epilogue::bias_rectify:
            return f.template operator()<Epilogue::bias_rectify>();
        case Epilogue::add:
            return f.template operator()<Epilogue::add>();
        case Epilogue::slope:
            return f.template operator()<Epilogue::slope>();
    }
}

/// HEIGHT rows and VECTORS vectors of C, all in registers. The mask cuts the last
/// vector where PART.
template <class T, int HEIGHT, int VECTORS, bool PART>
inline __attribute__((always_inline)) void tile(const T* A, std::size_t row, std::size_t step,
                                                const T* B, std::size_t ldb, T* C, std::size_t ldc,
                                                std::size_t depth, const T* with, Start start,
                                                Epilogue epilogue, Mask<T> mask) {
    constexpr int L = Lanes<T>::count;
    Vector<T> sum[HEIGHT][VECTORS];
#pragma GCC unroll 16
    for (int r = 0; r < HEIGHT; ++r) {
#pragma GCC unroll 16
        for (int v = 0; v < VECTORS; ++v) {
            if (start == Start::zero) {
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
    with_epilogue(epilogue, [&]<Epilogue EPILOGUE>() __attribute__((always_inline)) {
#pragma GCC unroll 16
        for (int r = 0; r < HEIGHT; ++r) {
#pragma GCC unroll 16
            for (int v = 0; v < VECTORS; ++v) {
                T* c = C + r * ldc + v * L;
                const T* w = with + v * L + (EPILOGUE == Epilogue::slope ? r * ldc : 0);
                const bool part = PART && v == VECTORS - 1;
                const auto at = [=](const T* p) __attribute__((always_inline)) {
                    return part ? load(p, mask) : load(p);
                };
                const Vector<T> last = apply_epilogue<T, EPILOGUE>(
                    sum[r][v], [=]() __attribute__((always_inline)) { return at(w); },
                    [=]() __attribute__((always_inline)) { return at(c); });
                if (part) {
                    store(c, last, mask);
                } else {
                    store(c, last);
                }
            }
        }
    });
}

/// A tile of `rows` rows, at most HEIGHT.
template <class T, int HEIGHT, int VECTORS, bool PART>
inline __attribute__((always_inline)) void tile_of(const Task<T>& task, std::size_t first,
                                                   std::size_t rows, Mask<T> mask) {
    if constexpr (HEIGHT > 1) {
        if (rows < HEIGHT) {
            return tile_of<T, HEIGHT - 1, VECTORS, PART>(task, first, rows, mask);
        }
    }
    T* C = task.C + first * task.ldc;
    const T* with = task.with == nullptr ? C : task.with;
    with += task.epilogue == Epilogue::slope ? first * task.ldc : 0;
    tile<T, HEIGHT, VECTORS, PART>(task.A + first * task.row, task.row, task.step, task.B, task.ldb,
                                   C, task.ldc, task.depth, with, task.start, task.epilogue, mask);
}

/// A panel of VECTORS vectors, all rows of C: in tiles of about the same height, at most what the
/// registers allow, since a low tile has too few sums to hide the latency of an addition.
template <class T, int VECTORS, bool PART>
void panel(const Task<T>& task, Mask<T> mask) {
    constexpr std::size_t H = tile_height(VECTORS);
    const std::size_t n = (task.rows + H - 1) / H;
    for (std::size_t k = 0, first = 0, next; k < n; ++k, first = next) {
        next = task.rows * (k + 1) / n;
        tile_of<T, H, VECTORS, PART>(task, first, next - first, mask);
    }
}

/// A panel of `columns` columns, at most those of tile_vectors.
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
        panel<T, VECTORS, false>(task, Mask<T>(int(L)));
    } else {
        panel<T, VECTORS, true>(task, Mask<T>(int(columns - (VECTORS - 1) * L)));
    }
}
