// a = exp(z), a' = a.
#pragma once

#include <string_view>

namespace chainrule {

struct Exp {
    static constexpr std::string_view name = "Exp";
    static constexpr bool of_outputs = true;  // the derivative needs no z

    template <class V>
    static V value(V z) {
        return exp(z);
    }

    template <class V>
    static V derivative(V, V a) {
        return a;
    }
};

}  // namespace chainrule
