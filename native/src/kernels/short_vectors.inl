// Vectors of 16 bytes, as GCC and Clang have them for every processor.

template <class T>
struct Lanes {
    typedef T Vector __attribute__((vector_size(16), aligned(alignof(T)), may_alias));
    static constexpr int count = 16 / sizeof(T);
};
template <class T>
using Vector = typename Lanes<T>::Vector;

/// Which lanes of a vector are in use: the first n.
template <class T>
struct Mask {
    int n;
    explicit Mask(int lanes) : n(lanes) {}
};

template <class T>
inline Vector<T> load(const T* p) {
    return *reinterpret_cast<const Vector<T>*>(p);
}

template <class T>
inline void store(T* p, Vector<T> v) {
    *reinterpret_cast<Vector<T>*>(p) = v;
}

template <class T>
inline Vector<T> load(const T* p, Mask<T> mask) {
    Vector<T> v = {};
    for (int i = 0; i < mask.n; ++i) {
        v[i] = p[i];
    }
    return v;
}

template <class T>
inline void store(T* p, Vector<T> v, Mask<T> mask) {
    for (int i = 0; i < mask.n; ++i) {
        p[i] = v[i];
    }
}

template <class T>
inline Vector<T> broadcast(T a) {
    return a - Vector<T>{};
}

inline float multiply_add_one(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double multiply_add_one(double a, double b, double c) { return __builtin_fma(a, b, c); }
