// a = z t with t = tanh(softplus(z)), a' = t + z (1 - t^2) sigmoid(z).
#pragma once

#include <string_view>

#include "sigmoid.hpp"
#include "softplus.hpp"

namespace chainrule {

struct Mish {
    static constexpr std::string_view name = "Mish";

    template <class V>
    static V value(V z) {
        return z * tanh(Softplus::value(z));
    }

    template <class V>
    static V derivative(V z, V) {
        const V t = tanh(Softplus::value(z));
        return t + z * (1 - t * t) * Sigmoid::value(z);
    }
};

}  // namespace chainrule
