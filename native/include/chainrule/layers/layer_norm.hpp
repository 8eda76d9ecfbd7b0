// Layer normalisation: mean and variance over the units of each sample.
#pragma once

#include <cmath>
#include <cstddef>
#include <string_view>

#include "normalisation.hpp"

namespace chainrule {

template <class T>
class LayerNorm final : public Normalisation<T> {
  public:
    static constexpr std::string_view name = "LayerNorm";

    LayerNorm(const LayerDescription& layer, std::size_t) : Normalisation<T>(layer) {}

    void reserve(std::size_t rows, bool gradients, bool input) override {
        Normalisation<T>::reserve(rows, gradients, input);
        inverse_std_.reserve(rows);
    }

    /// dL/dx = (g - mean(g) - x^ mean(g x^)) / std with g = gamma delta.
    InputGradient<T> backward_z(const T* p, T* grad_z, const Wanted<T>& wanted) override {
        this->scale_gradients(grad_z, wanted);
        if (!wanted.input) {
            return {};
        }
        const std::size_t n = this->n_in();
        for (std::size_t r = 0; r < this->rows_; ++r) {
            const T *delta = grad_z + r * n, *x_hat = this->x_hat_.data() + r * n;
            T* grad_X = this->grad_X_.data() + r * n;
            double sum_g = 0, sum_gx = 0;
            for (std::size_t j = 0; j < n; ++j) {
                grad_X[j] = delta[j] * p[j];
                sum_g += double(grad_X[j]);
                sum_gx += double(grad_X[j]) * double(x_hat[j]);
            }
            const T mean_g = T(sum_g / double(n)), mean_gx = T(sum_gx / double(n));
            for (std::size_t j = 0; j < n; ++j) {
                grad_X[j] = inverse_std_[r] * (grad_X[j] - mean_g - x_hat[j] * mean_gx);
            }
        }
        return {this->grad_X_.data()};
    }

  protected:
    void pre_activation(const T* p, const Pass&) override {
        const std::size_t n = this->n_in();
        for (std::size_t r = 0; r < this->rows_; ++r) {
            const T* x = this->X_ + r * n;
            T* x_hat = this->x_hat_.data() + r * n;
            double sum = 0, squares = 0;
            for (std::size_t j = 0; j < n; ++j) {
                sum += double(x[j]);
            }
            const double mean = sum / double(n);
            for (std::size_t j = 0; j < n; ++j) {
                squares += (double(x[j]) - mean) * (double(x[j]) - mean);
            }
            inverse_std_[r] = T(1 / std::sqrt(squares / double(n) + this->eps_));
            for (std::size_t j = 0; j < n; ++j) {
                x_hat[j] = T(double(x[j]) - mean) * inverse_std_[r];
            }
        }
        this->scale(p);
    }

  private:
    Buffer<T> inverse_std_;
};

}  // namespace chainrule
