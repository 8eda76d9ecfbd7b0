// a = f(z), z = X W + b; dL/dW = X^T delta, dL/db = sum of delta, dL/dX = delta W^T, delta = dL/dz.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "../interrupt.hpp"
#include "../kernels.hpp"
#include "base.hpp"

namespace chainrule {

template <class T>
class Dense final : public ActivatedLayer<T>, public ParameterParallel<T> {
  public:
    static constexpr std::string_view name = "Dense";

    Dense(const LayerDescription& layer, std::size_t)
        : ActivatedLayer<T>(layer.values.size("n_in"), layer.values.size("n_out"),
                            layer.activation()),
          bias_(layer.values.flag("bias")),
          kernels_(matrix_kernels<T>()),
          elementwise_(elementwise<T>()) {}

    std::size_t n_parameters() const override { return n_weights() + (bias_ ? this->n_out() : 0); }

    void reserve(std::size_t rows, bool gradients, bool input) override {
        ActivatedLayer<T>::reserve(rows, gradients, input);
        const std::size_t n_in = this->n_in(), n_out = this->n_out();
        if (gradients && input && rows > few) {
            transpose_.reserve(product(n_out, odd_lines(n_in)));
        }
    }

    /// W with its rows an odd number of lines apart, where many rows of W itself fall on few sets
    /// of L1 and one block of it is not copied anyway.
    void reserve_copies() override {
        const std::size_t n_in = this->n_in(), n_out = this->n_out();
        if (n_out * sizeof(T) % 512 == 0 && n_in >= 32 && n_in <= 256) {
            copy_.reserve(product(n_in, odd_lines(n_out)));
        }
    }

    ParameterParallel<T>* parameter_parallel() override { return this; }

    void borrow(const ParameterParallel<T>& other) override {
        transpose_.borrow(static_cast<const Dense&>(other).transpose_);
        copy_.borrow(static_cast<const Dense&>(other).copy_);
    }

    /// W^T, and a copy of W.
    void prepare(const T* p, std::size_t start, std::size_t stop) override {
        const std::size_t n_out = this->n_out(), i = start / n_out;
        const std::size_t end = std::min(stop, n_weights()) / n_out;
        if (i < end && transpose_.size() > 0) {
            elementwise_.transpose(p + i * n_out, transpose_.data() + i, odd_lines(this->n_in()),
                                   end - i, n_out);
        }
        for (std::size_t k = i; k < end && copy_.size() > 0; ++k) {
            std::copy_n(p + k * n_out, n_out, copy_.data() + k * odd_lines(n_out));
        }
    }

    InputGradient<T> backward_z(const T* p, T* grad_z, const Wanted<T>& wanted) override {
        const std::size_t n_in = this->n_in(), n_out = this->n_out(), rows = this->rows_;
        delta_ = grad_z;
        if (wanted.gradient != nullptr) {
            sum(0, n_parameters(), rows, tile_rows, wanted.gradient, wanted.add);
        }
        if (!wanted.input) {
            return {};
        }
        T* grad_X = this->grad_X_.data();
        in_blocks(rows, [&](std::size_t r, std::size_t n) {
            const T* delta = grad_z + r * n_out;
            const T* x = wanted.rectified == nullptr ? nullptr : wanted.rectified + r * n_in;
            if (transpose_.size() > 0) {
                kernels_.input_gradient(delta, transpose_.data(), odd_lines(n_in),
                                        grad_X + r * n_in, n, n_in, n_out, x);
            } else {
                kernels_.input_gradient_few(delta, p, grad_X + r * n_in, n, n_in, n_out, x);
            }
        });
        return {grad_X, wanted.rectified != nullptr};
    }

    std::vector<std::size_t> cuts(std::size_t size, std::size_t rows) const override {
        const std::size_t least = rows * this->n_out();
        const std::size_t step = least * std::max<std::size_t>(size / least, 1);
        std::vector<std::size_t> ends;
        for (std::size_t end = step; end < n_weights(); end += step) {
            ends.push_back(end);
        }
        ends.push_back(n_weights());
        if (bias_) {
            ends.push_back(n_parameters());
        }
        return ends;
    }

    void gradient(std::size_t start, std::size_t stop, std::size_t rows, T* g) const override {
        sum(start, stop, rows, chain_rows, g, false);
    }

  protected:
    void pre_activation(const T* p, const Pass&) override {
        const std::size_t n_in = this->n_in(), n_out = this->n_out();
        const bool copied = copy_.size() > 0;
        const T* W = copied ? copy_.data() : p;
        const std::size_t ldw = copied ? odd_lines(n_out) : n_out;
        in_blocks(this->rows_, [&](std::size_t r, std::size_t n) {
            kernels_.forward(this->X_ + r * n_in, W, ldw, bias_ ? p + n_weights() : nullptr,
                             this->z_.data() + r * n_out, n, n_in, n_out, this->rectifier_);
        });
    }

    bool in_place() const override { return this->rectifier_ || this->identity_; }

  private:
    static constexpr std::size_t few = 4;  // rows; for more, W^T costs less than it saves

    /// f(first row, rows) for blocks of rows, which are all of them unless these take long: between
    /// two blocks an interrupt is heard. No sum goes over rows, so that blocks change no bit.
    template <class F>
    void in_blocks(std::size_t rows, F&& f) const {
        constexpr std::size_t operations = 1'000'000'000;
        const std::size_t tiles = operations / (2 * n_weights() * tile_rows);
        const std::size_t block = tile_rows * std::max<std::size_t>(tiles, 1);
        for (std::size_t r = 0; r < rows; r += block) {
            const std::size_t n = std::min(block, rows - r);
            if (rows > block) {
                check_interrupt(2.0 * double(n) * double(n_weights()));
            }
            f(r, n);
        }
    }

    /// n, rounded up to an odd number of cache lines: a vector that lies across two lines takes two
    /// loads, and rows a power of two apart fall on few sets of L1.
    static std::size_t odd_lines(std::size_t n) {
        constexpr std::size_t line = 64 / sizeof(T);
        return ((n + line - 1) / line | 1) * line;
    }

    std::size_t n_weights() const { return product(this->n_in(), this->n_out()); }

    /// The gradient of the parameters from `start` to `stop`: sums over `chain` rows, added.
    void sum(std::size_t start, std::size_t stop, std::size_t rows, std::size_t chain, T* g,
             bool add) const {
        const std::size_t n_in = this->n_in(), n_out = this->n_out();
        const std::size_t i = start / n_out, end = std::min(stop, n_weights()) / n_out;
        for (std::size_t r = 0; r < rows; r += chain, add = true) {
            const std::size_t n = std::min(chain, rows - r);
            const T* delta = delta_ + r * n_out;
            if (rows > chain) {
                check_interrupt(2.0 * double(n) * double(stop - start));
            }
            if (i < end) {
                kernels_.weight_gradient(this->X_ + r * n_in + i, n_in, delta, g, n, end - i, n_out,
                                         add);
            }
            if (stop > n_weights()) {
                elementwise_.column_sums(delta, g + n_weights() - start, n, n_out, add);
            }
        }
    }

    bool bias_;
    const MatrixKernels<T>& kernels_;
    const Elementwise<T>& elementwise_;
    Buffer<T> transpose_, copy_;
    const T* delta_ = nullptr;
};

}  // namespace chainrule
