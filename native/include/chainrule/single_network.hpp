// Backpropagation for a single tiny network.
#pragma once

#include <cstddef>

#include "batch.hpp"
#include "buffer.hpp"
#include "objective.hpp"
#include "single_updates.hpp"
#include "small_network.hpp"

namespace chainrule {

/// A network, its batch, and where its gradient and its value go.
template <class T>
struct GradientTask {
    const Objective<T>* objective = nullptr;
    const T* p = nullptr;
    const Rows<T>* batch = nullptr;
    T* g = nullptr;
    double value = 0.0;
};

/// The chain rule for a network of dense layers so small that the time of an update is that of its
/// longest chain of operations: a tile goes forward and backward in one call, without threads. The
/// bits are those of `Backprop`.
template <class T>
class SingleNetwork {
  public:
    /// Whether an objective is faster here, for batches of at most `rows` rows.
    static bool suits(const ObjectiveDescription& objective, std::size_t rows);

    SingleNetwork(const ObjectiveDescription& objective, std::size_t rows);

    void value_and_gradient(GradientTask<T>& task);

    /// The network and its workspaces, for `updates`.
    void describe(SingleUpdates<T>& run) const;
    void updates(SingleUpdates<T>& run) const { kernels_.single_updates(run); }

  private:
    SmallNetwork<T> network_;
    const SmallKernels<T>& kernels_;
    SmallRows<T> rows_;
    GatheredRows<T> gathered_;
    Buffer<T> workspace_;
    T *tile_gradient_, *losses_;
};

}  // namespace chainrule
