// Batch normalisation: mean and variance over the rows of the batch in training, running ones else.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>

#include "normalisation.hpp"

namespace chainrule {

template <class T>
class BatchNorm final : public Normalisation<T>, public RowCoupling<T> {
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
        of_tile_.reserve(n_sums());
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
            if (!tile_) {
                average(grad_X);
            }
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
        const std::size_t n = this->n_in(), rows = batch_rows_;
        const T keep = T(momentum_), take = T(1 - momentum_);
        const T unbiased = T(double(rows) / double(std::max<std::size_t>(rows - 1, 1)));
        T *mean = p + 2 * n, *variance = p + 3 * n;
        for (std::size_t j = 0; j < n; ++j) {
            mean[j] = keep * mean[j] + take * T(mean_[j]);
            variance[j] = keep * variance[j] + take * (T(variance_[j]) * unbiased);
        }
    }

    // --- a batch in tiles ---------------------------------------------------------------------

    RowCoupling<T>* row_coupling() override { return this; }

    void borrow(const RowCoupling<T>& other) override {
        const auto& of = static_cast<const BatchNorm&>(other);
        mean_.borrow(of.mean_);
        inverse_std_.borrow(of.inverse_std_);
        mean_g_.borrow(of.mean_g_);
        mean_gx_.borrow(of.mean_gx_);
    }

    /// Means and sums of squared deviations; sums of delta and of delta x^.
    std::size_t n_sums() const override { return product(2, this->n_in()); }

    void add_input_sums(const T* X, std::size_t rows, double* sums, std::size_t before) override {
        measure(X, rows, of_tile_.data(), of_tile_.data() + this->n_in());
        join_input_sums(sums, before, of_tile_.data(), rows);
    }

    /// Of a and b rows together: m = m_a + d b / (a + b), S = S_a + S_b + d^2 a b / (a + b), with
    /// d = m_b - m_a (Chan, Golub & LeVeque 1979).
    void join_input_sums(double* sums, std::size_t a, const double* other,
                         std::size_t b) const override {
        const std::size_t n = this->n_in();
        const double share = double(b) / double(a + b), both = share * double(a);
        for (std::size_t j = 0; j < n; ++j) {
            const double d = other[j] - sums[j];
            sums[j] += d * share;
            sums[n + j] += other[n + j] + d * d * both;
        }
    }

    void set_input_sums(const double* sums, std::size_t rows) override {
        const std::size_t n = this->n_in();
        training_ = true;
        batch_rows_ = rows;
        std::copy_n(sums, n, mean_.data());
        for (std::size_t j = 0; j < n; ++j) {
            variance_[j] = sums[n + j] / double(rows);
        }
        invert();
    }

    void prepare_backward(const T* X, std::size_t rows) override {
        this->X_ = X;
        this->rows_ = rows;
        training_ = tile_ = true;
        normalise();
    }

    T* add_gradient_sums(const InputGradient<T>& grad, double* sums, T* gradient) override {
        const std::size_t n = this->n_in();
        T* delta = this->of_z(grad);
        add_products(delta, sums, sums + n);
        for (std::size_t j = 0; gradient != nullptr && j < n; ++j) {
            gradient[j] = T(sums[n + j]);
            gradient[n + j] = T(sums[j]);
        }
        return delta;
    }

    void set_gradient_sums(const T* gamma, const double* sums, std::size_t rows) override {
        const std::size_t n = this->n_in();
        for (std::size_t j = 0; j < n; ++j) {
            mean_g_[j] = double(gamma[j]) * sums[j] / double(rows);
            mean_gx_[j] = double(gamma[j]) * sums[n + j] / double(rows);
        }
    }

  protected:
    void pre_activation(const T* p, const Pass& pass) override {
        const std::size_t n = this->n_in();
        training_ = pass.training;
        tile_ = training_ && pass.tile;
        if (!tile_) {
            if (training_) {
                batch_rows_ = this->rows_;
                measure(this->X_, batch_rows_, mean_.data(), variance_.data());
                for (std::size_t j = 0; j < n; ++j) {
                    variance_[j] /= double(batch_rows_);
                }
            } else {
                std::copy(p + 2 * n, p + 3 * n, mean_.data());
                std::copy(p + 3 * n, p + 4 * n, variance_.data());
            }
            invert();
        }
        normalise();
        this->scale(p);
    }

  private:
    /// The mean and the sum of squared deviations over some rows, in double precision.
    void measure(const T* X, std::size_t rows, double* mean, double* squares) const {
        const std::size_t n = this->n_in();
        std::fill_n(mean, n, 0.0);
        std::fill_n(squares, n, 0.0);
        for (std::size_t r = 0; r < rows; ++r) {
            this->hear(r);
            for (std::size_t j = 0; j < n; ++j) {
                mean[j] += double(X[r * n + j]);
            }
        }
        for (std::size_t j = 0; j < n; ++j) {
            mean[j] /= double(rows);
        }
        for (std::size_t r = 0; r < rows; ++r) {
            this->hear(r);
            for (std::size_t j = 0; j < n; ++j) {
                const double centred = double(X[r * n + j]) - mean[j];
                squares[j] += centred * centred;
            }
        }
    }

    void invert() {
        for (std::size_t j = 0; j < this->n_in(); ++j) {
            inverse_std_[j] = 1 / std::sqrt(T(variance_[j]) + T(this->eps_));
        }
    }

    /// x^ = (x - mean) / std.
    void normalise() {
        const std::size_t n = this->n_in(), rows = this->rows_;
        for (std::size_t r = 0; r < rows; ++r) {
            this->hear(r);
            for (std::size_t j = 0; j < n; ++j) {
                this->x_hat_[r * n + j] = (this->X_[r * n + j] - T(mean_[j])) * inverse_std_[j];
            }
        }
    }

    /// Adds the sums of g and of g x^ over the rows.
    void add_products(const T* g, double* sum_g, double* sum_gx) const {
        const std::size_t n = this->n_in(), rows = this->rows_;
        const T* x_hat = this->x_hat_.data();
        for (std::size_t r = 0; r < rows; ++r) {
            this->hear(r);
            for (std::size_t j = 0; j < n; ++j) {
                sum_g[j] += double(g[r * n + j]);
                sum_gx[j] += double(g[r * n + j]) * double(x_hat[r * n + j]);
            }
        }
    }

    /// mean(g) and mean(g x^).
    void average(const T* g) {
        const std::size_t n = this->n_in(), rows = this->rows_;
        std::fill_n(mean_g_.data(), n, 0.0);
        std::fill_n(mean_gx_.data(), n, 0.0);
        add_products(g, mean_g_.data(), mean_gx_.data());
        for (std::size_t j = 0; j < n; ++j) {
            mean_g_[j] /= double(rows);
            mean_gx_[j] /= double(rows);
        }
    }

    /// g - mean(g) - x^ mean(g x^): mean and variance depend on every x, too.
    void through_statistics(T* g) const {
        const std::size_t n = this->n_in(), rows = this->rows_;
        const T* x_hat = this->x_hat_.data();
        for (std::size_t r = 0; r < rows; ++r) {
            this->hear(r);
            for (std::size_t j = 0; j < n; ++j) {
                g[r * n + j] -= T(mean_g_[j]) + x_hat[r * n + j] * T(mean_gx_[j]);
            }
        }
    }

    double momentum_;
    bool training_ = false;
    bool tile_ = false;           // whether the rows are a part of the batch
    std::size_t batch_rows_ = 0;  // of the statistics
    Buffer<double> mean_, variance_, mean_g_, mean_gx_, of_tile_;
    Buffer<T> inverse_std_;
};

}  // namespace chainrule
