// a = max(z, 0), nan where z is nan; a' = 1 where z > 0, else 0.
#pragma once

#include <string_view>

namespace chainrule {

struct ReLU {
    static constexpr std::string_view name = "ReLU";

    template <class T>
    static T value(T z) {
        return z < 0 ? T(0) : z;
    }

    template <class T>
    static T derivative(T z, T) {
        return z > 0 ? T(1) : T(0);
    }
};

}  // namespace chainrule
