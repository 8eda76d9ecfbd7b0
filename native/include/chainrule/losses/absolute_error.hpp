// abs(a - y), derivative sign(a - y), 0 at a = y.
#pragma once

#include <cstddef>
#include <string_view>

#include "../description.hpp"

namespace chainrule {

struct AbsoluteError {
    static constexpr std::string_view name = "AbsoluteError";

    AbsoluteError(const Hyperparameters&, std::size_t) {}

    template <class V>
    V term(V a, V y, std::size_t) const {
        return abs(a - y);
    }

    template <class V>
    V derivative(V a, V y, std::size_t) const {
        const V d = a - y;
        return select(d > 0, V(1), select(d < 0, V(-1), d));
    }
};

}  // namespace chainrule
