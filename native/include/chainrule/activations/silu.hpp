// a = z s with s = sigmoid(z), a' = s (1 + z (1 - s)).
#pragma once

#include <string_view>

#include "sigmoid.hpp"

namespace chainrule {

struct SiLU {
    static constexpr std::string_view name = "SiLU";

    template <class T>
    static T value(T z) {
        return z * Sigmoid::value(z);
    }

    template <class T>
    static T derivative(T z, T) {
        const T s = Sigmoid::value(z);
        return s * (1 + z * (1 - s));
    }
};

}  // namespace chainrule
