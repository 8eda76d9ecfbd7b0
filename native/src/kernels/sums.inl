// Long sums in one fixed order: included inside the namespace of each instruction set.

/// Neighbouring numbers as a vector of doubles.
template <class T>
CHAINRULE_INLINE Wide<double> as_doubles(const T* p) {
    constexpr int L = Lanes<double>::count;
    typedef double Doubles __attribute__((vector_size(sizeof(double) * L)));
    typedef T Few __attribute__((vector_size(sizeof(T) * L), aligned(alignof(T)), may_alias));
    return (Vector<double>)__builtin_convertvector(*reinterpret_cast<const Few*>(p), Doubles);
}

/// sum_i term(x_i) in double precision: eight interleaved sums, added pairwise, so that the order
/// depends on n alone. Eight sums are one vector of the widest set, and as many as hide the latency
/// of an addition in the others.
template <class T, class Term>
CHAINRULE_INLINE double ordered_sum(const T* x, std::size_t n, Term&& term) {
    using V = Wide<double>;
    constexpr std::size_t L = V::count, N = 8 / L;
    alignas(64) double lane[8];
    Vector<double> sum[N] = {};
    std::size_t i = 0;
    for (; i + 8 <= n; i += 8) {
#pragma GCC unroll 4
        for (std::size_t v = 0; v < N; ++v) {
            sum[v] = (V(sum[v]) + term(as_doubles(x + i + v * L))).v;
        }
    }
    for (std::size_t v = 0; v < N; ++v) {
        store(lane + v * L, sum[v]);
    }
    for (std::size_t k = 0; i + k < n; ++k) {
        lane[k] += term(One<double>(double(x[i + k]))).v[0];
    }
    return pairwise_sum(lane);
}

/// `ordered_sum` of terms that are no vectors; of up to four without the sums that stay 0.
template <class Term>
CHAINRULE_INLINE double short_sum(std::size_t n, Term&& term) {
    switch (n) {
        case 1:
            return 0.0 + term(0);
        case 2:
            return 0.0 + term(0) + term(1);
        case 3:
            return 0.0 + (term(0) + term(2)) + term(1);
        case 4:
            return 0.0 + (term(0) + term(2)) + (term(1) + term(3));
        default:
            return chainrule::ordered_sum(n, term);
    }
}

template <class T>
double sum_of_squares(const T* x, std::size_t n) {
    return ordered_sum(x, n, [](auto v) __attribute__((always_inline)) { return v * v; });
}

/// Whether all numbers are finite: x - x is 0 where x is, and nan elsewhere.
template <class T>
bool finite(const T* x, std::size_t n) {
    typename Integers<T>::Type others = 0;  // as wide as a number, so that vectors can count
    for (std::size_t i = 0; i < n; ++i) {
        others |= x[i] - x[i] == 0 ? 0 : 1;
    }
    return others == 0;
}

template <class T, class F>
struct PenaltyFunctions {
    static double value(const T* w, std::size_t n) {
        return ordered_sum(w, n, [](auto v) __attribute__((always_inline)) { return F::value(v); });
    }

    static void add_gradient(const T* w, T* g, std::size_t n, T scale) {
        for_each_number<T>(n, [=](std::size_t i, auto lanes) __attribute__((always_inline)) {
            const auto slope = F::gradient(at(w + i, lanes));
            (at(g + i, lanes) + scale * slope).put(g + i, lanes);
        });
    }
};
