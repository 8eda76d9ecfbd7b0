// d^2 / 2 where abs(d) <= delta, else delta (abs(d) - delta / 2), d = a - y; derivative: d clipped
// to -delta..delta.
#pragma once

#include <cstddef>
#include <string_view>

#include "../description.hpp"

namespace chainrule {

struct Huber {
    static constexpr std::string_view name = "Huber";

    double delta;

    Huber(const Hyperparameters& values, std::size_t) : delta(values.number("delta")) {}

    template <class V>
    V term(V a, V y, std::size_t) const {
        const V d = abs(a - y);
        return select(d <= V(delta), V(0.5) * d * d, V(delta) * (d - V(0.5 * delta)));
    }

    template <class V>
    V derivative(V a, V y, std::size_t) const {
        const V d = a - y;
        return select(d < V(-delta), V(-delta), select(d > V(delta), V(delta), d));
    }
};

}  // namespace chainrule
