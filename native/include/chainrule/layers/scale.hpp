// a_j = s_j x_j; dL/ds = sum of dL/da x over the rows, dL/dX = dL/da s.
#pragma once

#include <cstddef>
#include <string_view>

#include "unit_factors.hpp"

namespace chainrule {

template <class T>
class Scale final : public UnitFactors<T> {
  public:
    static constexpr std::string_view name = "Scale";

    Scale(const LayerDescription& layer, std::size_t) : UnitFactors<T>(layer.values.size("n")) {}

    const T* forward(const T* s, const T* X, std::size_t rows, const Pass&) override {
        this->X_ = X;
        this->rows_ = rows;
        const std::size_t n = this->n_in();
        T* a = this->a_.data();
        for (std::size_t r = 0; r < rows; ++r) {
            for (std::size_t j = 0; j < n; ++j) {
                a[r * n + j] = s[j] * X[r * n + j];
            }
        }
        return a;
    }

  protected:
    void multiply(const T* s, T* grad) override {
        const std::size_t n = this->n_in();
        T* products = this->products_.data();
        for (std::size_t r = 0; r < this->rows_; ++r) {
            for (std::size_t j = 0; j < n; ++j) {
                const std::size_t i = r * n + j;
                products[i] = grad[i] * this->X_[i];
                grad[i] *= s[j];
            }
        }
    }
};

}  // namespace chainrule
