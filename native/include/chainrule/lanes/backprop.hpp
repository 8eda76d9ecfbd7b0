// Backpropagation for small networks of one shape, a network a lane.
#pragma once

#include <cstddef>
#include <vector>

#include "../activations/base.hpp"
#include "../backprop.hpp"
#include "../buffer.hpp"
#include "../objective.hpp"
#include "passes.hpp"

namespace chainrule {

/// One network: what it is asked, and where the answer goes.
template <class T>
struct Lane {
    const Objective<T>* objective = nullptr;
    const T* p = nullptr;
    const Rows<T>* batch = nullptr;
    T* g = nullptr;
    double value = 0.0;
};

/// The chain rule for networks of dense layers that are the same but for their numbers. Arrays are
/// [row][unit][network], and a vector holds one number of each network. The rows of a tile go through
/// in blocks that stay in the first cache; a tile's sums go on from block to block. One network alone
/// has kernels of its own, for whole tiles. The numbers are those of `Backprop`, bit by bit.
template <class T>
class LaneBackprop {
  public:
    /// Whether such an objective can be worked out here, for batches of so many rows.
    static bool takes(const ObjectiveDescription& objective, std::size_t rows);

    /// Whether a single network is faster here.
    static bool suits_one(const ObjectiveDescription& objective, std::size_t rows);

    /// How many networks go side by side.
    static std::size_t width() { return lane_kernels<T>().lanes; }

    /// @param one for one network, or for width() of them at most
    LaneBackprop(const ObjectiveDescription& objective, std::size_t rows, bool one);

    /// The value and the gradient of each network for its batch; the batches have as many rows.
    void value_and_gradient(Lane<T>* networks, std::size_t n);

    /// The same for one network.
    void value_and_gradient(Lane<T>& network);

  private:
    void gather_parameters(const Lane<T>* networks, std::size_t n);
    void gather_rows(const Lane<T>* networks, std::size_t n, bool shared, std::size_t first,
                     std::size_t rows, std::size_t in_tile);
    Rows<T> gather_one(const Rows<T>& batch, std::size_t first) const;
    void measure(const Loss<T>& loss, std::size_t rows, std::size_t in_tile, bool weighted);

    std::size_t lanes_, size_, n_in_, n_out_, block_;
    const LaneKernels<T>& kernels_;
    const Elementwise<T>& elementwise_;
    std::vector<LaneLayer<T>> layers_;
    LaneRows<T> rows_;
    Buffer<T> room_;
    T *p_, *g_, *tile_, *staged_, *X_, *y_, *share_, *weight_, *losses_;
};

}  // namespace chainrule
