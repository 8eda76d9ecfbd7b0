// d^2 / 2 where abs(d) <= delta, else delta (abs(d) - delta / 2), d = a - y; derivative: d clipped
// to -delta..delta.
#pragma once

#include <cmath>
#include <cstddef>
#include <string_view>

#include "../description.hpp"

namespace chainrule {

struct Huber {
    static constexpr std::string_view name = "Huber";

    double delta;

    Huber(const Numbers& numbers, std::size_t) : delta(numbers.number("delta")) {}

    template <class T>
    T term(T a, T y, std::size_t) const {
        const T d = std::abs(a - y);
        return d <= T(delta) ? T(0.5) * d * d : T(delta) * (d - T(0.5 * delta));
    }

    template <class T>
    T derivative(T a, T y, std::size_t) const {
        const T d = a - y;
        return d < T(-delta) ? T(-delta) : d > T(delta) ? T(delta) : d;
    }
};

}  // namespace chainrule
