// a = X m / (1 - rate) in training, a = X at evaluation.
#pragma once

#include <cstddef>
#include <string_view>

#include "base.hpp"

namespace chainrule {

template <class T>
class Dropout final : public Layer<T> {
  public:
    static constexpr std::string_view name = "Dropout";

    Dropout(const LayerDescription& layer, std::size_t n_in)
        : Layer<T>(n_in, n_in), rate_(layer.values.number("rate")) {}

    void reserve(std::size_t rows, bool gradients, bool) override {
        if (gradients) {
            mask_.reserve(product(rows, this->n_in()));
            a_.reserve(product(rows, this->n_in()));
        }
    }

    void window(const Layer<T>& other, std::size_t first) override {
        const auto& of = static_cast<const Dropout&>(other);
        mask_.borrow(of.mask_, first * this->n_in());
        a_.borrow(of.a_, first * this->n_in());
    }

    const T* forward(const T*, const T* X, std::size_t rows, const Pass& pass) override {
        n_ = rows * this->n_in();
        dropping_ = pass.training && rate_ != 0.0;
        if (!dropping_) {
            return X;
        }
        const T kept_as = T(1 / (1 - rate_));
        for (std::size_t r = 0; r < rows; ++r) {
            T* mask = mask_.data() + r * this->n_in();
            keep_mask(pass.key, pass.first_row + r, this->n_in(), rate_,
                      [=](std::size_t unit, bool kept) { mask[unit] = kept ? kept_as : T(0); });
        }
        for (std::size_t i = 0; i < n_; ++i) {
            a_[i] = X[i] * mask_[i];
        }
        return a_.data();
    }

    /// dL/dX = dL/da m / (1 - rate).
    InputGradient<T> backward(const T*, T* grad_a, const Wanted<T>& wanted) override {
        if (dropping_ && wanted.input) {
            for (std::size_t i = 0; i < n_; ++i) {
                grad_a[i] *= mask_[i];
            }
        }
        return {grad_a};
    }

  private:
    double rate_;
    bool dropping_ = false;
    std::size_t n_ = 0;
    Buffer<T> mask_, a_;
};

}  // namespace chainrule
