// a = 1 / (1 + exp(-z)), a' = a (1 - a).
#pragma once

#include <string_view>

namespace chainrule {

struct Sigmoid {
    static constexpr std::string_view name = "Sigmoid";
    static constexpr bool of_outputs = true;  // the derivative needs no z

    template <class V>
    static V value(V z) {
        return sigmoid(z);
    }

    template <class V>
    static V derivative(V, V a) {
        return a * (1 - a);
    }
};

}  // namespace chainrule
