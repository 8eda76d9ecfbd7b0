// p <- p - eta g; with momentum v <- mu v - eta g and p <- p + v; Nesterov: p <- p + mu v - eta g.
#pragma once

#include <cstddef>
#include <string_view>

#include "base.hpp"

namespace chainrule {

struct SGD {
    static constexpr std::string_view name = "SGD";

    double momentum;
    bool nesterov;

    explicit SGD(const Numbers& numbers)
        : momentum(numbers.number("momentum")), nesterov(numbers.flag("nesterov")) {}

    std::size_t n_slots() const { return momentum != 0.0 ? 1 : 0; }

    template <class T>
    void update(const Part<T>& part, double, double learning_rate) const {
        const T eta = T(learning_rate), mu = T(momentum);
        const T* __restrict g = part.g;
        T* __restrict p = part.p;
        if (n_slots() == 0) {
            for (std::size_t i = 0; i < part.n; ++i) {
                p[i] -= eta * g[i];
            }
            return;
        }
        T* __restrict v = part.slot(0);
        for (std::size_t i = 0; i < part.n; ++i) {
            const T step = eta * g[i];
            v[i] = mu * v[i] - step;
            p[i] += nesterov ? mu * v[i] - step : v[i];
        }
    }
};

}  // namespace chainrule
