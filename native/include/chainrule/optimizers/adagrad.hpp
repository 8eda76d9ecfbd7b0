// s <- s + g^2, p <- p - eta g / (sqrt(s) + eps).
#pragma once

#include <cmath>
#include <cstddef>
#include <string_view>

#include "base.hpp"

namespace chainrule {

struct Adagrad {
    static constexpr std::string_view name = "Adagrad";

    double eps;

    explicit Adagrad(const Numbers& numbers) : eps(numbers.number("eps")) {}

    std::size_t n_slots() const { return 1; }

    template <class T>
    void update(const Part<T>& part, double, double learning_rate) const {
        const T eta = T(learning_rate), e = T(eps);
        const T* __restrict g = part.g;
        T* __restrict p = part.p;
        T* __restrict s = part.slot(0);
        for (std::size_t i = 0; i < part.n; ++i) {
            s[i] += g[i] * g[i];
            p[i] -= eta * g[i] / (std::sqrt(s[i]) + e);
        }
    }
};

}  // namespace chainrule
