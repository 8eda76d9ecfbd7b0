// a = f(z), z = X W + b; dL/dW = X^T delta, dL/db = sum of delta, dL/dX = delta W^T, delta = dL/dz.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "../products.hpp"
#include "base.hpp"

namespace chainrule {

template <class T>
class Dense final : public ActivatedLayer<T> {
  public:
    static constexpr std::string_view name = "Dense";

    Dense(const LayerDescription& layer, std::size_t)
        : ActivatedLayer<T>(layer.layer.numbers.size("n_in"), layer.layer.numbers.size("n_out"),
                            layer.activation),
          bias_(layer.layer.numbers.flag("bias")),
          products_(products<T>()),
          elementwise_(elementwise<T>()) {}

    std::size_t n_parameters() const override { return n_weights() + (bias_ ? this->n_out() : 0); }

    void reserve(std::size_t rows, bool gradients) override {
        ActivatedLayer<T>::reserve(rows, gradients);
        if (gradients) {
            transpose_.reserve(rows > few ? n_weights() : 0);
        }
    }

    /// W^T.
    void prepare(const T* p, std::size_t rows) override {
        transposed_ = rows > few;
        if (transposed_) {
            elementwise_.transpose(p, transpose_.data(), this->n_in(), this->n_out());
        }
    }

    T* backward_z(const T* p, T* grad_z, const Wanted<T>& wanted) override {
        const std::size_t n_in = this->n_in(), n_out = this->n_out(), rows = this->rows_;
        if (wanted.gradient != nullptr) {
            for (std::size_t r = 0; r < rows; r += tile_rows) {
                const std::size_t n = std::min(tile_rows, rows - r);
                const bool add = wanted.add || r > 0;
                products_.weight_gradient(this->X_ + r * n_in, grad_z + r * n_out, wanted.gradient,
                                          n, n_in, n_out, add);
                if (bias_) {
                    elementwise_.column_sums(grad_z + r * n_out, wanted.gradient + n_weights(), n,
                                             n_out, add);
                }
            }
        }
        if (!wanted.input) {
            return nullptr;
        }
        T* grad_X = this->grad_X_.data();
        if (transposed_) {
            products_.input_gradient(grad_z, transpose_.data(), grad_X, rows, n_in, n_out);
        } else {
            products_.input_gradient_few(grad_z, p, grad_X, rows, n_in, n_out);
        }
        return grad_X;
    }

  protected:
    void pre_activation(const T* p, const Pass&) override {
        products_.forward(this->X_, p, bias_ ? p + n_weights() : nullptr, this->z_.data(),
                          this->rows_, this->n_in(), this->n_out());
    }

  private:
    static constexpr std::size_t few = 4;  // rows; for more, a transpose costs less than it saves

    std::size_t n_weights() const { return product(this->n_in(), this->n_out()); }

    bool bias_;
    bool transposed_ = false;
    const Products<T>& products_;
    const Elementwise<T>& elementwise_;
    Buffer<T> transpose_;
};

}  // namespace chainrule
