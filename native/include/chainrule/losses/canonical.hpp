// Losses fused with their canonical activations: value and gradient straight from z, finite
// wherever the exact number is.
#pragma once

#include <cmath>
#include <cstddef>

#include "../activations/sigmoid.hpp"
#include "../activations/softmax.hpp"
#include "../activations/softplus.hpp"
#include "base.hpp"
#include "binary_cross_entropy.hpp"
#include "cross_entropy.hpp"
#include "poisson.hpp"

namespace chainrule {

/// y softplus(-z) + (1 - y) softplus(z), gradient sigmoid(z) - y.
struct SigmoidBinaryCrossEntropy {
    BinaryCrossEntropy loss;

    SigmoidBinaryCrossEntropy(const Numbers& numbers, std::size_t n_out) : loss(numbers, n_out) {}

    template <class T>
    T term(T z, T y, std::size_t) const {
        y = loss.smooth(y);
        return y * Softplus::value(-z) + (1 - y) * Softplus::value(z);
    }

    template <class T>
    T derivative(T z, T y, std::size_t) const {
        return Sigmoid::value(z) - loss.smooth(y);
    }
};

/// exp(z) - y + y (log y - z), gradient exp(z) - y.
struct ExpPoisson {
    ExpPoisson(const Numbers&, std::size_t) {}

    template <class T>
    T term(T z, T y, std::size_t) const {
        return std::exp(z) - y + Poisson::y_log_y(y) - y * z;
    }

    template <class T>
    T derivative(T z, T y, std::size_t) const {
        return std::exp(z) - y;
    }
};

/// sum_j y_j (log sum_k exp(z_k - m) + m - z_j) with m = max z, gradient softmax(z) sum_k y_k - y.
template <class T>
class SoftmaxCrossEntropy final : public Loss<T> {
  public:
    SoftmaxCrossEntropy(const Numbers& numbers, std::size_t n_out)
        : loss_(numbers, n_out), factor_(static_cast<T>(numbers.number("factor"))), n_out_(n_out) {}

    void value(const T* z, const T* y, T* losses, std::size_t rows) const override {
        for (std::size_t r = 0; r < rows; ++r, z += n_out_, y += n_out_) {
            const T m = Softmax::largest(z, n_out_);
            T sum = 0;
            for (std::size_t k = 0; k < n_out_; ++k) {
                sum += std::exp(z[k] - m);
            }
            const T log_sum = std::log(sum);
            T total = 0;
            for (std::size_t j = 0; j < n_out_; ++j) {
                total += loss_.smooth(y[j]) * (log_sum - (z[j] - m));
            }
            losses[r] = factor_ * total;
        }
    }

    void gradient(const T* z, const T* y, T* grad, std::size_t rows) const override {
        for (std::size_t r = 0; r < rows; ++r, z += n_out_, y += n_out_, grad += n_out_) {
            Softmax::value(z, grad, n_out_);
            T share = 0;
            for (std::size_t k = 0; k < n_out_; ++k) {
                share += loss_.smooth(y[k]);
            }
            for (std::size_t j = 0; j < n_out_; ++j) {
                grad[j] = factor_ * (grad[j] * share - loss_.smooth(y[j]));
            }
        }
    }

  private:
    CrossEntropy loss_;
    T factor_;
    std::size_t n_out_;
};

}  // namespace chainrule
