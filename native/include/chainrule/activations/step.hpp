// a = 1 where z >= 0, else 0; a' = 0.
#pragma once

#include <string_view>

namespace chainrule {

struct Step {
    static constexpr std::string_view name = "Step";

    template <class T>
    static T value(T z) {
        return z >= 0 ? T(1) : T(0);
    }

    template <class T>
    static T derivative(T, T) {
        return T(0);
    }
};

}  // namespace chainrule
