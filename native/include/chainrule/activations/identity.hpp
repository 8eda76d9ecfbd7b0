// a = z, a' = 1.
#pragma once

#include <string_view>

namespace chainrule {

struct Identity {
    static constexpr std::string_view name = "Identity";
    static constexpr bool of_outputs = true;  // the derivative needs no z

    template <class V>
    static V value(V z) {
        return z;
    }

    template <class V>
    static V derivative(V, V) {
        return V(1);
    }
};

}  // namespace chainrule
