// sum w^2 / 2, derivative w.
#pragma once

#include <string_view>

namespace chainrule {

struct L2 {
    static constexpr std::string_view name = "L2";

    template <class V>
    static V value(V w) {
        return V(0.5) * w * w;
    }

    template <class V>
    static V gradient(V w) {
        return w;
    }
};

}  // namespace chainrule
