// max(q (y - a), (1 - q) (a - y)); derivative -q where a < y, 1 - q where a > y, 0 at a = y.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "../description.hpp"

namespace chainrule {

struct Quantile {
    static constexpr std::string_view name = "Quantile";

    std::vector<double> q;  // one for each output

    Quantile(const Numbers& numbers, std::size_t n_out) : q(numbers.list("quantile")) {
        if (q.size() == 1) {
            q.resize(n_out, q.front());
        }
        if (q.size() != n_out) {
            throw std::invalid_argument("quantile has " + std::to_string(q.size()) +
                                        " numbers, but the network has " + std::to_string(n_out) +
                                        " outputs");
        }
    }

    template <class T>
    T term(T a, T y, std::size_t j) const {
        const T below = T(q[j]) * (y - a);
        const T above = (1 - T(q[j])) * (a - y);
        return below < above ? above : below;
    }

    template <class T>
    T derivative(T a, T y, std::size_t j) const {
        return a < y ? -T(q[j]) : a > y ? 1 - T(q[j]) : T(0);
    }
};

}  // namespace chainrule
