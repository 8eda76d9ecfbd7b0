// A loss: how wrong the outputs of a row are, and the derivative by each output.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../description.hpp"
#include "../elementwise.hpp"

namespace chainrule {

template <class T>
class Loss {
  public:
    /// `factor` times `loss`, an object of the type that the kernel was compiled for.
    Loss(std::shared_ptr<const void> loss, T factor, std::size_t n_out, const LossKernel<T>& kernel)
        : loss_(std::move(loss)), factor_(factor), n_out_(n_out), kernel_(kernel) {}

    /// The loss of every row, summed over its outputs.
    void value(const T* a, const T* y, T* losses, std::size_t rows) const {
        kernel_.value(loss_.get(), factor_, a, y, losses, rows, n_out_);
    }

    /// d loss_i / d a_i; averaging and weights are the caller's.
    void gradient(const T* a, const T* y, T* grad, std::size_t rows) const {
        kernel_.gradient(loss_.get(), factor_, a, y, grad, rows, n_out_);
    }

    /// Both at once, for rows of one output: common terms are computed once.
    void of_one(const T* a, const T* y, T share, T* losses, T* grad, std::size_t rows) const {
        kernel_.of_one(loss_.get(), factor_, a, y, share, losses, grad, rows);
    }

    /// The loss as kernels take it.
    LossCall<T> call() const { return {&kernel_, loss_.get(), factor_}; }

  private:
    std::shared_ptr<const void> loss_;
    T factor_;
    std::size_t n_out_;
    LossKernel<T> kernel_;
};

std::vector<std::string> loss_names();

/// A loss of outputs a or, where `from_logits`, of the last pre-activations z.
template <class T>
std::unique_ptr<Loss<T>> make_loss(const Description& loss, std::size_t n_out, bool from_logits);

}  // namespace chainrule
