// What an optimizer is: how a gradient becomes a step, for each parameter by itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../description.hpp"

namespace chainrule {

/// Where some parameters lie: the gradient g, the parameters p and, k = 0, 1, ..., the slots that
/// the optimizer remembers.
template <class T>
struct Part {
    const T* g;
    T* p;
    T* slots;
    std::size_t n;
    std::size_t stride;  // from one slot of a parameter to its next

    T* slot(std::size_t k) const { return slots + k * stride; }
};

template <class T>
class Optimizer {
  public:
    virtual ~Optimizer() = default;

    /// How many numbers it remembers for each parameter.
    virtual std::size_t n_slots() const = 0;

    /// One update of one part; t = 1 is the first update.
    virtual void update(const Part<T>& part, std::uint64_t t, double learning_rate) const = 0;
};

/// An optimizer from a rule with `n_slots` and `update`.
template <class T, class Rule>
class ElementwiseOptimizer final : public Optimizer<T> {
  public:
    explicit ElementwiseOptimizer(const Numbers& numbers) : rule_(numbers) {}

    std::size_t n_slots() const override { return rule_.n_slots(); }

    void update(const Part<T>& part, std::uint64_t t, double learning_rate) const override {
        rule_.update(part, static_cast<double>(t), learning_rate);
    }

  private:
    Rule rule_;
};

std::vector<std::string> optimizer_names();

template <class T>
std::unique_ptr<Optimizer<T>> make_optimizer(const Description& optimizer);

}  // namespace chainrule
