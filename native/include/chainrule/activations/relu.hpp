// a = max(z, 0), nan where z is nan; a' = 1 where z > 0, else 0.
#pragma once

#include <string_view>

namespace chainrule {

struct ReLU {
    static constexpr std::string_view name = "ReLU";
    static constexpr bool of_outputs = true;  // the derivative needs no z

    template <class V>
    static V value(V z) {
        return select(z < 0, V(0), z);
    }

    template <class V>
    static V derivative(V, V a) {
        return select(a > 0, V(1), V(0));
    }
};

}  // namespace chainrule
