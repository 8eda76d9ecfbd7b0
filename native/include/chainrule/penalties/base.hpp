// A penalty: a term of the objective for each weight, and its derivative.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "../description.hpp"
#include "../elementwise.hpp"

namespace chainrule {

template <class T>
class Penalty {
  public:
    Penalty(const Hyperparameters& values, const PenaltyKernel<T>& kernel)
        : strength_(values.number("strength")),
          by_batch_(values.choice("divisor", "batch", "one")),
          kernel_(kernel) {}

    /// strength / divisor, for a batch with that sum of sample weights.
    double scale(double batch_weight) const {
        return by_batch_ ? strength_ / batch_weight : strength_;
    }

    /// The penalty of n weights, for strength 1.
    double value(const T* w, std::size_t n) const { return kernel_.value(w, n); }

    /// g += scale * derivative.
    void add_gradient(const T* w, T* g, std::size_t n, T scale) const {
        kernel_.add_gradient(w, g, n, scale);
    }

  private:
    double strength_;
    bool by_batch_;
    PenaltyKernel<T> kernel_;
};

std::vector<std::string> penalty_names();

template <class T>
Penalty<T> make_penalty(const Description& penalty);

}  // namespace chainrule
