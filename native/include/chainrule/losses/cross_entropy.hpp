// -sum_j y_j log(a_j), derivative -y_j / a_j; outputs below the type's epsilon are taken as it.
#pragma once

#include <cstddef>
#include <limits>
#include <string_view>

#include "../description.hpp"

namespace chainrule {

struct CrossEntropy {
    static constexpr std::string_view name = "CrossEntropy";

    double label_smoothing;
    double n_classes;

    CrossEntropy(const Hyperparameters& values, std::size_t n_out)
        : label_smoothing(values.number("label_smoothing")),
          n_classes(static_cast<double>(n_out)) {}

    /// y (1 - s) + s / n_classes.
    template <class V>
    V smooth(V y) const {
        return y * V(1 - label_smoothing) + V(label_smoothing / n_classes);
    }

    template <class V>
    static V positive(V a) {
        constexpr auto least = std::numeric_limits<typename V::Number>::epsilon();
        const V eps = least;
        return select(a < eps, eps, a);
    }

    template <class V>
    V term(V a, V y, std::size_t) const {
        return -smooth(y) * log(positive(a));
    }

    template <class V>
    V derivative(V a, V y, std::size_t) const {
        return -smooth(y) / positive(a);
    }
};

}  // namespace chainrule
