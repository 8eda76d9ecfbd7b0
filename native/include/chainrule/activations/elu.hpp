// a = z where z > 0, else exp(z) - 1; a' = 1 where z > 0, else exp(z).
#pragma once

#include <string_view>

namespace chainrule {

struct ELU {
    static constexpr std::string_view name = "ELU";

    template <class V>
    static V value(V z) {
        return select(z > 0, z, expm1(smaller(z, V(0))));
    }

    template <class V>
    static V derivative(V z, V) {
        return select(z > 0, V(1), exp(z));
    }
};

}  // namespace chainrule
