// a = z P(z), a' = P(z) + z p(z); P and p are the standard normal distribution and density.
#pragma once

#include <cmath>
#include <string_view>

namespace chainrule {

struct GELU {
    static constexpr std::string_view name = "GELU";
    static constexpr double root_half = 0.70710678118654752440;
    static constexpr double density_at_0 = 0.39894228040143267794;  // 1 / sqrt(2 pi)

    /// P(z) = erfc(-z / sqrt 2) / 2, exact in both tails.
    template <class T>
    static T normal_cdf(T z) {
        return T(0.5) * std::erfc(z * T(-root_half));
    }

    template <class T>
    static T value(T z) {
        return z * normal_cdf(z);
    }

    template <class T>
    static T derivative(T z, T) {
        return normal_cdf(z) + z * std::exp(T(-0.5) * z * z) * T(density_at_0);
    }
};

}  // namespace chainrule
