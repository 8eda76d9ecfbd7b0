// a = z where z > 0, else 0.01 z; a' = 1 where z > 0, else 0.01.
#pragma once

#include <string_view>

namespace chainrule {

struct LeakyReLU {
    static constexpr std::string_view name = "LeakyReLU";
    static constexpr double slope = 0.01;

    template <class T>
    static T value(T z) {
        return z > 0 ? z : T(slope) * z;
    }

    template <class T>
    static T derivative(T z, T) {
        return z > 0 ? T(1) : T(slope);
    }
};

}  // namespace chainrule
