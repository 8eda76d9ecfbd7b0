// Batch normalisation: mean and variance over the rows of the batch in training, running ones else.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>

#include "normalisation.hpp"

namespace chainrule {

template <class T>
class BatchNorm final : public Normalisation<T> {
  public:
    static constexpr std::string_view name = "BatchNorm";

    BatchNorm(const LayerDescription& layer, std::size_t)
        : Normalisation<T>(layer), momentum_(layer.values.number("momentum")) {}

    std::size_t n_parameters() const override { return product(4, this->n_in()); }
    bool couples_rows(bool training) const override { return training; }

    void reserve(std::size_t rows, bool gradients, bool input) override {
        Normalisation<T>::reserve(rows, gradients, input);
        for (Buffer<double>* buffer : {&mean_, &variance_, &mean_g_, &mean_gx_}) {
            buffer->reserve(this->n_in());
        }
        inverse_std_.reserve(this->n_in());
    }

    InputGradient<T> backward_z(const T* p, T* grad_z, const Wanted<T>& wanted) override {
        this->scale_gradients(grad_z, wanted);
        if (!wanted.input) {
            return {};
        }
        const std::size_t n = this->n_in(), rows = this->rows_;
        T* grad_X = this->grad_X_.data();
        for (std::size_t r = 0; r < rows; ++r) {
            this->hear(r);
            for (std::size_t j = 0; j < n; ++j) {
                grad_X[r * n + j] = grad_z[r * n + j] * p[j];
            }
        }
        if (training_) {
            through_statistics(grad_X);
        }
        for (std::size_t r = 0; r < rows; ++r) {
            this->hear(r);
            for (std::size_t j = 0; j < n; ++j) {
                grad_X[r * n + j] *= inverse_std_[j];
            }
        }
        return {grad_X};
    }

    /// r <- momentum r + (1 - momentum) batch's, the variance with n - 1.
    void statistics(T* p) const override {
        if (!training_) {
            return;
        }
        const std::size_t n = this->n_in(), rows = this->rows_;
        const T keep = T(momentum_), take = T(1 - momentum_);
        const T unbiased = T(double(rows) / double(std::max<std::size_t>(rows - 1, 1)));
        T *mean = p + 2 * n, *variance = p + 3 * n;
        for (std::size_t j = 0; j < n; ++j) {
            mean[j] = keep * mean[j] + take * T(mean_[j]);
            variance[j] = keep * variance[j] + take * (T(variance_[j]) * unbiased);
        }
    }

  protected:
    void pre_activation(const T* p, const Pass& pass) override {
        const std::size_t n = this->n_in(), rows = this->rows_;
        training_ = pass.training;
        if (training_) {
            measure();
        } else {
            std::copy(p + 2 * n, p + 3 * n, mean_.data());
            std::copy(p + 3 * n, p + 4 * n, variance_.data());
        }
        for (std::size_t j = 0; j < n; ++j) {
            inverse_std_[j] = 1 / std::sqrt(T(variance_[j]) + T(this->eps_));
        }
        for (std::size_t r = 0; r < rows; ++r) {
            this->hear(r);
            for (std::size_t j = 0; j < n; ++j) {
                this->x_hat_[r * n + j] = (this->X_[r * n + j] - T(mean_[j])) * inverse_std_[j];
            }
        }
        this->scale(p);
    }

  private:
    /// The batch's mean and variance, summed in double precision.
    void measure() {
        const std::size_t n = this->n_in(), rows = this->rows_;
        std::fill_n(mean_.data(), n, 0.0);
        std::fill_n(variance_.data(), n, 0.0);
        for (std::size_t r = 0; r < rows; ++r) {
            this->hear(r);
            for (std::size_t j = 0; j < n; ++j) {
                mean_[j] += double(this->X_[r * n + j]);
            }
        }
        for (std::size_t j = 0; j < n; ++j) {
            mean_[j] /= double(rows);
        }
        for (std::size_t r = 0; r < rows; ++r) {
            this->hear(r);
            for (std::size_t j = 0; j < n; ++j) {
                const double centred = double(this->X_[r * n + j]) - mean_[j];
                variance_[j] += centred * centred;
            }
        }
        for (std::size_t j = 0; j < n; ++j) {
            variance_[j] /= double(rows);
        }
    }

    /// g - mean(g) - x^ mean(g x^): mean and variance depend on every x, too.
    void through_statistics(T* g) {
        const std::size_t n = this->n_in(), rows = this->rows_;
        const T* x_hat = this->x_hat_.data();
        std::fill_n(mean_g_.data(), n, 0.0);
        std::fill_n(mean_gx_.data(), n, 0.0);
        for (std::size_t r = 0; r < rows; ++r) {
            this->hear(r);
            for (std::size_t j = 0; j < n; ++j) {
                mean_g_[j] += double(g[r * n + j]);
                mean_gx_[j] += double(g[r * n + j]) * double(x_hat[r * n + j]);
            }
        }
        for (std::size_t j = 0; j < n; ++j) {
            mean_g_[j] /= double(rows);
            mean_gx_[j] /= double(rows);
        }
        for (std::size_t r = 0; r < rows; ++r) {
            this->hear(r);
            for (std::size_t j = 0; j < n; ++j) {
                g[r * n + j] -= T(mean_g_[j]) + x_hat[r * n + j] * T(mean_gx_[j]);
            }
        }
    }

    double momentum_;
    bool training_ = false;
    Buffer<double> mean_, variance_, mean_g_, mean_gx_;
    Buffer<T> inverse_std_;
};

}  // namespace chainrule
