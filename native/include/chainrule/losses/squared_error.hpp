// (a - y)^2, derivative 2 (a - y).
#pragma once

#include <cstddef>
#include <string_view>

#include "../description.hpp"

namespace chainrule {

struct SquaredError {
    static constexpr std::string_view name = "SquaredError";

    SquaredError(const Hyperparameters&, std::size_t) {}

    template <class V>
    V term(V a, V y, std::size_t) const {
        return (a - y) * (a - y);
    }

    template <class V>
    V derivative(V a, V y, std::size_t) const {
        return 2 * (a - y);
    }
};

}  // namespace chainrule
