// a = z, a' = 1.
#pragma once

#include <string_view>

namespace chainrule {

struct Identity {
    static constexpr std::string_view name = "Identity";

    template <class T>
    static T value(T z) {
        return z;
    }

    template <class T>
    static T derivative(T, T) {
        return T(1);
    }
};

}  // namespace chainrule
