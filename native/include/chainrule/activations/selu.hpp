// a = s z where z > 0, else s alpha (exp(z) - 1); a' = s where z > 0, else s alpha exp(z).
#pragma once

#include <string_view>

namespace chainrule {

struct SELU {
    static constexpr std::string_view name = "SELU";
    // The fixed point of mean 0 and variance 1 (Klambauer et al. 2017, equation 14).
    static constexpr double alpha = 1.6732632423543772;
    static constexpr double scale = 1.0507009873554805;

    template <class V>
    static V value(V z) {
        return V(scale) * select(z > 0, z, V(alpha) * expm1(smaller(z, V(0))));
    }

    template <class V>
    static V derivative(V z, V) {
        return V(scale) * select(z > 0, V(1), V(alpha) * exp(z));
    }
};

}  // namespace chainrule
