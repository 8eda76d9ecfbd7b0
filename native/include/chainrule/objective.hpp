// What is minimised: the loss of a network's outputs, and the price of its weights.
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

    /// The penalties' own terms, lambda / divisor * R(w); their derivative is added to g unless it
    /// is null.
    double penalty(const T* p, T* g, double batch_weight) const;

    Network<T> network;
    std::unique_ptr<Loss<T>> loss;
    std::vector<std::unique_ptr<Penalty<T>>> penalties;
    std::vector<Segment> segments;
    bool fused;  // the loss takes z, not a
    bool mean;   // the weighted sum of losses is divided by the sum of the weights
};

}  // namespace chainrule
