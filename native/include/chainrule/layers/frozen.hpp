// Another layer as it is at evaluation: gradients flow through it and change nothing.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base.hpp"

namespace chainrule {

template <class T>
class Frozen final : public Layer<T> {
  public:
    static constexpr std::string_view name = "Frozen";

    explicit Frozen(std::unique_ptr<Layer<T>> layer)
        : Layer<T>(layer->n_in(), layer->n_out()), layer_(std::move(layer)) {}

    std::size_t n_parameters() const override { return layer_->n_parameters(); }
    void reserve(std::size_t rows, bool gradients, bool input) override {
        layer_->reserve(rows, gradients, input);
    }
    void window(const Layer<T>& twin, std::size_t first) override {
        layer_->window(*static_cast<const Frozen&>(twin).layer_, first);
    }
    void borrow(const Layer<T>& twin) override {
        layer_->borrow(*static_cast<const Frozen&>(twin).layer_);
    }
    void prepare(const T* p, std::size_t start, std::size_t stop) override {
        layer_->prepare(p, start, stop);
    }
    bool gradient_can_wait() const override { return layer_->gradient_can_wait(); }
    std::vector<std::size_t> cuts(std::size_t size) const override { return layer_->cuts(size); }
    void gradient(std::size_t start, std::size_t stop, std::size_t rows, T* g) const override {
        layer_->gradient(start, stop, rows, g);
    }

    const T* forward(const T* p, const T* X, std::size_t rows, const Pass&) override {
        return layer_->forward(p, X, rows, Pass{});
    }

    T* backward(const T* p, T* grad_a, const Wanted<T>& wanted) override {
        return layer_->backward(p, grad_a, wanted);
    }

  private:
    std::unique_ptr<Layer<T>> layer_;
};

}  // namespace chainrule
