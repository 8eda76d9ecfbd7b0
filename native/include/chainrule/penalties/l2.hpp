// sum w^2 / 2, derivative w.
#pragma once

#include <string_view>

namespace chainrule {

struct L2 {
    static constexpr std::string_view name = "L2";

    template <class T>
    static T value(T w) {
        return T(0.5) * w * w;
    }

    template <class T>
    static T gradient(T w) {
        return w;
    }
};

}  // namespace chainrule
