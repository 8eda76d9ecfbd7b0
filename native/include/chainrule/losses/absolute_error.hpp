// abs(a - y), derivative sign(a - y), 0 at a = y.
#pragma once

#include <cmath>
#include <cstddef>
#include <string_view>

#include "../description.hpp"

namespace chainrule {

struct AbsoluteError {
    static constexpr std::string_view name = "AbsoluteError";

    AbsoluteError(const Numbers&, std::size_t) {}

    template <class T>
    T term(T a, T y, std::size_t) const {
        return std::abs(a - y);
    }

    template <class T>
    T derivative(T a, T y, std::size_t) const {
        const T d = a - y;
        return d > 0 ? T(1) : d < 0 ? T(-1) : d;
    }
};

}  // namespace chainrule
