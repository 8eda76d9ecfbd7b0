// Backpropagation over a batch: the chain rule, tile by tile.
#pragma once

#include <cstddef>
#include <cstdint>

#include "buffer.hpp"
#include "objective.hpp"

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

/// An objective with room to work in.
template <class T>
class Backprop {
  public:
    /// Room for batches of so many rows; `gradients`: for value_and_gradient, too.
    Backprop(const ObjectiveDescription& objective, std::size_t rows, bool training,
             bool gradients);

    /// The value for a batch; the gradient is written to g, which is left alone where a layer's is
    /// not wanted.
    double value_and_gradient(const T* p, const Rows<T>& batch, const Pass& pass, T* g);

    /// The loss at evaluation, without the penalties.
    double value(const T* p, const Rows<T>& rows);

    /// sum_i w_i of a batch.
    static double weight(const Rows<T>& batch);

    Objective<T>& objective() { return objective_; }

  private:
    Rows<T> gather(const Rows<T>& batch, std::size_t first, std::size_t n);
    double total_loss(const T* output, const Rows<T>& rows);

    Objective<T> objective_;
    std::size_t rows_at_once_;
    Buffer<T> X_, y_, weight_, losses_, grad_;
};

}  // namespace chainrule
