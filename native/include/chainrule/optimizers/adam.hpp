// m <- beta1 m + (1 - beta1) g, v <- beta2 v + (1 - beta2) g^2,
// p <- p - eta m^ / (sqrt(v^) + eps), m^ = m / (1 - beta1^t), v^ = v / (1 - beta2^t).
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base.hpp"

namespace chainrule {

struct Adam {
    static constexpr std::string_view name = "Adam";

    double beta1, beta2, eps;
    bool hat;  // epsilon = "hat": eps is added before the root is corrected

    explicit Adam(const Hyperparameters& values)
        : beta1(values.number("beta1")),
          beta2(values.number("beta2")),
          eps(values.number("eps")),
          hat(values.choice("epsilon", "hat", "outside")) {}

    std::size_t n_slots() const { return 2; }

    template <class T>
    static std::size_t slots(const T&) {
        return 2;
    }

    /// What an update takes from the rule, in the type of the parameters.
    template <class T>
    struct Coefficients {
        T beta1, beta2, take1, take2, eta, scale, eps;
    };

    template <class T>
    Coefficients<T> coefficients(std::uint64_t t, double learning_rate) const {
        const double c1 = 1 - power(beta1, t), root = std::sqrt(1 - power(beta2, t));
        return {T(beta1),
                T(beta2),
                T(1 - beta1),
                T(1 - beta2),
                T(learning_rate / c1),
                T(1 / root),
                T(hat ? eps / root : eps)};
    }

    /// Both forms are eta / c1 * m / (sqrt(v) / sqrt(c2) + e): "hat" has e = eps / sqrt(c2).
    template <class V, class C>
    static void update(const C& c, V g, V& p, V& m, V& v) {
        m = V(c.beta1) * m + V(c.take1) * g;
        v = V(c.beta2) * v + V(c.take2) * (g * g);
        p = p - V(c.eta) * m / (sqrt(v) * V(c.scale) + V(c.eps));
    }
};

}  // namespace chainrule
