// a = z t with t = tanh(softplus(z)), a' = t + z (1 - t^2) sigmoid(z).
#pragma once

#include <cmath>
#include <string_view>

#include "sigmoid.hpp"
#include "softplus.hpp"

namespace chainrule {

struct Mish {
    static constexpr std::string_view name = "Mish";

    template <class T>
    static T value(T z) {
        return z * std::tanh(Softplus::value(z));
    }

    template <class T>
    static T derivative(T z, T) {
        const T t = std::tanh(Softplus::value(z));
        return t + z * (1 - t * t) * Sigmoid::value(z);
    }
};

}  // namespace chainrule
