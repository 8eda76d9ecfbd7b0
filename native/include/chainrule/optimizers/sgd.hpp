// p <- p - eta g; with momentum v <- mu v - eta g and p <- p + v; Nesterov: p <- p + mu v - eta g.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base.hpp"

namespace chainrule {

struct SGD {
    static constexpr std::string_view name = "SGD";

    double momentum;
    bool nesterov;

    explicit SGD(const Hyperparameters& values)
        : momentum(values.number("momentum")), nesterov(values.flag("nesterov")) {}

    std::size_t n_slots() const { return momentum != 0.0 ? 1 : 0; }

    template <class C>
    static std::size_t slots(const C& c) {
        return c.mu != 0 ? 1 : 0;
    }

    /// What an update takes from the rule, in the type of the parameters.
    template <class T>
    struct Coefficients {
        T eta, mu;
        bool nesterov;
    };

    template <class T>
    Coefficients<T> coefficients(std::uint64_t, double learning_rate) const {
        return {T(learning_rate), T(momentum), nesterov};
    }

    template <class V, class C>
    static void update(const C& c, V g, V& p, V& v, V&) {
        const V step = V(c.eta) * g;
        if (c.mu == 0) {
            p = p - step;
            return;
        }
        v = V(c.mu) * v - step;
        p = p + (c.nesterov ? V(c.mu) * v - step : v);
    }
};

}  // namespace chainrule
