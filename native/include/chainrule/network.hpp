// A network is a row of layers, each fed with the outputs of the one before.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "layers/base.hpp"

namespace chainrule {

/// Neighbouring parameters of a layer, which lie from `start` to `stop` in the network's.
struct Slice {
    std::size_t layer, start, stop;
};

template <class T>
class Network {
  public:
    explicit Network(const std::vector<LayerDescription>& layers);

    std::size_t n_in() const { return layers_.front()->n_in(); }
    std::size_t n_out() const { return layers_.back()->n_out(); }
    std::size_t n_parameters() const { return starts_.back(); }

    /// The outputs of all layers.
    std::size_t n_units() const;

    /// Whether a batch must go through as a whole.
    bool couples_rows(bool training) const;

    void reserve(std::size_t rows, bool gradients);

    /// The rows from `first` on of a twin's room, and what it prepares, in the place of own ones.
    void window(const Network& twin, std::size_t first);

    /// What a twin prepares, in the place of own things.
    void borrow(const Network& twin);

    /// What depends on the parameters alone, before any pass: on all of them, or on some.
    void prepare(const T* p);
    void prepare(const T* p, const Slice& slice);

    /// The outputs (rows, n_out).
    const T* forward(const T* p, const T* X, std::size_t rows, Pass pass);

    /// The pre-activations of the last layer.
    const T* z() const { return activated_.back()->z(); }
    bool has_z() const { return activated_.back() != nullptr; }

    /// Which layers' gradients are told: those with a number in `mask`, or all where it is null.
    void want_gradients(const std::vector<bool>* mask);

    /// The parameters whose gradients are told, in parts of about `size`.
    std::vector<Slice> slices(std::size_t size) const;

    /// The gradient, from dL/da of the last layer, or from its dL/dz where `from_z`; grad is
    /// overwritten. Where `gradient` is null, it can be had by `gradient` afterwards.
    void backward(const T* p, T* grad, bool from_z, T* gradient, bool add);

    /// Whether that is so.
    bool gradient_can_wait() const;

    /// The gradient of some parameters, from so many rows of the windows, this one's the first.
    void gradient(const Slice& slice, std::size_t rows, T* g) const;

    void statistics(T* p) const;

  private:
    std::vector<std::unique_ptr<Layer<T>>> layers_;
    std::vector<std::size_t> starts_;  // where each layer's parameters start, and where they end
    std::vector<bool> wanted_;
    std::size_t first_wanted_ = 0;
    std::vector<ActivatedLayer<T>*> activated_;  // null for a layer that has no activation
};

}  // namespace chainrule
