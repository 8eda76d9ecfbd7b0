// a = s z where z > 0, else s alpha (exp(z) - 1); a' = s where z > 0, else s alpha exp(z).
#pragma once

#include <cmath>
#include <string_view>

namespace chainrule {

struct SELU {
    static constexpr std::string_view name = "SELU";
    // The fixed point of mean 0 and variance 1 (Klambauer et al. 2017, equation 14).
    static constexpr double alpha = 1.6732632423543772;
    static constexpr double scale = 1.0507009873554805;

    template <class T>
    static T value(T z) {
        return T(scale) * (z > 0 ? z : T(alpha) * std::expm1(z));
    }

    template <class T>
    static T derivative(T z, T) {
        return T(scale) * (z > 0 ? T(1) : T(alpha) * std::exp(z));
    }
};

}  // namespace chainrule
