// For each input, a = (x, V^T cos(u) + c) with u = 2 pi w x + b. With g = dL/da behind the input
// itself: dL/dc = sum g, dL/dV = sum cos(u) g, dL/du = -sin(u) V g, dL/dw = sum 2 pi x dL/du,
// dL/db = sum dL/du, dL/dx = g_x + sum over the waves of 2 pi w dL/du.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "../sine.hpp"
#include "base.hpp"

namespace chainrule {

template <class T>
class PeriodicEmbedding final : public Layer<T> {
  public:
    static constexpr std::string_view name = "PeriodicEmbedding";

    PeriodicEmbedding(const LayerDescription& layer, std::size_t)
        : Layer<T>(layer.values.size("n"),
                   product(layer.values.size("n"), layer.values.size("n_out"))),
          n_each_(layer.values.size("n_out")),
          waves_(layer.values.size("frequencies")) {
        if (n_each_ < 2 || waves_ < 1) {
            throw std::invalid_argument("a periodic embedding needs an output and a wave");
        }
    }

    std::size_t n_parameters() const override {
        return product(this->n_in(), (2 + mixtures()) * waves_ + mixtures());
    }

    void reserve(std::size_t rows, bool gradients, bool input) override {
        const std::size_t all = product(product(rows, this->n_in()), waves_);
        a_.reserve(product(rows, this->n_out()));
        cos_.reserve(all);
        sin_.reserve(all);
        if (gradients) {
            sums_.reserve(n_parameters());
        }
        if (gradients && input) {
            grad_X_.reserve(product(rows, this->n_in()));
        }
    }

    void window(const Layer<T>& other, std::size_t first) override {
        const auto& of = static_cast<const PeriodicEmbedding&>(other);
        const std::size_t n = this->n_in();
        a_.borrow(of.a_, first * this->n_out());
        cos_.borrow(of.cos_, first * n * waves_);
        sin_.borrow(of.sin_, first * n * waves_);
        grad_X_.borrow(of.grad_X_, first * n);
    }

    const T* forward(const T* p, const T* X, std::size_t rows, const Pass&) override {
        X_ = X;
        rows_ = rows;
        const std::size_t n = this->n_in(), m = mixtures();
        constexpr T turn = T(0.15915494309189535);  // 1 / (2 pi)
        for (std::size_t r = 0; r < rows; ++r) {
            for (std::size_t i = 0; i < n; ++i) {
                const Arrays<const T> of = arrays(p, i);
                const T x = X[r * n + i];
                T* cos_u = cos_.data() + (r * n + i) * waves_;
                T* sin_u = sin_.data() + (r * n + i) * waves_;
                for (std::size_t f = 0; f < waves_; ++f) {
                    sine_and_cosine(of.w[f] * x + of.b[f] * turn, sin_u[f], cos_u[f]);
                }
                T* a = a_.data() + (r * n + i) * n_each_;
                a[0] = x;
                for (std::size_t k = 0; k < m; ++k) {
                    T sum = 0;
                    for (std::size_t f = 0; f < waves_; ++f) {
                        sum += cos_u[f] * of.V[f * m + k];
                    }
                    a[1 + k] = sum + of.c[k];
                }
            }
        }
        return a_.data();
    }

    InputGradient<T> backward(const T* p, T* grad_a, const Wanted<T>& wanted) override {
        const std::size_t n = this->n_in(), m = mixtures();
        const bool own = wanted.gradient != nullptr;
        T* gradient = own && wanted.add ? sums_.data() : wanted.gradient;
        if (own) {
            std::fill_n(gradient, n_parameters(), T(0));
        }
        constexpr T two_pi = T(6.283185307179586);
        for (std::size_t r = 0; r < rows_; ++r) {
            for (std::size_t i = 0; i < n; ++i) {
                const Arrays<const T> of = arrays(p, i);
                const T *g = grad_a + (r * n + i) * n_each_ + 1, x = X_[r * n + i];
                const T* cos_u = cos_.data() + (r * n + i) * waves_;
                const T* sin_u = sin_.data() + (r * n + i) * waves_;
                T grad_x = g[-1];
                const Arrays<T> to = arrays(gradient, i);
                for (std::size_t f = 0; f < waves_; ++f) {
                    T mixed = 0;
                    for (std::size_t k = 0; k < m; ++k) {
                        mixed += g[k] * of.V[f * m + k];
                    }
                    const T grad_u = -sin_u[f] * mixed;
                    grad_x += two_pi * of.w[f] * grad_u;
                    if (own) {
                        to.w[f] += two_pi * x * grad_u;
                        to.b[f] += grad_u;
                        for (std::size_t k = 0; k < m; ++k) {
                            to.V[f * m + k] += cos_u[f] * g[k];
                        }
                    }
                }
                for (std::size_t k = 0; own && k < m; ++k) {
                    to.c[k] += g[k];
                }
                if (wanted.input) {
                    grad_X_[r * n + i] = grad_x;
                }
            }
        }
        for (std::size_t i = 0; own && wanted.add && i < n_parameters(); ++i) {
            wanted.gradient[i] += gradient[i];
        }
        return {wanted.input ? grad_X_.data() : nullptr};
    }

  private:
    /// The arrays of one input.
    template <class P>
    struct Arrays {
        P *w, *b, *V, *c;
    };

    template <class P>
    Arrays<P> arrays(P* p, std::size_t i) const {
        const std::size_t n = this->n_in(), f = waves_, m = mixtures();
        if (p == nullptr) {
            return {};
        }
        P *b = p + n * f, *V = b + n * f, *c = V + n * f * m;
        return {p + i * f, b + i * f, V + i * f * m, c + i * m};
    }

    std::size_t mixtures() const { return n_each_ - 1; }

    std::size_t n_each_, waves_, rows_ = 0;
    const T* X_ = nullptr;
    Buffer<T> a_, cos_, sin_, grad_X_, sums_;
};

}  // namespace chainrule
