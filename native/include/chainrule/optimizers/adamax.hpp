// m <- beta1 m + (1 - beta1) g, u <- max(beta2 u, abs(g)),
// p <- p - eta / (1 - beta1^t) m / (u + eps).
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base.hpp"

namespace chainrule {

struct Adamax {
    static constexpr std::string_view name = "Adamax";

    double beta1, beta2, eps;

    explicit Adamax(const Hyperparameters& values)
        : beta1(values.number("beta1")), beta2(values.number("beta2")), eps(values.number("eps")) {}

    std::size_t n_slots() const { return 2; }

    template <class T>
    static std::size_t slots(const T&) {
        return 2;
    }

    /// What an update takes from the rule, in the type of the parameters.
    template <class T>
    struct Coefficients {
        T beta1, beta2, take1, eta, eps;
    };

    template <class T>
    Coefficients<T> coefficients(std::uint64_t t, double learning_rate) const {
        return {T(beta1), T(beta2), T(1 - beta1), T(learning_rate / (1 - power(beta1, t))), T(eps)};
    }

    template <class V, class C>
    static void update(const C& c, V g, V& p, V& m, V& u) {
        m = V(c.beta1) * m + V(c.take1) * g;
        const V decayed = V(c.beta2) * u, size = abs(g);
        u = select(size <= decayed, decayed, size);
        p = p - V(c.eta) * m / (u + V(c.eps));
    }
};

}  // namespace chainrule
