// a = x + alpha (f(x) - x); dL/dalpha = sum of dL/da (f(x) - x) over the rows,
// dL/dX = dL/da (1 - alpha) + (dL/da alpha) f'(x).
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "unit_factors.hpp"

namespace chainrule {

template <class T>
class ParametricActivation final : public UnitFactors<T> {
  public:
    static constexpr std::string_view name = "ParametricActivation";

    ParametricActivation(const LayerDescription& layer, std::size_t)
        : UnitFactors<T>(layer.values.size("n")),
          activation_(make_activation<T>(layer.activation())) {}

    void reserve(std::size_t rows, bool gradients, bool input) override {
        UnitFactors<T>::reserve(rows, gradients, input);
        f_.reserve(product(rows, this->n_in()));
        if (gradients) {
            through_.reserve(product(rows, this->n_in()));
        }
    }

    void window(const Layer<T>& other, std::size_t first) override {
        UnitFactors<T>::window(other, first);
        const auto& of = static_cast<const ParametricActivation&>(other);
        f_.borrow(of.f_, first * this->n_in());
        through_.borrow(of.through_, first * this->n_in());
    }

    const T* forward(const T* alpha, const T* X, std::size_t rows, const Pass&) override {
        this->X_ = X;
        this->rows_ = rows;
        const std::size_t n = this->n_in();
        activation_->value(X, f_.data(), rows, n);
        const T* f = f_.data();
        T* a = this->a_.data();
        for (std::size_t r = 0; r < rows; ++r) {
            for (std::size_t j = 0; j < n; ++j) {
                const std::size_t i = r * n + j;
                a[i] = X[i] + alpha[j] * (f[i] - X[i]);
            }
        }
        return a;
    }

  protected:
    void multiply(const T* alpha, T* grad) override {
        const std::size_t n = this->n_in(), rows = this->rows_;
        const T *X = this->X_, *f = f_.data();
        T *products = this->products_.data(), *through = through_.data();
        for (std::size_t r = 0; r < rows; ++r) {
            for (std::size_t j = 0; j < n; ++j) {
                const std::size_t i = r * n + j;
                products[i] = grad[i] * (f[i] - X[i]);
                through[i] = grad[i] * alpha[j];
                grad[i] -= through[i];
            }
        }
        activation_->vjp(X, f, through, rows, n);
        for (std::size_t i = 0; i < rows * n; ++i) {
            grad[i] += through[i];
        }
    }

  private:
    std::unique_ptr<Activation<T>> activation_;
    Buffer<T> f_, through_;
};

}  // namespace chainrule
