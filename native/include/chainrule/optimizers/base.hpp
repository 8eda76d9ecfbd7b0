// An optimizer: the step from a gradient, elementwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../description.hpp"

namespace chainrule {

/// A range of the parameters p with their gradient g and, for k = 0, 1, ..., the slots of the
/// optimizer state.
template <class T>
struct ParameterSpan {
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

    /// The numbers of optimizer state for each parameter.
    virtual std::size_t n_slots() const = 0;

    /// Whether an update is p <- p - eta g.
    virtual bool descends() const = 0;

    /// One update of one part; t = 1 is the first update.
    virtual void update(const ParameterSpan<T>& part, std::uint64_t t,
                        double learning_rate) const = 0;
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
