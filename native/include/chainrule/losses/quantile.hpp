// max(q (y - a), (1 - q) (a - y)); derivative -q where a < y, 1 - q where a > y, 0 at a = y.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "../buffer.hpp"
#include "../description.hpp"

namespace chainrule {

struct Quantile {
    static constexpr std::string_view name = "Quantile";

    static constexpr bool by_output = true;

    Quantile(const Hyperparameters& values, std::size_t n_out) {
        std::vector<double> q = values.numbers("quantile");
        if (q.size() == 1) {
            q.resize(n_out, q.front());
        }
        if (q.size() != n_out) {
            throw std::invalid_argument("quantile has " + std::to_string(q.size()) +
                                        " numbers, but the network has " + std::to_string(n_out) +
                                        " outputs");
        }
        // Over and over, so that a vector of outputs can start at any of them.
        of_float_.reserve(n_out + widest);
        of_double_.reserve(n_out + widest);
        for (std::size_t j = 0; j < n_out + widest; ++j) {
            of_float_[j] = static_cast<float>(q[j % n_out]);
            of_double_[j] = q[j % n_out];
        }
        float_ = of_float_.data();
        double_ = of_double_.data();
    }

    template <class V>
    V term(V a, V y, std::size_t j) const {
        const V below = level<V>(j) * (y - a);
        const V above = (1 - level<V>(j)) * (a - y);
        return select(below < above, above, below);
    }

    template <class V>
    V derivative(V a, V y, std::size_t j) const {
        return select(a < y, -level<V>(j), select(a > y, 1 - level<V>(j), V(0)));
    }

  private:
    static constexpr std::size_t widest = 16;  // lanes of a vector

    template <class V>
    V level(std::size_t j) const {
        if constexpr (sizeof(typename V::Number) == sizeof(float)) {
            return V::at(float_ + j);
        } else {
            return V::at(double_ + j);
        }
    }

    Buffer<float> of_float_;
    Buffer<double> of_double_;
    const float* float_;
    const double* double_;
};

}  // namespace chainrule
