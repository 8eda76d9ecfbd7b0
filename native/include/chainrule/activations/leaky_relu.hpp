// a = z where z > 0, else 0.01 z; a' = 1 where z > 0, else 0.01.
#pragma once

#include <string_view>

namespace chainrule {

struct LeakyReLU {
    static constexpr std::string_view name = "LeakyReLU";
    static constexpr double slope = 0.01;

    template <class V>
    static V value(V z) {
        return select(z > 0, z, V(slope) * z);
    }

    template <class V>
    static V derivative(V z, V) {
        return select(z > 0, V(1), V(slope));
    }
};

}  // namespace chainrule
