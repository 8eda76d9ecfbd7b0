#include "chainrule/backprop.hpp"

#include <algorithm>

#include "chainrule/flush_to_zero.hpp"
#include "chainrule/products.hpp"

namespace chainrule {

template <class T>
Backprop<T>::Backprop(const ObjectiveDescription& objective, std::size_t rows, bool training,
                      bool gradients)
    : objective_(objective) {
    const bool whole = objective_.network.couples_rows(training);
    rows_at_once_ = whole ? rows : std::min(rows, tile_rows);
    objective_.network.reserve(rows_at_once_, gradients);
    X_.reserve(product(rows_at_once_, objective_.network.n_in()));
    y_.reserve(product(rows_at_once_, objective_.network.n_out()));
    weight_.reserve(rows_at_once_);
    losses_.reserve(rows_at_once_);
    grad_.reserve(gradients ? product(rows_at_once_, objective_.network.n_out()) : 0);
}

template <class T>
double Backprop<T>::weight(const Rows<T>& batch) {
    if (batch.weight == nullptr) {
        return static_cast<double>(batch.n);
    }
    double total = 0.0;
    for (std::size_t k = 0; k < batch.n; ++k) {
        total += batch.weight[batch.order == nullptr ? k : batch.order[k]];
    }
    return total;
}

template <class T>
Rows<T> Backprop<T>::gather(const Rows<T>& batch, std::size_t first, std::size_t n) {
    const std::size_t n_in = objective_.network.n_in(), n_out = objective_.network.n_out();
    if (batch.order == nullptr) {
        return {batch.X + first * n_in, batch.y + first * n_out,
                batch.weight == nullptr ? nullptr : batch.weight + first, nullptr, n};
    }
    for (std::size_t k = 0; k < n; ++k) {
        const auto row = static_cast<std::size_t>(batch.order[first + k]);
        std::copy_n(batch.X + row * n_in, n_in, X_.data() + k * n_in);
        std::copy_n(batch.y + row * n_out, n_out, y_.data() + k * n_out);
        if (batch.weight != nullptr) {
            weight_[k] = batch.weight[row];
        }
    }
    return {X_.data(), y_.data(), batch.weight == nullptr ? nullptr : weight_.data(), nullptr, n};
}

/// sum_i w_i loss_i, in the order of the rows.
template <class T>
double Backprop<T>::total_loss(const T* output, const Rows<T>& rows) {
    objective_.loss->value(output, rows.y, losses_.data(), rows.n);
    double total = 0.0;
    for (std::size_t r = 0; r < rows.n; ++r) {
        const double loss = losses_[r];
        total += rows.weight == nullptr ? loss : loss * double(rows.weight[r]);
    }
    return total;
}

template <class T>
double Backprop<T>::value_and_gradient(const T* p, const Rows<T>& batch, const Pass& pass, T* g) {
    const FlushToZero flush;
    Network<T>& network = objective_.network;
    const std::size_t n_out = network.n_out();
    const double sum = weight(batch);
    const double batch_weight = sum != 0.0 ? sum : 1.0;
    const double divisor = objective_.mean ? batch_weight : 1.0;
    const T share = T(1 / divisor);

    network.prepare(p, batch.n);
    double total = 0.0;
    for (std::size_t first = 0; first < batch.n; first += rows_at_once_) {
        const Rows<T> rows = gather(batch, first, std::min(rows_at_once_, batch.n - first));
        Pass here = pass;
        here.first_row = first;
        const T* a = network.forward(p, rows.X, rows.n, here);
        const T* output = objective_.fused ? network.z() : a;
        total += total_loss(output, rows);

        // L = sum_i w_i loss_i / divisor, so dL/da_i = w_i / divisor * dloss_i/da_i.
        T* grad = grad_.data();
        objective_.loss->gradient(output, rows.y, grad, rows.n);
        for (std::size_t r = 0; r < rows.n; ++r) {
            const T scale = rows.weight == nullptr ? share : share * rows.weight[r];
            for (std::size_t j = 0; j < n_out; ++j) {
                grad[r * n_out + j] *= scale;
            }
        }
        network.backward(p, grad, objective_.fused, g, first > 0);
    }
    return total / divisor + objective_.penalty(p, g, batch_weight);
}

template <class T>
double Backprop<T>::value(const T* p, const Rows<T>& rows) {
    const FlushToZero flush;
    double total = 0.0;
    for (std::size_t first = 0; first < rows.n; first += rows_at_once_) {
        const Rows<T> part = gather(rows, first, std::min(rows_at_once_, rows.n - first));
        const T* a = objective_.network.forward(p, part.X, part.n, Pass{});
        total += total_loss(objective_.fused ? objective_.network.z() : a, part);
    }
    const double sum = weight(rows);
    return objective_.mean && sum != 0.0 ? total / sum : total;
}

template class Backprop<float>;
template class Backprop<double>;

}  // namespace chainrule
