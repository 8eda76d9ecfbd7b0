// What one update does to the parameters: clipping, weight decay, the optimizer's step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "backprop.hpp"
#include "description.hpp"
#include "elementwise.hpp"
#include "optimizers/base.hpp"
#include "single_updates.hpp"

namespace chainrule {

/// The arrays of a fit that updates write to.
template <class T>
struct Updated {
    T* parameters;
    T* slots;  // (n_slots, size)
    std::size_t size;
};

template <class T>
class Updater {
  public:
    /// @param parts neighbouring parameters that are updated at once, in their order
    Updater(const std::vector<Segment>& segments, const Description& optimizer, double clip_norm,
            const std::vector<Part>& parts);

    std::size_t n_slots() const { return optimizer_->n_slots(); }
    bool clips() const { return clip_norm_ > 0.0; }

    /// Note the sum of squares of a part of the trainable gradient, which lies at g.
    void see(const Part& part, const T* g) { squares_[part.k] = squares(part, g); }

    /// The Euclidean norm of the trainable gradient, of which all parts were seen.
    double norm() const;

    /// What a gradient is multiplied by, so that its norm is at most clip_norm, where there is one.
    T scale(double norm) const {
        return clips() && norm > clip_norm_ ? T(clip_norm_ / norm) : T(1);
    }

    /// The optimizer's step for a part of the parameters, each by itself; g is the gradient's part,
    /// `update` counts from 1.
    void step(const Part& part, T* g, T scale, const Updated<T>& of, std::uint64_t update,
              double learning_rate) const;

    /// The step as updates of a tiny network take it.
    void describe(SingleUpdates<T>& run) const {
        run.optimizer = optimizer_.get();
        run.descends = optimizer_->descends();
        run.ranges = ranges_.data();
        run.n_ranges = ranges_.size();
        run.weight_decay = weight_decay_;
        run.n_slots = n_slots();
    }

  private:
    std::span<const UpdateRange> ranges_of(const Part& part) const {
        return {ranges_.data() + first_range_[part.k], ranges_.data() + first_range_[part.k + 1]};
    }
    double squares(const Part& part, const T* g) const;

    std::unique_ptr<Optimizer<T>> optimizer_;
    const Elementwise<T>& elementwise_;
    double weight_decay_, clip_norm_;
    std::vector<UpdateRange> ranges_;
    std::vector<std::size_t> first_range_;  // of each part, and the end
    std::vector<double> squares_;           // of the gradient, for each part
};

}  // namespace chainrule
