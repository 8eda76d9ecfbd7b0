// a = exp(z), a' = a.
#pragma once

#include <cmath>
#include <string_view>

namespace chainrule {

struct Exp {
    static constexpr std::string_view name = "Exp";

    template <class T>
    static T value(T z) {
        return std::exp(z);
    }

    template <class T>
    static T derivative(T, T a) {
        return a;
    }
};

}  // namespace chainrule
