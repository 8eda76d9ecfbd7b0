// s <- rho s + (1 - rho) g^2, step = sqrt(d + eps) / sqrt(s + eps) g,
// d <- rho d + (1 - rho) step^2, p <- p - eta step.
#pragma once

#include <cmath>
#include <cstddef>
#include <string_view>

#include "base.hpp"

namespace chainrule {

struct Adadelta {
    static constexpr std::string_view name = "Adadelta";

    double rho, eps;

    explicit Adadelta(const Numbers& numbers)
        : rho(numbers.number("rho")), eps(numbers.number("eps")) {}

    std::size_t n_slots() const { return 2; }

    template <class T>
    void update(const Part<T>& part, double, double learning_rate) const {
        const T eta = T(learning_rate), keep = T(rho), take = T(1 - rho), e = T(eps);
        const T* __restrict g = part.g;
        T* __restrict p = part.p;
        T* __restrict s = part.slot(0);
        T* __restrict d = part.slot(1);
        for (std::size_t i = 0; i < part.n; ++i) {
            s[i] = keep * s[i] + take * (g[i] * g[i]);
            const T step = std::sqrt(d[i] + e) / std::sqrt(s[i] + e) * g[i];
            d[i] = keep * d[i] + take * (step * step);
            p[i] -= eta * step;
        }
    }
};

}  // namespace chainrule
