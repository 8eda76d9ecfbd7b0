// s <- rho s + (1 - rho) g^2, step = sqrt(d + eps) / sqrt(s + eps) g,
// d <- rho d + (1 - rho) step^2, p <- p - eta step.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base.hpp"

namespace chainrule {

struct Adadelta {
    static constexpr std::string_view name = "Adadelta";

    double rho, eps;

    explicit Adadelta(const Hyperparameters& values)
        : rho(values.number("rho")), eps(values.number("eps")) {}

    std::size_t n_slots() const { return 2; }

    template <class T>
    static std::size_t slots(const T&) {
        return 2;
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
    static void update(const C& c, V g, V& p, V& s, V& d) {
        s = V(c.keep) * s + V(c.take) * (g * g);
        const V step = sqrt(d + V(c.eps)) / sqrt(s + V(c.eps)) * g;
        d = V(c.keep) * d + V(c.take) * (step * step);
        p = p - V(c.eta) * step;
    }
};

}  // namespace chainrule
