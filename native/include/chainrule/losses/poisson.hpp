// a - y + y log(y / a), derivative 1 - y / a; outputs below the type's epsilon are taken as it.
#pragma once

#include <cstddef>
#include <limits>
#include <string_view>

#include "../description.hpp"

namespace chainrule {

struct Poisson {
    static constexpr std::string_view name = "Poisson";

    Poisson(const Hyperparameters&, std::size_t) {}

    /// y log y, 0 at y = 0.
    template <class V>
    static V y_log_y(V y) {
        return select(y > 0, y * log(y), V(0));
    }

    template <class V>
    static V positive(V a) {
        constexpr auto least = std::numeric_limits<typename V::Number>::epsilon();
        const V eps = least;
        return select(a < eps, eps, a);
    }

    template <class V>
    V term(V a, V y, std::size_t) const {
        a = positive(a);
        return a - y + y_log_y(y) - y * log(a);
    }

    template <class V>
    V derivative(V a, V y, std::size_t) const {
        return 1 - y / positive(a);
    }
};

}  // namespace chainrule
