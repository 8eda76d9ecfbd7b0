// Another layer as it is at evaluation: gradients flow through it and change nothing.
#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "base.hpp"

namespace chainrule {

template <class T>
class Frozen final : public Layer<T> {
  public:
    static constexpr std::string_view name = "Frozen";

    Frozen(const LayerDescription& layer, std::size_t n_in) : Frozen(inner(layer, n_in)) {}

    std::size_t n_parameters() const override { return layer_->n_parameters(); }
    void reserve(std::size_t rows, bool gradients, bool input) override {
        layer_->reserve(rows, gradients, input);
    }
    void window(const Layer<T>& other, std::size_t first) override {
        layer_->window(*static_cast<const Frozen&>(other).layer_, first);
    }
    ParameterParallel<T>* parameter_parallel() override { return layer_->parameter_parallel(); }

    const T* forward(const T* p, const T* X, std::size_t rows, const Pass&) override {
        return layer_->forward(p, X, rows, Pass{});
    }
    InputGradient<T> backward(const T* p, T* grad_a, const Wanted<T>& wanted) override {
        return layer_->backward(p, grad_a, wanted);
    }

  private:
    explicit Frozen(std::unique_ptr<Layer<T>> layer)
        : Layer<T>(layer->n_in(), layer->n_out()), layer_(std::move(layer)) {}

    static std::unique_ptr<Layer<T>> inner(const LayerDescription& layer, std::size_t n_in) {
        if (layer.layers.size() != 1) {
            throw std::invalid_argument("a frozen layer holds one layer");
        }
        return make_layer<T>(layer.layers.front(), n_in);
    }

    std::unique_ptr<Layer<T>> layer_;
};

}  // namespace chainrule
