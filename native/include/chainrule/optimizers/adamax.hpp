// m <- beta1 m + (1 - beta1) g, u <- max(beta2 u, abs(g)),
// p <- p - eta / (1 - beta1^t) m / (u + eps).
#pragma once

#include <cmath>
#include <cstddef>
#include <string_view>

#include "base.hpp"

namespace chainrule {

struct Adamax {
    static constexpr std::string_view name = "Adamax";

    double beta1, beta2, eps;

    explicit Adamax(const Numbers& numbers)
        : beta1(numbers.number("beta1")),
          beta2(numbers.number("beta2")),
          eps(numbers.number("eps")) {}

    std::size_t n_slots() const { return 2; }

    template <class T>
    void update(const Part<T>& part, double t, double learning_rate) const {
        const T b1 = T(beta1), b2 = T(beta2), take1 = T(1 - beta1), e = T(eps);
        const T eta = T(learning_rate / (1 - std::pow(beta1, t)));
        const T* __restrict g = part.g;
        T* __restrict p = part.p;
        T* __restrict m = part.slot(0);
        T* __restrict u = part.slot(1);
        for (std::size_t i = 0; i < part.n; ++i) {
            m[i] = b1 * m[i] + take1 * g[i];
            const T decayed = b2 * u[i], size = std::abs(g[i]);
            u[i] = size <= decayed ? decayed : size;
            p[i] -= eta * m[i] / (u[i] + e);
        }
    }
};

}  // namespace chainrule
