// What a penalty is: a price on weights, and its derivative by each weight.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "../description.hpp"
#include "../sums.hpp"

namespace chainrule {

template <class T>
class Penalty {
  public:
    explicit Penalty(const Numbers& numbers)
        : strength_(numbers.number("strength")), by_batch_(numbers.flag("divisor")) {}
    virtual ~Penalty() = default;

    /// strength / divisor, for a batch with that sum of sample weights.
    double scale(double batch_weight) const {
        return by_batch_ ? strength_ / batch_weight : strength_;
    }

    /// The penalty of n weights, for strength 1.
    virtual double value(const T* w, std::size_t n) const = 0;

    /// g += scale * derivative.
    virtual void add_gradient(const T* w, T* g, std::size_t n, T scale) const = 0;

  private:
    double strength_;
    bool by_batch_;
};

/// A sum over the weights of F::value(w), with derivatives F::gradient(w).
template <class T, class F>
class ElementwisePenalty final : public Penalty<T> {
  public:
    using Penalty<T>::Penalty;

    double value(const T* w, std::size_t n) const override {
        return ordered_sum(n, [w](std::size_t i) { return F::value(static_cast<double>(w[i])); });
    }

    void add_gradient(const T* w, T* g, std::size_t n, T scale) const override {
        for (std::size_t i = 0; i < n; ++i) {
            g[i] += scale * F::gradient(w[i]);
        }
    }
};

std::vector<std::string> penalty_names();

template <class T>
std::unique_ptr<Penalty<T>> make_penalty(const Description& penalty);

}  // namespace chainrule
