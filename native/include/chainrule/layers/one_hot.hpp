// Numbers as they are; for a code k of n categories, [k = 0], ..., [k = n - 1].
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "coded.hpp"

namespace chainrule {

template <class T>
class OneHot final : public Layer<T> {
  public:
    static constexpr std::string_view name = "OneHot";

    OneHot(const LayerDescription& layer, std::size_t) : OneHot(category_sizes(layer)) {}

    void reserve(std::size_t rows, bool gradients, bool input) override {
        a_.reserve(product(rows, this->n_out()));
        if (gradients && input) {
            grad_X_.reserve(product(rows, this->n_in()));
        }
    }

    void window(const Layer<T>& other, std::size_t first) override {
        const auto& of = static_cast<const OneHot&>(other);
        a_.borrow(of.a_, first * this->n_out());
        grad_X_.borrow(of.grad_X_, first * this->n_in());
    }

    const T* forward(const T*, const T* X, std::size_t rows, const Pass&) override {
        rows_ = rows;
        std::fill_n(a_.data(), rows * this->n_out(), T(0));
        for (std::size_t r = 0; r < rows; ++r, X += this->n_in()) {
            T* a = a_.data() + r * this->n_out();
            for (std::size_t i = 0; i < sizes_.size(); ++i) {
                if (sizes_[i] == 0) {
                    *a++ = X[i];
                    continue;
                }
                if (const std::size_t k = category(X[i], sizes_[i]); k < sizes_[i]) {
                    a[k] = T(1);
                }
                a += sizes_[i];
            }
        }
        return a_.data();
    }

    /// dL/dX: that of numbers; 0 for codes.
    InputGradient<T> backward(const T*, T* grad_a, const Wanted<T>& wanted) override {
        if (!wanted.input) {
            return {};
        }
        for (std::size_t r = 0; r < rows_; ++r) {
            T* grad_X = grad_X_.data() + r * this->n_in();
            for (std::size_t i = 0; i < sizes_.size(); ++i) {
                grad_X[i] = sizes_[i] == 0 ? *grad_a : T(0);
                grad_a += std::max<std::size_t>(sizes_[i], 1);
            }
        }
        return {grad_X_.data()};
    }

    /// The number of outputs.
    static std::size_t width(const std::vector<std::size_t>& sizes) {
        std::size_t total = 0;
        for (const std::size_t size : sizes) {
            total += std::max<std::size_t>(size, 1);
        }
        return total;
    }

  private:
    explicit OneHot(std::vector<std::size_t> sizes)
        : Layer<T>(sizes.size(), width(sizes)), sizes_(std::move(sizes)) {}

    std::vector<std::size_t> sizes_;
    std::size_t rows_ = 0;
    Buffer<T> a_, grad_X_;
};

}  // namespace chainrule
