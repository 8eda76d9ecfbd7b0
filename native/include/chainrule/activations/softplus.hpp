// a = log(1 + exp(z)), a' = sigmoid(z).
#pragma once

#include <cmath>
#include <string_view>

#include "sigmoid.hpp"

namespace chainrule {

struct Softplus {
    static constexpr std::string_view name = "Softplus";

    /// Computed as max(z, 0) + log(1 + exp(-abs(z))), which cannot overflow.
    template <class T>
    static T value(T z) {
        return (z < 0 ? T(0) : z) + std::log1p(std::exp(-std::abs(z)));
    }

    template <class T>
    static T derivative(T z, T) {
        return Sigmoid::value(z);
    }
};

}  // namespace chainrule
