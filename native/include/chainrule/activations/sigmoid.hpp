// a = 1 / (1 + exp(-z)), a' = a (1 - a).
#pragma once

#include <cmath>
#include <string_view>

namespace chainrule {

struct Sigmoid {
    static constexpr std::string_view name = "Sigmoid";

    /// Computed from exp(-abs(z)), which cannot overflow.
    template <class T>
    static T value(T z) {
        const T e = std::exp(-std::abs(z));
        return (z >= 0 ? T(1) : e) / (1 + e);
    }

    template <class T>
    static T derivative(T, T a) {
        return a * (1 - a);
    }
};

}  // namespace chainrule
