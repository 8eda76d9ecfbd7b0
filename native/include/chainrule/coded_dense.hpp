// A OneHot layer, a Scale behind it if there is one, and a Dense, at the beginning of a network:
// the same as one after the other, without the zeros. With x the numbers of a row and k its codes,
// z = sum_i s_i x_i W_i + sum_k s_k W_k + b. The sums U_i = sum x_i delta and U_k = sum of delta
// over the rows with code k give both gradients, dL/dW_i = s_i U_i and dL/ds_i = W_i . U_i.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels.hpp"
#include "layers/dense.hpp"
#include "layers/one_hot.hpp"
#include "layers/scale.hpp"

namespace chainrule {

template <class T>
class CodedDense final : public ActivatedLayer<T> {
  public:
    /// How many of the first layers it can take the place of; 0 for none.
    static std::size_t takes(const std::vector<LayerDescription>& layers) {
        const auto is = [&](std::size_t i, std::string_view name) {
            return i < layers.size() && layers[i].name == name;
        };
        const std::size_t dense = is(1, Scale<T>::name) ? 2 : 1;
        return is(0, OneHot<T>::name) && is(dense, Dense<T>::name) ? dense + 1 : 0;
    }

    CodedDense(const std::vector<LayerDescription>& layers, std::size_t n)
        : CodedDense(category_sizes(layers[0]), n == 3, layers[n - 1]) {
        const std::size_t width = n_rows_;
        if (layers[n - 1].values.size("n_in") != width ||
            (scaled_ && layers[1].values.size("n") != width)) {
            throw std::invalid_argument("a layer does not take the outputs of the one before");
        }
    }

    std::size_t n_parameters() const override {
        return (scaled_ ? n_rows_ : 0) + n_weights() + (bias_ ? this->n_out() : 0);
    }

    void reserve(std::size_t rows, bool gradients, bool input) override {
        ActivatedLayer<T>::reserve(rows, gradients, input);
        x_.reserve(product(rows, numbers_.size()));
        scaled_x_.reserve(scaled_ ? product(rows, numbers_.size()) : 0);
        codes_.reserve(product(rows, categories_.size()));
        of_numbers_.reserve(product(numbers_.size(), this->n_out()));
        if (gradients) {
            sums_.reserve(n_weights());
            touched_.reserve(n_rows_);
            marks_.reserve(n_rows_);
        }
    }

    InputGradient<T> backward_z(const T* p, T* delta, const Wanted<T>& wanted) override {
        if (wanted.gradient != nullptr) {
            if (!wanted.add) {
                std::fill_n(wanted.gradient, n_parameters(), T(0));
            }
            for (std::size_t r = 0; r < this->rows_; r += tile_rows) {
                add_gradient(p, delta, r, std::min(tile_rows, this->rows_ - r), wanted.gradient);
            }
        }
        return {};
    }

  protected:
    void pre_activation(const T* p, const Pass&) override {
        read_rows();
        const std::size_t n = numbers_.size(), n_out = this->n_out(), rows = this->rows_;
        const T *W = weights(p), *s = scaled_ ? p : nullptr, *b = W + n_weights();
        const T *x = x_.data(), *of_numbers = W;
        T* z = this->z_.data();
        if (s != nullptr) {
            for (std::size_t i = 0; i < rows * n; ++i) {
                scaled_x_[i] = s[numbers_[i % n].row] * x[i];
            }
            x = scaled_x_.data();
        }
        if (!numbers_first_) {
            for (std::size_t i = 0; i < n; ++i) {
                std::copy_n(W + numbers_[i].row * n_out, n_out, of_numbers_.data() + i * n_out);
            }
            of_numbers = of_numbers_.data();
        }
        if (n > 0) {
            kernels_.forward(x, of_numbers, n_out, bias_ ? b : nullptr, z, rows, n, n_out, false);
        } else {
            for (std::size_t i = 0; i < rows * n_out; ++i) {
                z[i] = bias_ ? b[i % n_out] : T(0);
            }
        }
        elementwise_.add_rows(W, s, codes_.data(), categories_.size(), z, rows, n_out,
                              this->rectifier_);
    }

    bool in_place() const override { return this->rectifier_ || this->identity_; }

  private:
    /// An input, and the row of W of its number or of its first category.
    struct Column {
        std::size_t input, size, row;
    };

    CodedDense(const std::vector<std::size_t>& sizes, bool scaled, const LayerDescription& dense)
        : ActivatedLayer<T>(sizes.size(), dense.values.size("n_out"), dense.activation()),
          scaled_(scaled),
          bias_(dense.values.flag("bias")),
          kernels_(matrix_kernels<T>()),
          elementwise_(elementwise<T>()) {
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            (sizes[i] == 0 ? numbers_ : categories_).push_back({i, sizes[i], n_rows_});
            n_rows_ += std::max<std::size_t>(sizes[i], 1);
        }
        if (n_rows_ >= no_row) {
            throw std::bad_alloc();
        }
        numbers_first_ = numbers_.empty() || numbers_.back().row + 1 == numbers_.size();
    }

    std::size_t n_weights() const { return product(n_rows_, this->n_out()); }
    const T* weights(const T* p) const { return p + (scaled_ ? n_rows_ : 0); }

    /// The numbers of the rows, and the rows of W of their codes.
    void read_rows() {
        T* x = x_.data();
        std::uint32_t* code = codes_.data();
        const T* X = this->X_;
        for (std::size_t r = 0; r < this->rows_; ++r, X += this->n_in()) {
            for (const Column& column : numbers_) {
                *x++ = X[column.input];
            }
            for (const Column& column : categories_) {
                const std::size_t k = category(X[column.input], column.size);
                *code++ = k < column.size ? std::uint32_t(column.row + k) : no_row;
            }
        }
    }

    /// The gradient of n rows from the first on, added.
    void add_gradient(const T* p, const T* delta, std::size_t first, std::size_t n, T* g) {
        const std::size_t n_out = this->n_out(), n_numbers = numbers_.size();
        const T *W = weights(p), *s = scaled_ ? p : nullptr;
        T *grad_W = g + (W - p), *grad_s = scaled_ ? g : nullptr;
        const T* of_rows = delta + first * n_out;
        const auto finish = [&](std::size_t row, T* sum) {
            T* to = grad_W + row * n_out;
            if (s == nullptr) {
                elementwise_.add_sum(T(1), nullptr, sum, to, n_out);
            } else {
                grad_s[row] += elementwise_.add_sum(s[row], W + row * n_out, sum, to, n_out);
            }
        };
        if (n_numbers > 0) {
            T* sums = of_numbers_.data();
            kernels_.weight_gradient(x_.data() + first * n_numbers, n_numbers, of_rows, sums, n,
                                     n_numbers, n_out, false);
            for (std::size_t i = 0; i < n_numbers; ++i) {
                finish(numbers_[i].row, sums + i * n_out);
            }
        }
        const std::size_t each = categories_.size();
        const std::size_t found =
            elementwise_.scatter_rows(of_rows, codes_.data() + first * each, each, n, n_out,
                                      sums_.data(), touched_.data(), marks_.data());
        for (std::size_t i = 0; i < found; ++i) {
            finish(touched_[i], sums_.data() + touched_[i] * n_out);
        }
        if (bias_) {
            elementwise_.column_sums(of_rows, grad_W + n_weights(), n, n_out, true);
        }
    }

    std::vector<Column> numbers_, categories_;
    std::size_t n_rows_ = 0;
    bool scaled_, bias_, numbers_first_ = true;
    const MatrixKernels<T>& kernels_;
    const Elementwise<T>& elementwise_;
    Buffer<T> x_, scaled_x_, of_numbers_;
    Buffer<T> sums_;  // of every row of W: 0 between two tiles
    Buffer<std::uint32_t> codes_, touched_;
    Buffer<std::uint8_t> marks_;
};

}  // namespace chainrule
