// a = tanh(z), a' = 1 - a^2.
#pragma once

#include <cmath>
#include <string_view>

namespace chainrule {

struct Tanh {
    static constexpr std::string_view name = "Tanh";

    template <class T>
    static T value(T z) {
        return std::tanh(z);
    }

    template <class T>
    static T derivative(T, T a) {
        return 1 - a * a;
    }
};

}  // namespace chainrule
