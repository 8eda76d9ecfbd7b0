// m <- beta1 m + (1 - beta1) g, v <- beta2 v + (1 - beta2) g^2,
// p <- p - eta m^ / (sqrt(v^) + eps), m^ = m / (1 - beta1^t), v^ = v / (1 - beta2^t).
#pragma once

#include <cmath>
#include <cstddef>
#include <string_view>

#include "base.hpp"

namespace chainrule {

struct Adam {
    static constexpr std::string_view name = "Adam";

    double beta1, beta2, eps;
    bool hat;  // epsilon = "hat": eps is added before the root is corrected

    explicit Adam(const Numbers& numbers)
        : beta1(numbers.number("beta1")),
          beta2(numbers.number("beta2")),
          eps(numbers.number("eps")),
          hat(numbers.flag("epsilon")) {}

    std::size_t n_slots() const { return 2; }

    /// Both forms are eta / c1 * m / (sqrt(v) / sqrt(c2) + e): "hat" has e = eps / sqrt(c2).
    template <class T>
    void update(const Part<T>& part, double t, double learning_rate) const {
        const double c1 = 1 - std::pow(beta1, t), root = std::sqrt(1 - std::pow(beta2, t));
        const T b1 = T(beta1), b2 = T(beta2), take1 = T(1 - beta1), take2 = T(1 - beta2);
        const T eta = T(learning_rate / c1), scale = T(1 / root), e = T(hat ? eps / root : eps);
        const T* __restrict g = part.g;
        T* __restrict p = part.p;
        T* __restrict m = part.slot(0);
        T* __restrict v = part.slot(1);
        for (std::size_t i = 0; i < part.n; ++i) {
            m[i] = b1 * m[i] + take1 * g[i];
            v[i] = b2 * v[i] + take2 * (g[i] * g[i]);
            p[i] -= eta * m[i] / (std::sqrt(v[i]) * scale + e);
        }
    }
};

}  // namespace chainrule
