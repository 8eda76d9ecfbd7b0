// -y log(a) - (1 - y) log(1 - a), derivative (a - y) / (a (1 - a)); a is kept the type's epsilon
// away from 0 and 1.
#pragma once

#include <cstddef>
#include <limits>
#include <string_view>

#include "../description.hpp"

namespace chainrule {

struct BinaryCrossEntropy {
    static constexpr std::string_view name = "BinaryCrossEntropy";

    double label_smoothing;

    BinaryCrossEntropy(const Hyperparameters& values, std::size_t)
        : label_smoothing(values.number("label_smoothing")) {}

    /// y (1 - s) + s / 2.
    template <class V>
    V smooth(V y) const {
        return y * V(1 - label_smoothing) + V(0.5 * label_smoothing);
    }

    template <class V>
    static V inside(V a) {
        constexpr auto least = std::numeric_limits<typename V::Number>::epsilon();
        const V eps = least;
        return select(a < eps, eps, select(a > 1 - eps, 1 - eps, a));
    }

    template <class V>
    V term(V a, V y, std::size_t) const {
        a = inside(a);
        y = smooth(y);
        return -y * log(a) - (1 - y) * log1p(-a);
    }

    template <class V>
    V derivative(V a, V y, std::size_t) const {
        a = inside(a);
        return (a - smooth(y)) / (a * (1 - a));
    }
};

}  // namespace chainrule
