// z = gamma x^ + beta, x^ = (x - mean) / sqrt(variance + eps): what batch and layer normalisation
// share.
#pragma once

#include <algorithm>
#include <cstddef>

#include "../interrupt.hpp"
#include "../kernels.hpp"
#include "base.hpp"

namespace chainrule {

template <class T>
class Normalisation : public ActivatedLayer<T> {
  public:
    explicit Normalisation(const LayerDescription& layer)
        : ActivatedLayer<T>(layer.values.size("n"), layer.values.size("n"), layer.activation()),
          eps_(layer.values.number("eps")) {}

    std::size_t n_parameters() const override { return product(2, this->n_in()); }

    void reserve(std::size_t rows, bool gradients, bool input) override {
        ActivatedLayer<T>::reserve(rows, gradients, input);
        x_hat_.reserve(product(rows, this->n_in()));
        if (gradients) {
            scaled_.reserve(product(rows, this->n_in()));
        }
    }

  protected:
    /// Once in many rows, hear an interrupt: a batch that goes through at once may have many.
    void hear(std::size_t row) const {
        if (row % 1024 == 1023) {
            check_interrupt(1024.0 * double(this->n_in()));
        }
    }

    /// z = gamma x^ + beta.
    void scale(const T* p) {
        const std::size_t n = this->n_in();
        const T *gamma = p, *beta = p + n;
        for (std::size_t r = 0; r < this->rows_; ++r) {
            const T* x_hat = x_hat_.data() + r * n;
            T* z = this->z_.data() + r * n;
            for (std::size_t j = 0; j < n; ++j) {
                z[j] = gamma[j] * x_hat[j] + beta[j];
            }
        }
    }

    /// dL/dgamma = sum delta x^, dL/dbeta = sum delta.
    void scale_gradients(const T* grad_z, const Wanted<T>& wanted) {
        if (wanted.gradient == nullptr) {
            return;
        }
        const std::size_t n = this->n_in(), rows = this->rows_;
        for (std::size_t i = 0; i < rows * n; ++i) {
            scaled_[i] = grad_z[i] * x_hat_[i];
        }
        for (std::size_t r = 0; r < rows; r += tile_rows) {
            const std::size_t k = std::min(tile_rows, rows - r);
            const bool add = wanted.add || r > 0;
            const auto column_sums = elementwise<T>().column_sums;
            column_sums(scaled_.data() + r * n, wanted.gradient, k, n, add);
            column_sums(grad_z + r * n, wanted.gradient + n, k, n, add);
        }
    }

    double eps_;
    Buffer<T> x_hat_, scaled_;
};

}  // namespace chainrule
