// The rows of a batch: their weights, and gathering them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "elementwise.hpp"

namespace chainrule {

/// n rows of a table: row k is order[k], or k where order is null; weight may be null.
template <class T>
struct Rows {
    const T* X = nullptr;
    const T* y = nullptr;
    const T* weight = nullptr;
    const std::int64_t* order = nullptr;
    std::size_t n = 0;
};

/// sum_i w_i.
template <class T>
double total_weight(const Rows<T>& rows) {
    if (rows.weight == nullptr) {
        return double(rows.n);
    }
    double total = 0.0;
    for (std::size_t k = 0; k < rows.n; ++k) {
        total += double(rows.weight[rows.order == nullptr ? k : std::size_t(rows.order[k])]);
    }
    return total;
}

/// L = sum_i w_i loss_i / divisor, so dL/da_i = w_i / divisor * dloss_i/da_i.
struct BatchScale {
    double weight = 1.0;   // the sum of the weights, or 1 if that is 0: the divisor of penalties
    double divisor = 1.0;  // the same where the loss is a mean, else 1

    BatchScale() = default;
    template <class T>
    BatchScale(const Rows<T>& batch, bool mean) : weight(total_weight(batch)) {
        weight = weight != 0.0 ? weight : 1.0;
        divisor = mean ? weight : 1.0;
    }

    /// What the derivative of the loss of a row of weight 1 is multiplied by.
    template <class T>
    T share() const {
        return T(1 / divisor);
    }
};

/// Arrays for rows that are gathered by an order.
template <class T>
struct GatheredRows {
    T *X, *y, *weight;
};

/// n rows of a batch from `first` on: where they lie if they are in order, else copied to `to`.
template <class T>
Rows<T> gather_rows(const Rows<T>& batch, std::size_t first, std::size_t n, std::size_t n_in,
                    std::size_t n_out, const GatheredRows<T>& to) {
    const bool weighted = batch.weight != nullptr;
    if (batch.order == nullptr) {
        return {batch.X + first * n_in, batch.y + first * n_out,
                weighted ? batch.weight + first : nullptr, nullptr, n};
    }
    const std::int64_t* order = batch.order + first;
    const auto gather = elementwise<T>().gather;
    gather(batch.X, order, to.X, n, n_in);
    gather(batch.y, order, to.y, n, n_out);
    if (weighted) {
        gather(batch.weight, order, to.weight, n, 1);
    }
    return {to.X, to.y, weighted ? to.weight : nullptr, nullptr, n};
}

}  // namespace chainrule
