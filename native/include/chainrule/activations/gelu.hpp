// a = z P(z), a' = P(z) + z p(z); P and p are the standard normal distribution and density.
#pragma once

#include <string_view>

namespace chainrule {

struct GELU {
    static constexpr std::string_view name = "GELU";
    static constexpr double density_at_0 = 0.39894228040143267794;  // 1 / sqrt(2 pi)

    template <class V>
    static V value(V z) {
        return z * normal_cdf(z, exp_of_half_square(abs(z)));
    }

    template <class V>
    static V derivative(V z, V) {
        const V e = exp_of_half_square(abs(z));
        return normal_cdf(z, e) + z * e * V(density_at_0);
    }
};

}  // namespace chainrule
