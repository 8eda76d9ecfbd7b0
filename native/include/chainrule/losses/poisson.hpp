// a - y + y log(y / a), derivative 1 - y / a; outputs below the type's epsilon are taken as it.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>

#include "../description.hpp"

namespace chainrule {

struct Poisson {
    static constexpr std::string_view name = "Poisson";

    Poisson(const Numbers&, std::size_t) {}

    /// y log y, 0 at y = 0.
    template <class T>
    static T y_log_y(T y) {
        return y > 0 ? y * std::log(y) : T(0);
    }

    template <class T>
    static T positive(T a) {
        constexpr T eps = std::numeric_limits<T>::epsilon();
        return a < eps ? eps : a;
    }

    template <class T>
    T term(T a, T y, std::size_t) const {
        a = positive(a);
        return a - y + y_log_y(y) - y * std::log(a);
    }

    template <class T>
    T derivative(T a, T y, std::size_t) const {
        return 1 - y / positive(a);
    }
};

}  // namespace chainrule
