// A vector of numbers with the operators of a scalar: included inside the namespace of
// each instruction set.

template <class T>
struct Integers;
template <>
struct Integers<float> {
    using Type = std::uint32_t;
};
template <>
struct Integers<double> {
    using Type = std::uint64_t;
};

#define CHAINRULE_INLINE inline __attribute__((always_inline))

// What an instruction set has no instruction of its own for. A comparison says yes or no for each
// lane.
template <class V>
CHAINRULE_INLINE auto less(V a, V b) {
    return a < b;
}
template <class V>
CHAINRULE_INLINE auto less_equal(V a, V b) {
    return a <= b;
}
template <class C, class V>
CHAINRULE_INLINE V choose(C c, V a, V b) {
    return c ? a : b;
}
/// a or, if a is no number or not the smaller one, b.
template <class V>
CHAINRULE_INLINE V minimum(V a, V b) {
    return a < b ? a : b;
}
template <class V>
CHAINRULE_INLINE V maximum(V a, V b) {
    return b < a ? a : b;
}
template <class V>
CHAINRULE_INLINE V square_root(V a) {
    for (std::size_t i = 0; i < sizeof(V) / sizeof(a[0]); ++i) {
        a[i] = std::remove_cvref_t<decltype(a[i])>(__builtin_sqrt(a[i]));
    }
    return a;
}

/// All lanes: what a Mask is to a part of them.
struct All {};

template <class T>
CHAINRULE_INLINE Vector<T> load(const T* p, All) {
    return load(p);
}
template <class T>
CHAINRULE_INLINE void store(T* p, Vector<T> v, All) {
    store(p, v);
}

/// f(i, which lanes) for i = 0, the number of lanes, ... below n.
template <class T, class F>
CHAINRULE_INLINE void for_each(std::size_t n, F&& f) {
    constexpr std::size_t L = Lanes<T>::count;
    std::size_t i = 0;
    for (; i + L <= n; i += L) {
        f(i, All{});
    }
    if (i < n) {
        f(i, Mask<T>(int(n - i)));
    }
}

template <class T, class L = Lanes<T>>
struct Wide {
    using Number = T;
    using Register = typename L::Vector;
    static constexpr std::size_t count = L::count;
    using Integer = typename Integers<T>::Type;
    typedef Integer Bits __attribute__((vector_size(sizeof(Register))));
    using Choice = decltype(less(Register(), Register()));

    Register v;

    CHAINRULE_INLINE Wide(Register vector) : v(vector) {}
    /// In every lane, rounded to T; x - 0 is x, -0 and nan included.
    template <class Constant>
        requires std::is_arithmetic_v<Constant>
    CHAINRULE_INLINE Wide(Constant number) : v(T(number) - Register()) {}

    template <class Which = All>
    CHAINRULE_INLINE static Wide at(const T* p, Which lanes = {}) {
        if constexpr (count == 1) {
            return Register{*p};
        } else {
            return load(p, lanes);
        }
    }
    template <class Which = All>
    CHAINRULE_INLINE void put(T* p, Which lanes = {}) const {
        if constexpr (count == 1) {
            *p = v[0];
        } else {
            store(p, v, lanes);
        }
    }
    template <class F>
    CHAINRULE_INLINE static void each(std::size_t n, F&& f) {
        for_each<T>(n, f);
    }
    CHAINRULE_INLINE static Wide of_bits(Bits bits) { return (Register)bits; }
    CHAINRULE_INLINE Bits bits() const { return (Bits)v; }

    using N = Wide;
    friend CHAINRULE_INLINE N operator+(N a, N b) { return Register(a.v + b.v); }
    friend CHAINRULE_INLINE N operator-(N a, N b) { return Register(a.v - b.v); }
    friend CHAINRULE_INLINE N operator*(N a, N b) { return Register(a.v * b.v); }
    friend CHAINRULE_INLINE N operator/(N a, N b) { return Register(a.v / b.v); }
    friend CHAINRULE_INLINE N operator-(N a) { return Register(-a.v); }
    friend CHAINRULE_INLINE Choice operator<(N a, N b) { return less(a.v, b.v); }
    friend CHAINRULE_INLINE Choice operator<=(N a, N b) { return less_equal(a.v, b.v); }
    friend CHAINRULE_INLINE Choice operator>(N a, N b) { return less(b.v, a.v); }
    friend CHAINRULE_INLINE Choice operator>=(N a, N b) { return less_equal(b.v, a.v); }

    /// a where c, else b.
    friend CHAINRULE_INLINE N select(Choice c, N a, N b) { return choose(c, a.v, b.v); }
    /// a b + c, rounded once.
    friend CHAINRULE_INLINE N fma(N a, N b, N c) { return multiply_add(a.v, b.v, c.v); }
    friend CHAINRULE_INLINE N sqrt(N a) { return square_root(a.v); }
    friend CHAINRULE_INLINE N abs(N a) { return of_bits(a.bits() & (~Integer(0) >> 1)); }
    /// abs(a) with the sign of b.
    friend CHAINRULE_INLINE N copysign(N a, N b) {
        const Integer sign = Integer(1) << (8 * sizeof(T) - 1);
        return of_bits((a.bits() & ~sign) | (b.bits() & sign));
    }
    /// The larger one; a if one of them is nan.
    friend CHAINRULE_INLINE N larger(N a, N b) { return maximum(b.v, a.v); }
    friend CHAINRULE_INLINE N smaller(N a, N b) { return minimum(b.v, a.v); }
};

/// One number, in a short vector: there the bits of a number are at hand as an integer.
template <class T>
struct OneLane {
    typedef T Vector __attribute__((vector_size(16)));
    static constexpr int count = 1;
};
template <class T>
using One = Wide<T, OneLane<T>>;

/// A scalar in place of a vector.
struct Scalar {};

template <class T, class Which>
CHAINRULE_INLINE Wide<T> at(const T* p, Which lanes) {
    return load(p, lanes);
}
template <class T>
CHAINRULE_INLINE One<T> at(const T* p, Scalar) {
    return One<T>::at(p);
}

/// The same as `for_each`, but few numbers go one by one: what has just been stored number by
/// number is loaded so without delay, by a vector only after it has reached the cache.
template <class T, class F>
CHAINRULE_INLINE void for_each_number(std::size_t n, F&& f) {
    constexpr std::size_t few = 4;
    if (n > few) {
        for_each<T>(n, f);
        return;
    }
    for (std::size_t i = 0; i < n; ++i) {
        f(i, Scalar{});
    }
}
