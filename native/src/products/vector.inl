// A vector of numbers that can be written about as if it were one: included inside the namespace of
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

template <class T>
struct Wide {
    using Number = T;
    static constexpr std::size_t count = Lanes<T>::count;
    using Integer = typename Integers<T>::Type;
    typedef Integer Bits __attribute__((vector_size(sizeof(T) * Lanes<T>::count)));

    Vector<T> v;

    CHAINRULE_INLINE Wide(Vector<T> vector) : v(vector) {}
    CHAINRULE_INLINE Wide(T number) : v(broadcast(number)) {}

    template <class Which = All>
    CHAINRULE_INLINE static Wide at(const T* p, Which lanes = {}) {
        return load(p, lanes);
    }
    template <class Which = All>
    CHAINRULE_INLINE void put(T* p, Which lanes = {}) const {
        store(p, v, lanes);
    }
    template <class F>
    CHAINRULE_INLINE static void each(std::size_t n, F&& f) {
        for_each<T>(n, f);
    }
    CHAINRULE_INLINE static Wide of_bits(Bits bits) { return (Vector<T>)bits; }
    CHAINRULE_INLINE Bits bits() const { return (Bits)v; }
    /// Each lane's number of a table: the place is the last four bits.
    template <class Places>
    CHAINRULE_INLINE static Wide of_table(const T (&table)[16], Places place) {
        return from_table(table, place);
    }

    using N = Wide;
    friend CHAINRULE_INLINE N operator+(N a, N b) { return Vector<T>(a.v + b.v); }
    friend CHAINRULE_INLINE N operator-(N a, N b) { return Vector<T>(a.v - b.v); }
    friend CHAINRULE_INLINE N operator*(N a, N b) { return Vector<T>(a.v * b.v); }
    friend CHAINRULE_INLINE N operator/(N a, N b) { return Vector<T>(a.v / b.v); }
    friend CHAINRULE_INLINE N operator-(N a) { return Vector<T>(-a.v); }
    friend CHAINRULE_INLINE Choice<T> operator<(N a, N b) { return less(a.v, b.v); }
    friend CHAINRULE_INLINE Choice<T> operator<=(N a, N b) { return less_equal(a.v, b.v); }
    friend CHAINRULE_INLINE Choice<T> operator>(N a, N b) { return less(b.v, a.v); }
    friend CHAINRULE_INLINE Choice<T> operator>=(N a, N b) { return less_equal(b.v, a.v); }

    /// a where c, else b.
    friend CHAINRULE_INLINE N select(Choice<T> c, N a, N b) { return choose(c, a.v, b.v); }
    /// a b + c, rounded once where the processor can.
    friend CHAINRULE_INLINE N fma(N a, N b, N c) { return multiply_add<T>(a.v, b.v, c.v); }
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
