// exp, log, tanh and functions of them, for vectors: included inside the namespace of each
// instruction set. Polynomials were fitted to the functions at 60 digits; the bits are the same for
// vectors of every width. The largest errors that benchmarks/elementwise.cpp found, in
// units in the last place: exp 1.1, expm1 1.7 (2.3 in double), tanh 5.1 (2.6 in double),
// sigmoid 2.3, softplus 2.4, log 0.9, log1p 0.9, the normal distribution 8.4 (11.1 in double).

template <class T>
struct Constants;

template <>
struct Constants<float> {
    static constexpr int mantissa = 23;
    static constexpr float whole = 0x1.8p23f;  // x + whole - whole is x rounded to an integer
    static constexpr float offset = 0x1p23f;   // its bits plus those of a small k are 2^23 + k
    static constexpr float infinity = __builtin_inff(), nan = __builtin_nanf("");
    static constexpr float largest = 0x1.fffffep127f, smallest = 0x1p-126f, small = 0x1p-40f;
    static constexpr float log2_e = 1.44269504f;
    static constexpr float log_2_high = 0.693359375f, log_2_low = -2.12194440e-4f;
    static constexpr float log_largest = 88.72283f, log_smallest = -87.33654f;
    static constexpr float expm1_is_minus_1 = -20.0f, tanh_is_1 = 9.02f;
    static constexpr std::uint32_t root_half = 0x3f3504f3, one = 0x3f800000;
    static constexpr std::uint32_t head = 0xfffff000;  // the upper half of a number's digits
    static constexpr float tail_middle = 4.0f;

    /// (exp(r) - 1 - r) / r^2 for abs(r) <= log(2) / 2, error 7e-8.
    static constexpr float exp[] = {0.5f, 0.16666576989698775f, 0.041666554617204574f,
                                    0.008363179052722578f, 0.0013926183587713494f};
    /// (2 atanh(s) / s - 2) / w for w = s^2 <= 0.0295, error 1e-9.
    static constexpr float log[] = {0.6666666655445935f, 0.4000012187067328f, 0.2855081731423506f,
                                    0.233305624972363f};
    /// (2 atanh(s) / s - 2) / w for w <= 1/9, error 8e-9.
    static constexpr float log1p[] = {0.6666666738867452f, 0.3999968437936121f,
                                      0.28593447444325675f, 0.21689445805489209f,
                                      0.23307827456107516f};
    /// tanh(x) / x = (1 + x^2 R(x^2)) / Q(x^2) for abs(x) <= tanh_is_1, error 2.1e-8.
    static constexpr float tanh[] = {0.1337965577840805f, 0.0034939555916935205f,
                                     2.0582012439263053e-05f, 1.331680543614766e-08f};
    static constexpr float tanh_divisor[] = {1.0f, 0.4671297073364258f, 0.025870785117149353f,
                                             0.00032829560223035514f, 7.761133247186081e-07f};
    /// (1 + 2 z) Q(z) / exp(-z^2 / 2) in (z - 4) / (z + 4), error 3e-9.
    static constexpr float tail[] = {
        0.8496957713899418f,     -0.02300920559144086f,   -0.0963799706163152f,
        0.12890717032258256f,    -0.0952607468558674f,    0.04437380487905898f,
        -0.010508556232127833f,  -0.001248216875406219f,  0.001554953125793634f,
        -7.845387204276974e-05f, -0.00015635507195808159f};
};

template <>
struct Constants<double> {
    static constexpr int mantissa = 52;
    static constexpr double whole = 0x1.8p52, offset = 0x1p52;
    static constexpr double infinity = __builtin_inf(), nan = __builtin_nan("");
    static constexpr double largest = 0x1.fffffffffffffp1023, smallest = 0x1p-1022, small = 0x1p-80;
    static constexpr double log2_e = 1.4426950408889634074;
    static constexpr double log_2_high = 6.93147180369123816490e-01;
    static constexpr double log_2_low = 1.90821492927058770002e-10;
    static constexpr double log_largest = 709.782712893384, log_smallest = -708.3964185322641;
    static constexpr double expm1_is_minus_1 = -40.0, tanh_is_1 = 20.0;
    static constexpr std::uint64_t root_half = 0x3fe6a09e667f3bcd, one = 0x3ff0000000000000;
    static constexpr std::uint64_t head = 0xfffffffff8000000;
    static constexpr double tail_middle = 5.0;

    /// Error 1.1e-16.
    static constexpr double exp[] = {0.5000000000000001,     0.16666666666666669,
                                     0.04166666666662413,    0.008333333333330062,
                                     0.0013888888917213717,  0.00019841269863053618,
                                     2.4801521295954376e-05, 2.7557268459997064e-06,
                                     2.7620088445409746e-07, 2.510038549551032e-08};
    /// Error 2.1e-18.
    static constexpr double log[] = {0.6666666666666666,  0.4000000000000088,  0.2857142857080329,
                                     0.222222223917858,   0.18181795632452163, 0.1538624012056702,
                                     0.13268761951330021, 0.13086743139119072};
    /// Error 1e-16.
    static constexpr double log1p[] = {
        0.6666666666666665725,  0.4000000000001662222, 0.2857142856658915696, 0.2222222276818481134,
        0.1818178696113730264,  0.1538563764808064129, 0.1331306315144302296, 0.1201112617938880115,
        0.08750434868668142092, 0.1626870810851621759};
    /// In (z - 5) / (z + 5), error 1.3e-17.
    static constexpr double tail[] = {
        0.8461123547250693,      -0.03964700840400564,   -0.05400807503407655,
        0.1008885820345359,      -0.10065743821677635,   0.0724878269766557,
        -0.03933220135519987,    0.015422845668711185,   -0.0035716954393749177,
        -0.00011869345896422193, 0.0004250959137242306,  -0.00010817738181343191,
        -2.643745869710766e-05,  1.9392448283206474e-05, 5.373970716164532e-07,
        -2.8632035093676177e-06, 1.720105733645257e-07,  4.367812454055226e-07,
        -3.27249725717045e-08,   -6.95595714486075e-08,  -1.1252541842437079e-09,
        8.527593351984104e-09,   1.7370737348015927e-09};
};

/// c[0] + c[1] x + c[2] x^2 + ..., by Horner's rule.
template <class V, std::size_t n>
CHAINRULE_INLINE V polynomial(const typename V::Number (&c)[n], V x) {
    V sum = c[n - 1];
    for (std::size_t i = 2; i <= n; ++i) {
        sum = fma(sum, x, V(c[n - i]));
    }
    return sum;
}

/// The same by pairs, (c[0] + c[1] x) + (c[2] + c[3] x) x^2 + ..., and by pairs of them, powers of
/// x^4: the sums do not wait for each other (Estrin's scheme).
template <class V, std::size_t n>
CHAINRULE_INLINE V polynomial_by_pairs(const typename V::Number (&c)[n], V x) {
    const V square = x * x, fourth = square * square;
    const auto two = [&](std::size_t i) __attribute__((always_inline)) {
        return i + 1 < n ? fma(V(c[i + 1]), x, V(c[i])) : V(c[i]);
    };
    const auto four = [&](std::size_t i) __attribute__((always_inline)) {
        return i + 2 < n ? fma(two(i + 2), square, two(i)) : two(i);
    };
    std::size_t i = (n - 1) / 4 * 4;
    V sum = four(i);
    for (; i > 0; i -= 4) {
        sum = fma(sum, fourth, four(i - 4));
    }
    return sum;
}

/// x + low = n log 2 + r with abs(r) <= log(2) / 2; exp(r) - 1 and the integer n at the end of
/// the bits of `whole + n`.
template <class V>
struct Reduced {
    V expm1;
    typename V::Bits n;

    CHAINRULE_INLINE Reduced(V x, const V* low = nullptr) : expm1(x) {
        using C = Constants<typename V::Number>;
        const V shifted = fma(x, V(C::log2_e), V(C::whole));
        const V whole = shifted - V(C::whole);
        V r = fma(whole, V(-C::log_2_high), x);
        r = fma(whole, V(-C::log_2_low), r);
        if (low != nullptr) {
            r = r + *low;
        }
        expm1 = fma(r * r, polynomial_by_pairs(C::exp, r), r);
        n = shifted.bits() << C::mantissa;
    }
};

/// exp(x + low): 0 below the smallest normal number, inf above the largest.
template <class V>
CHAINRULE_INLINE V exp_of(V x, const V* low) {
    using C = Constants<typename V::Number>;
    const Reduced<V> reduced(x, low);
    const V y = V::of_bits((1 + reduced.expm1).bits() + reduced.n);
    return select(x <= V(C::log_largest), select(x < V(C::log_smallest), V(0), y),
                  x + V(C::infinity));
}

template <class V>
CHAINRULE_INLINE V exp(V x) {
    return exp_of<V>(x, nullptr);
}

/// exp(x) - 1 for x below 88 (709 in double): (exp(r) - 1) 2^n + (2^n - 1).
template <class V>
CHAINRULE_INLINE V expm1(V x) {
    using C = Constants<typename V::Number>;
    const Reduced<V> reduced(larger(x, V(C::expm1_is_minus_1)));
    const V scale = V::of_bits(reduced.n + C::one);
    return fma(reduced.expm1, scale, scale - 1);
}

/// exp(a) = scale (1 + m) for a <= 0, the same bits as exp: with scale a power of two or 0.
template <class V>
struct NegativeExp {
    V scale, m;

    CHAINRULE_INLINE NegativeExp(V a) : scale(a), m(a) {
        using C = Constants<typename V::Number>;
        const Reduced<V> reduced(larger(a, V(C::log_smallest)));
        scale = select(a < V(C::log_smallest), V(0), V::of_bits(reduced.n + C::one));
        m = reduced.expm1;
    }
    CHAINRULE_INLINE V value() const { return fma(m, scale, scale); }
};

/// 1 / (1 + exp(-x)) from e = exp(-abs(x)), which cannot overflow; 1 + e is scale m + (scale + 1),
/// which waits for nothing but m.
template <class V>
CHAINRULE_INLINE V sigmoid(V x) {
    const NegativeExp<V> e(-abs(x));
    return select(x >= 0, V(1), e.value()) / fma(e.m, e.scale, e.scale + 1);
}

/// (exp(2 x) - 1) / (exp(2 x) + 1) with the sign of x or, in float32, the quotient of two
/// polynomials, in three fifths of the time.
template <class V>
CHAINRULE_INLINE V tanh(V x) {
    using C = Constants<typename V::Number>;
    if constexpr (requires { C::tanh; }) {
        // From tanh_is_1 on the quotient grows with x from 1.
        const V square = smaller(x * x, V(C::tanh_is_1 * C::tanh_is_1));
        const V y =
            fma(x * square, polynomial(C::tanh, square), x) / polynomial(C::tanh_divisor, square);
        return larger(smaller(y, V(1)), V(-1));
    } else {
        const V a = smaller(abs(x), V(C::tanh_is_1)), e = expm1(a + a);
        return copysign(e / (e + 2), x);
    }
}

/// log(x) + low: x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt 2), s = f / (2 + f),
/// log(1 + f) = 2 atanh(s) = f - f^2 / 2 + s (f^2 / 2 + s^2 L(s^2)).
template <class V>
CHAINRULE_INLINE V log_of(V x, V low) {
    using C = Constants<typename V::Number>;
    using Bits = typename V::Bits;
    const Bits k = (x.bits() - C::root_half + C::one) >> C::mantissa;  // with the exponent's bias
    const V m = V::of_bits(x.bits() - (k << C::mantissa) + C::one);
    const V offset = C::offset;
    const V e =
        V::of_bits(k | offset.bits()) - (offset + V(typename V::Number(C::one >> C::mantissa)));
    const V f = m - 1, s = f / (2 + f), w = s * s, half = V(0.5) * f * f;
    const V rest = w * polynomial(C::log, w);
    const V small = fma(s, half + rest, fma(e, V(C::log_2_low), low));
    const V y = fma(e, V(C::log_2_high), f - (half - small));
    const V below = select(x >= 0, V(-C::infinity), V(C::nan));
    return select(x <= V(C::largest), select(x < V(C::smallest), below, y), x);
}

/// -inf at 0 and below the smallest normal number, nan below 0.
template <class V>
CHAINRULE_INLINE V log(V x) {
    return log_of(x, V(0));
}

/// log(1 + x) = log(u) + c / u, where 1 + x = u + c exactly.
template <class V>
CHAINRULE_INLINE V log1p(V x) {
    const V u = 1 + x, b = u - 1;
    const V c = (1 - (u - b)) + (x - b);
    return log_of(u, c / u);
}

/// log(1 + x) for x from 0 to 1: the same with k = 0 and t = 1 / (2 + x), written so that no square
/// of a tiny x is taken.
template <class V>
CHAINRULE_INLINE V log1p_of_fraction(V x) {
    using C = Constants<typename V::Number>;
    const V t = V(1) / (2 + x), half = V(0.5);
    const V s = larger(x * t, V(C::small)), w = s * s;
    const V y = x * fma(-s, fma(t * t, polynomial(C::log1p, w), half), half);
    return fma(-x, y, x);
}

/// log(1 + exp(-abs(x))).
template <class V>
CHAINRULE_INLINE V softplus_rest(V x) {
    return log1p_of_fraction(NegativeExp<V>(-abs(x)).value());
}

/// exp(-z^2 / 2): z^2 = h^2 + (z - h) (z + h), where h^2 is exact.
template <class V>
CHAINRULE_INLINE V exp_of_half_square(V z) {
    using C = Constants<typename V::Number>;
    const V h = V::of_bits(z.bits() & C::head);
    const V low = V(-0.5) * ((z - h) * (z + h));
    return exp_of(V(-0.5) * (h * h), &low);
}

/// The standard normal distribution: Q(z) = erfc(z / sqrt 2) / 2 to the right of z >= 0, from
/// e = exp(-z^2 / 2).
template <class V>
CHAINRULE_INLINE V normal_cdf(V z, V e) {
    using C = Constants<typename V::Number>;
    const V a = smaller(abs(z), V(50)), middle = C::tail_middle;
    const V right = e * polynomial(C::tail, (a - middle) / (a + middle)) / fma(a, V(2), V(1));
    return select(z < 0, right, 1 - right);
}
