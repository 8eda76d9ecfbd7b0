// sum abs(w), derivative sign(w), 0 at w = 0.
#pragma once

#include <string_view>

namespace chainrule {

struct L1 {
    static constexpr std::string_view name = "L1";

    template <class V>
    static V value(V w) {
        return abs(w);
    }

    template <class V>
    static V gradient(V w) {
        return select(w > 0, V(1), select(w < 0, V(-1), w));
    }
};

}  // namespace chainrule
