// -y log(a) - (1 - y) log(1 - a), derivative (a - y) / (a (1 - a)); a is kept the type's epsilon
// away from 0 and 1.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>

#include "../description.hpp"

namespace chainrule {

struct BinaryCrossEntropy {
    static constexpr std::string_view name = "BinaryCrossEntropy";

    double label_smoothing;

    BinaryCrossEntropy(const Numbers& numbers, std::size_t)
        : label_smoothing(numbers.number("label_smoothing")) {}

    /// y (1 - s) + s / 2.
    template <class T>
    T smooth(T y) const {
        return y * T(1 - label_smoothing) + T(0.5 * label_smoothing);
    }

    template <class T>
    static T inside(T a) {
        constexpr T eps = std::numeric_limits<T>::epsilon();
        return a < eps ? eps : a > 1 - eps ? 1 - eps : a;
    }

    template <class T>
    T term(T a, T y, std::size_t) const {
        a = inside(a);
        y = smooth(y);
        return -y * std::log(a) - (1 - y) * std::log1p(-a);
    }

    template <class T>
    T derivative(T a, T y, std::size_t) const {
        a = inside(a);
        return (a - smooth(y)) / (a * (1 - a));
    }
};

}  // namespace chainrule
