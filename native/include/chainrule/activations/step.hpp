// a = 1 where z >= 0, else 0; a' = 0.
#pragma once

#include <string_view>

namespace chainrule {

struct Step {
    static constexpr std::string_view name = "Step";
    static constexpr bool of_outputs = true;  // the derivative needs no z

    template <class V>
    static V value(V z) {
        return select(z >= 0, V(1), V(0));
    }

    template <class V>
    static V derivative(V, V) {
        return V(0);
    }
};

}  // namespace chainrule
