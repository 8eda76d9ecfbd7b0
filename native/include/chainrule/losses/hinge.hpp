// max(0, 1 - y a); derivative -y inside the margin, else 0.
#pragma once

#include <cstddef>
#include <string_view>

#include "../description.hpp"

namespace chainrule {

struct Hinge {
    static constexpr std::string_view name = "Hinge";

    Hinge(const Numbers&, std::size_t) {}

    template <class T>
    T term(T a, T y, std::size_t) const {
        const T missing = 1 - y * a;
        return missing < 0 ? T(0) : missing;
    }

    template <class T>
    T derivative(T a, T y, std::size_t) const {
        return y * a < 1 ? -y : T(0);
    }
};

}  // namespace chainrule
