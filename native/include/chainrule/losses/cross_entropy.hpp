// -sum_j y_j log(a_j), derivative -y_j / a_j; outputs below the type's epsilon are taken as it.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>

#include "../description.hpp"

namespace chainrule {

struct CrossEntropy {
    static constexpr std::string_view name = "CrossEntropy";

    double label_smoothing;
    double n_classes;

    CrossEntropy(const Numbers& numbers, std::size_t n_out)
        : label_smoothing(numbers.number("label_smoothing")),
          n_classes(static_cast<double>(n_out)) {}

    /// y (1 - s) + s / n_classes.
    template <class T>
    T smooth(T y) const {
        return y * T(1 - label_smoothing) + T(label_smoothing / n_classes);
    }

    template <class T>
    static T positive(T a) {
        constexpr T eps = std::numeric_limits<T>::epsilon();
        return a < eps ? eps : a;
    }

    template <class T>
    T term(T a, T y, std::size_t) const {
        return -smooth(y) * std::log(positive(a));
    }

    template <class T>
    T derivative(T a, T y, std::size_t) const {
        return -smooth(y) / positive(a);
    }
};

}  // namespace chainrule
