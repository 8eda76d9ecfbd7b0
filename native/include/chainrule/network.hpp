// A network is a row of layers, each fed with the outputs of the one before.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "layers/base.hpp"

namespace chainrule {

template <class T>
class Network {
  public:
    explicit Network(const std::vector<LayerDescription>& layers);

    std::size_t n_in() const { return layers_.front()->n_in(); }
    std::size_t n_out() const { return layers_.back()->n_out(); }
    std::size_t n_parameters() const { return starts_.back(); }

    /// Whether a batch must go through as a whole.
    bool couples_rows(bool training) const;

    void reserve(std::size_t rows, bool gradients);
    void prepare(const T* p, std::size_t rows);

    /// The outputs (rows, n_out).
    const T* forward(const T* p, const T* X, std::size_t rows, Pass pass);

    /// The pre-activations of the last layer.
    const T* z() const { return last_->z(); }
    bool has_z() const { return last_ != nullptr; }

    /// Which layers' gradients are told: those with a number in `mask`, or all where it is null.
    void want_gradients(const std::vector<bool>* mask);

    /// The gradient, from dL/da of the last layer, or from its dL/dz where `from_z`; grad is
    /// overwritten.
    void backward(const T* p, T* grad, bool from_z, T* gradient, bool add);

    void statistics(T* p) const;

  private:
    std::vector<std::unique_ptr<Layer<T>>> layers_;
    std::vector<std::size_t> starts_;  // where each layer's parameters start, and where they end
    std::vector<bool> wanted_;
    std::size_t first_wanted_ = 0;
    ActivatedLayer<T>* last_ = nullptr;
};

}  // namespace chainrule
