// log(cosh(a - y)), derivative tanh(a - y).
#pragma once

#include <cmath>
#include <cstddef>
#include <string_view>

#include "../description.hpp"

namespace chainrule {

struct LogCosh {
    static constexpr std::string_view name = "LogCosh";
    static constexpr double log_2 = 0.69314718055994530942;

    LogCosh(const Numbers&, std::size_t) {}

    /// abs(d) + log(1 + exp(-2 abs(d))) - log 2 with d = a - y, which cannot overflow.
    template <class T>
    T term(T a, T y, std::size_t) const {
        const T d = std::abs(a - y);
        return d + std::log1p(std::exp(-2 * d)) - T(log_2);
    }

    template <class T>
    T derivative(T a, T y, std::size_t) const {
        return std::tanh(a - y);
    }
};

}  // namespace chainrule
