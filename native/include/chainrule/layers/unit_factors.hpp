// What layers with one number for each unit share: dL/dp_j is a sum over the rows, of products that
// a backward pass leaves behind.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "../interrupt.hpp"
#include "../kernels.hpp"
#include "base.hpp"

namespace chainrule {

template <class T>
class UnitFactors : public Layer<T>, public ParameterParallel<T> {
  public:
    explicit UnitFactors(std::size_t n) : Layer<T>(n, n) {}

    std::size_t n_parameters() const override { return this->n_in(); }

    void reserve(std::size_t rows, bool gradients, bool) override {
        a_.reserve(product(rows, this->n_in()));
        if (gradients) {
            products_.reserve(product(rows, this->n_in()));
        }
    }

    void window(const Layer<T>& other, std::size_t first) override {
        const auto& of = static_cast<const UnitFactors&>(other);
        a_.borrow(of.a_, first * this->n_in());
        products_.borrow(of.products_, first * this->n_in());
    }

    InputGradient<T> backward(const T* p, T* grad_a, const Wanted<T>& wanted) final {
        multiply(p, grad_a);
        if (wanted.gradient != nullptr) {
            sum(rows_, tile_rows, wanted.gradient, wanted.add);
        }
        return {grad_a};
    }

    ParameterParallel<T>* parameter_parallel() override { return this; }
    void borrow(const ParameterParallel<T>&) override {}
    void prepare(const T*, std::size_t, std::size_t) override {}
    std::vector<std::size_t> cuts(std::size_t, std::size_t) const override {
        return {n_parameters()};
    }
    void gradient(std::size_t, std::size_t, std::size_t rows, T* g) const override {
        sum(rows, chain_rows, g, false);
    }

  protected:
    /// dL/dX in the place of dL/da, and what dL/dp is the sum of in `products_`.
    virtual void multiply(const T* p, T* grad) = 0;

    const T* X_ = nullptr;
    std::size_t rows_ = 0;
    Buffer<T> a_, products_;

  private:
    /// Sums over `chain` rows, added.
    void sum(std::size_t rows, std::size_t chain, T* g, bool add) const {
        const std::size_t n = this->n_in();
        for (std::size_t r = 0; r < rows; r += chain, add = true) {
            const std::size_t k = std::min(chain, rows - r);
            if (rows > chain) {
                check_interrupt(double(k) * double(n));
            }
            elementwise<T>().column_sums(products_.data() + r * n, g, k, n, add);
        }
    }
};

}  // namespace chainrule
