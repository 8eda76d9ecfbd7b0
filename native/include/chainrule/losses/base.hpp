// What a loss is: how wrong the outputs of a row are, and the derivative by each output.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "../description.hpp"

namespace chainrule {

template <class T>
class Loss {
  public:
    virtual ~Loss() = default;

    /// The loss of every row, summed over its outputs.
    virtual void value(const T* a, const T* y, T* losses, std::size_t rows) const = 0;

    /// d loss_i / d a_i; averaging and weights are the caller's.
    virtual void gradient(const T* a, const T* y, T* grad, std::size_t rows) const = 0;

    /// Both at once, for rows of one output: what they have in common is worked out once.
    virtual void of_one(const T* a, const T* y, T* losses, T* grad, std::size_t rows) const = 0;
};

std::vector<std::string> loss_names();

/// A loss of outputs a or, where `fused`, of the last pre-activations z.
template <class T>
std::unique_ptr<Loss<T>> make_loss(const Description& loss, std::size_t n_out, bool fused);

}  // namespace chainrule
