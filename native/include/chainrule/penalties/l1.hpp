// sum abs(w), derivative sign(w), 0 at w = 0.
#pragma once

#include <cmath>
#include <string_view>

namespace chainrule {

struct L1 {
    static constexpr std::string_view name = "L1";

    template <class T>
    static T value(T w) {
        return std::abs(w);
    }

    template <class T>
    static T gradient(T w) {
        return w > 0 ? T(1) : w < 0 ? T(-1) : w;
    }
};

}  // namespace chainrule
