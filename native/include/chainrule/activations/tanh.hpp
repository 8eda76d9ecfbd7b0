// a = tanh(z), a' = 1 - a^2.
#pragma once

#include <string_view>

namespace chainrule {

struct Tanh {
    static constexpr std::string_view name = "Tanh";
    static constexpr bool of_outputs = true;  // the derivative needs no z

    template <class V>
    static V value(V z) {
        return tanh(z);
    }

    template <class V>
    static V derivative(V, V a) {
        return fma(-a, a, V(1));
    }
};

}  // namespace chainrule
