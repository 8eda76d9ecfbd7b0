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
};

/// A loss that is a factor times a sum of terms: F::term(a, y, j), F::derivative(a, y, j) for
/// output j of n_out.
template <class T, class F>
class ElementwiseLoss final : public Loss<T> {
  public:
    ElementwiseLoss(const Numbers& numbers, std::size_t n_out)
        : f_(numbers, n_out), factor_(static_cast<T>(numbers.number("factor"))), n_out_(n_out) {}

    void value(const T* a, const T* y, T* losses, std::size_t rows) const override {
        for (std::size_t r = 0; r < rows; ++r, a += n_out_, y += n_out_) {
            T total = 0;
            for (std::size_t j = 0; j < n_out_; ++j) {
                total += f_.term(a[j], y[j], j);
            }
            losses[r] = factor_ * total;
        }
    }

    void gradient(const T* a, const T* y, T* grad, std::size_t rows) const override {
        for (std::size_t r = 0; r < rows; ++r, a += n_out_, y += n_out_, grad += n_out_) {
            for (std::size_t j = 0; j < n_out_; ++j) {
                grad[j] = factor_ * f_.derivative(a[j], y[j], j);
            }
        }
    }

  private:
    F f_;
    T factor_;
    std::size_t n_out_;
};

std::vector<std::string> loss_names();

/// A loss of outputs a or, where `fused`, of the last pre-activations z.
template <class T>
std::unique_ptr<Loss<T>> make_loss(const Description& loss, std::size_t n_out, bool fused);

}  // namespace chainrule
