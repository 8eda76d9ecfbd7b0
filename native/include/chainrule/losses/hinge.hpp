// max(0, 1 - y a); derivative -y inside the margin, else 0.
#pragma once

#include <cstddef>
#include <string_view>

#include "../description.hpp"

namespace chainrule {

struct Hinge {
    static constexpr std::string_view name = "Hinge";

    Hinge(const Hyperparameters&, std::size_t) {}

    template <class V>
    V term(V a, V y, std::size_t) const {
        const V missing = 1 - y * a;
        return select(missing < 0, V(0), missing);
    }

    template <class V>
    V derivative(V a, V y, std::size_t) const {
        return select(y * a < 1, -y, V(0));
    }
};

}  // namespace chainrule
