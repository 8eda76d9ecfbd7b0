// Adam with m^ = beta1 m / (1 - beta1^(t+1)) + (1 - beta1) g / (1 - beta1^t).
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base.hpp"

namespace chainrule {

struct Nadam {
    static constexpr std::string_view name = "Nadam";

    double beta1, beta2, eps;

    explicit Nadam(const Hyperparameters& values)
        : beta1(values.number("beta1")), beta2(values.number("beta2")), eps(values.number("eps")) {}

    std::size_t n_slots() const { return 2; }

    template <class T>
    static std::size_t slots(const T&) {
        return 2;
    }

    /// What an update takes from the rule, in the type of the parameters.
    template <class T>
    struct Coefficients {
        T beta1, beta2, take1, take2, of_m, of_g, of_v, eta, eps;
    };

    template <class T>
    Coefficients<T> coefficients(std::uint64_t t, double learning_rate) const {
        return {T(beta1),
                T(beta2),
                T(1 - beta1),
                T(1 - beta2),
                T(beta1 / (1 - power(beta1, t + 1))),
                T((1 - beta1) / (1 - power(beta1, t))),
                T(1 / (1 - power(beta2, t))),
                T(learning_rate),
                T(eps)};
    }

    template <class V, class C>
    static void update(const C& c, V g, V& p, V& m, V& v) {
        m = V(c.beta1) * m + V(c.take1) * g;
        v = V(c.beta2) * v + V(c.take2) * (g * g);
        const V step = V(c.of_m) * m + V(c.of_g) * g;
        p = p - V(c.eta) * step / (sqrt(v * V(c.of_v)) + V(c.eps));
    }
};

}  // namespace chainrule
