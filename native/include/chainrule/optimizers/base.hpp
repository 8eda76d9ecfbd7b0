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
struct Stretch {
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
    virtual void update(const Stretch<T>& part, std::uint64_t t, double learning_rate) const = 0;
};

/// base^t by squaring.
inline double power(double base, std::uint64_t t) {
    double result = 1.0;
    for (; t > 0; t /= 2, base *= base) {
        result = t % 2 == 1 ? result * base : result;
    }
    return result;
}

std::vector<std::string> optimizer_names();

template <class T>
std::unique_ptr<Optimizer<T>> make_optimizer(const Description& optimizer);

}  // namespace chainrule
