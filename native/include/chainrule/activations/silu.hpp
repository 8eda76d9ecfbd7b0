// a = z s with s = sigmoid(z), a' = s (1 + z (1 - s)).
#pragma once

#include <string_view>

#include "sigmoid.hpp"

namespace chainrule {

struct SiLU {
    static constexpr std::string_view name = "SiLU";

    template <class V>
    static V value(V z) {
        return z * Sigmoid::value(z);
    }

    template <class V>
    static V derivative(V z, V) {
        const V s = Sigmoid::value(z);
        return s * (1 + z * (1 - s));
    }
};

}  // namespace chainrule
