// a = z where z > 0, else exp(z) - 1; a' = 1 where z > 0, else exp(z).
#pragma once

#include <cmath>
#include <string_view>

namespace chainrule {

struct ELU {
    static constexpr std::string_view name = "ELU";

    template <class T>
    static T value(T z) {
        return z > 0 ? z : std::expm1(z);
    }

    template <class T>
    static T derivative(T z, T) {
        return z > 0 ? T(1) : std::exp(z);
    }
};

}  // namespace chainrule
