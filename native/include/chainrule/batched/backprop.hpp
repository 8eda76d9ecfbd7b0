// Backpropagation for small networks of one shape, one in each lane of a vector.
#pragma once

#include <cstddef>

#include "../batch.hpp"
#include "../buffer.hpp"
#include "../objective.hpp"
#include "../single_network.hpp"
#include "../small_network.hpp"

namespace chainrule {

/// The chain rule for networks of dense layers that are the same but for their numbers. Arrays are
/// [row][unit][network], and a vector holds one number of each network. The rows of a tile go
/// through in blocks that stay in L1; a tile's sums continue from block to block. The bits are
/// those of `Backprop`.
template <class T>
class BatchedBackprop {
  public:
    /// Whether an objective can be computed here, for batches of at most `rows` rows.
    static bool takes(const ObjectiveDescription& objective, std::size_t rows) {
        return SmallNetwork<T>::takes(objective, rows);
    }

    /// How many networks go side by side, at most.
    static std::size_t width() { return small_kernels<T>().lanes; }

    BatchedBackprop(const ObjectiveDescription& objective, std::size_t rows);

    /// The value and the gradient of each network for its batch; all batches have the same number
    /// of rows.
    void value_and_gradient(GradientTask<T>* tasks, std::size_t n);

  private:
    void gather_parameters(const GradientTask<T>* tasks, std::size_t n);
    void gather_block(const GradientTask<T>* tasks, std::size_t n, bool shared, std::size_t first,
                      std::size_t rows, std::size_t in_tile);
    void loss_and_gradient(const Loss<T>& loss, std::size_t rows, std::size_t in_tile,
                           bool weighted);

    SmallNetwork<T> network_;
    std::size_t lanes_, n_in_, n_out_, block_;
    const SmallKernels<T>& kernels_;
    const Elementwise<T>& elementwise_;
    SmallRows<T> rows_;
    Buffer<T> workspace_;
    T *p_, *g_, *tile_, *staged_, *X_, *y_, *share_, *weight_, *losses_;
};

}  // namespace chainrule
