// The objective: the loss of a network's outputs, and penalties on its weights.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "description.hpp"
#include "losses/base.hpp"
#include "network.hpp"
#include "penalties/base.hpp"

namespace chainrule {

template <class T>
struct Objective {
    explicit Objective(const ObjectiveDescription& description);

    /// The penalties' own terms, lambda / divisor * R(w).
    double penalty(const T* p, double batch_weight) const {
        return penalties.empty() ? 0.0 : total_penalty(p, batch_weight);
    }

    /// Adds their derivative by the parameters from `start` to `stop` to g, which begins at
    /// `start`.
    void add_penalty_gradient(const T* p, T* g, std::size_t start, std::size_t stop,
                              double batch_weight) const {
        if (!penalties.empty()) {
            add_each_penalty_gradient(p, g, start, stop, batch_weight);
        }
    }

    Network<T> network;
    std::unique_ptr<Loss<T>> loss;
    std::vector<Penalty<T>> penalties;
    std::vector<Segment> segments;
    bool from_logits;  // the loss takes the last layer's z, not a
    bool mean;         // the weighted sum of losses is divided by the sum of the weights

  private:
    double total_penalty(const T* p, double batch_weight) const;
    void add_each_penalty_gradient(const T* p, T* g, std::size_t start, std::size_t stop,
                                   double batch_weight) const;
};

}  // namespace chainrule
