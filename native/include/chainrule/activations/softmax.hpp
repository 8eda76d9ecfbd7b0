// a_j = exp(z_j) / sum_k exp(z_k); dL/dz_k = a_k (dL/da_k - sum_j dL/da_j a_j).
#pragma once

#include <cmath>
#include <cstddef>
#include <string_view>

#include "base.hpp"

namespace chainrule {

struct Softmax {
    static constexpr std::string_view name = "Softmax";

    template <class T>
    static T largest(const T* z, std::size_t units) {
        T m = z[0];
        for (std::size_t j = 1; j < units; ++j) {
            m = z[j] > m ? z[j] : m;
        }
        return m;
    }

    /// One row: exp(z_j - max z) / sum_k exp(z_k - max z), the shift prevents an overflow.
    template <class T>
    static void value(const T* z, T* a, std::size_t units) {
        const T m = largest(z, units);
        T total = 0;
        for (std::size_t j = 0; j < units; ++j) {
            a[j] = std::exp(z[j] - m);
            total += a[j];
        }
        for (std::size_t j = 0; j < units; ++j) {
            a[j] /= total;
        }
    }
};

template <class T>
class SoftmaxActivation final : public Activation<T> {
  public:
    void value(const T* z, T* a, std::size_t rows, std::size_t units) const override {
        for (std::size_t r = 0; r < rows; ++r) {
            Softmax::value(z + r * units, a + r * units, units);
        }
    }

    void vjp(const T*, const T* a, T* grad, std::size_t rows, std::size_t units) const override {
        for (std::size_t r = 0; r < rows; ++r, a += units, grad += units) {
            T inner = 0;
            for (std::size_t j = 0; j < units; ++j) {
                inner += grad[j] * a[j];
            }
            for (std::size_t j = 0; j < units; ++j) {
                grad[j] = a[j] * (grad[j] - inner);
            }
        }
    }
};

}  // namespace chainrule
