// s <- rho s + (1 - rho) g^2, p <- p - eta g / (sqrt(s) + eps).
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base.hpp"

namespace chainrule {

struct RMSprop {
    static constexpr std::string_view name = "RMSprop";

    double rho, eps;

    explicit RMSprop(const Hyperparameters& values)
        : rho(values.number("rho")), eps(values.number("eps")) {}

    std::size_t n_slots() const { return 1; }

    template <class T>
    static std::size_t slots(const T&) {
        return 1;
    }

    /// What an update takes from the rule, in the type of the parameters.
    template <class T>
    struct Coefficients {
        T eta, keep, take, eps;
    };

    template <class T>
    Coefficients<T> coefficients(std::uint64_t, double learning_rate) const {
        return {T(learning_rate), T(rho), T(1 - rho), T(eps)};
    }

    template <class V, class C>
    static void update(const C& c, V g, V& p, V& s, V&) {
        s = V(c.keep) * s + V(c.take) * (g * g);
        p = p - V(c.eta) * g / (sqrt(s) + V(c.eps));
    }
};

}  // namespace chainrule
