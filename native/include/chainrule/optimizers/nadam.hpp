// Adam with m^ = beta1 m / (1 - beta1^(t+1)) + (1 - beta1) g / (1 - beta1^t).
#pragma once

#include <cmath>
#include <cstddef>
#include <string_view>

#include "base.hpp"

namespace chainrule {

struct Nadam {
    static constexpr std::string_view name = "Nadam";

    double beta1, beta2, eps;

    explicit Nadam(const Numbers& numbers)
        : beta1(numbers.number("beta1")),
          beta2(numbers.number("beta2")),
          eps(numbers.number("eps")) {}

    std::size_t n_slots() const { return 2; }

    template <class T>
    void update(const Part<T>& part, double t, double learning_rate) const {
        const T b1 = T(beta1), b2 = T(beta2), take1 = T(1 - beta1), take2 = T(1 - beta2);
        const T of_m = T(beta1 / (1 - std::pow(beta1, t + 1)));
        const T of_g = T((1 - beta1) / (1 - std::pow(beta1, t)));
        const T of_v = T(1 / (1 - std::pow(beta2, t)));
        const T eta = T(learning_rate), e = T(eps);
        const T* __restrict g = part.g;
        T* __restrict p = part.p;
        T* __restrict m = part.slot(0);
        T* __restrict v = part.slot(1);
        for (std::size_t i = 0; i < part.n; ++i) {
            m[i] = b1 * m[i] + take1 * g[i];
            v[i] = b2 * v[i] + take2 * (g[i] * g[i]);
            p[i] -= eta * (of_m * m[i] + of_g * g[i]) / (std::sqrt(v[i] * of_v) + e);
        }
    }
};

}  // namespace chainrule
