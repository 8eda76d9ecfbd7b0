// log(cosh(a - y)), derivative tanh(a - y).
#pragma once

#include <cstddef>
#include <string_view>

#include "../description.hpp"

namespace chainrule {

struct LogCosh {
    static constexpr std::string_view name = "LogCosh";
    static constexpr double log_2 = 0.69314718055994530942;

    LogCosh(const Hyperparameters&, std::size_t) {}

    /// abs(d) + log(1 + exp(-2 abs(d))) - log 2 with d = a - y, which cannot overflow.
    template <class V>
    V term(V a, V y, std::size_t) const {
        const V d = abs(a - y);
        return d + log1p(exp(-2 * d)) - V(log_2);
    }

    template <class V>
    V derivative(V a, V y, std::size_t) const {
        return tanh(a - y);
    }
};

}  // namespace chainrule
