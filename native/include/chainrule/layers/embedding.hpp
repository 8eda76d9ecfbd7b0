// For each code, the row of E of its category: dL/dE[r] = sum of dL/da over the rows with code r.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "coded.hpp"

namespace chainrule {

template <class T>
class Embedding final : public Layer<T> {
  public:
    static constexpr std::string_view name = "Embedding";

    Embedding(const LayerDescription& layer, std::size_t)
        : Embedding(category_sizes(layer), layer.values.size("n_out")) {}

    std::size_t n_parameters() const override { return product(n_rows_, n_each_); }

    void reserve(std::size_t rows, bool gradients, bool input) override {
        a_.reserve(product(rows, this->n_out()));
        of_E_.reserve(product(rows, this->n_in()));
        if (gradients) {
            sums_.reserve(n_parameters());
        }
        if (gradients && input) {
            grad_X_.reserve(product(rows, this->n_in()));
        }
    }

    void window(const Layer<T>& other, std::size_t first) override {
        const auto& of = static_cast<const Embedding&>(other);
        a_.borrow(of.a_, first * this->n_out());
        of_E_.borrow(of.of_E_, first * this->n_in());
        grad_X_.borrow(of.grad_X_, first * this->n_in());
    }

    const T* forward(const T* E, const T* X, std::size_t rows, const Pass&) override {
        codes_ = rows * this->n_in();
        for (std::size_t k = 0; k < codes_;) {
            std::size_t start = 0;
            for (const std::size_t size : sizes_) {
                of_E_[k] = start + category(X[k], size);
                std::copy_n(E + of_E_[k] * n_each_, n_each_, a_.data() + k * n_each_);
                start += size + 1;
                ++k;
            }
        }
        return a_.data();
    }

    InputGradient<T> backward(const T*, T* grad_a, const Wanted<T>& wanted) override {
        if (wanted.gradient != nullptr) {
            if (!wanted.add) {
                std::fill_n(wanted.gradient, n_parameters(), T(0));
            }
            // Sums that are 0 at first, and again when they have been added.
            for (std::size_t k = 0; k < codes_; ++k) {
                T* sum = sums_.data() + of_E_[k] * n_each_;
                for (std::size_t j = 0; j < n_each_; ++j) {
                    sum[j] += grad_a[k * n_each_ + j];
                }
            }
            for (std::size_t k = 0; k < codes_; ++k) {
                T *sum = sums_.data() + of_E_[k] * n_each_,
                  *row = wanted.gradient + of_E_[k] * n_each_;
                for (std::size_t j = 0; j < n_each_; ++j) {
                    row[j] += sum[j];
                    sum[j] = T(0);
                }
            }
        }
        if (!wanted.input) {
            return {};
        }
        std::fill_n(grad_X_.data(), codes_, T(0));
        return {grad_X_.data()};
    }

  private:
    Embedding(std::vector<std::size_t> sizes, std::size_t n_each)
        : Layer<T>(sizes.size(), product(sizes.size(), n_each)),
          sizes_(std::move(sizes)),
          n_each_(n_each) {
        for (const std::size_t size : sizes_) {
            n_rows_ += size + 1;
        }
    }

    std::vector<std::size_t> sizes_;
    std::size_t n_each_, n_rows_ = 0, codes_ = 0;
    Buffer<T> a_, grad_X_, sums_;
    Buffer<std::size_t> of_E_;  // the row of E of each code
};

}  // namespace chainrule
