// A network: layers, each fed with the outputs of the one before.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "layers/base.hpp"

namespace chainrule {

/// Neighbouring parameters of a layer, from `start` to `stop` in the network's vector.
struct Slice {
    std::size_t layer, start, stop;
};

template <class T>
class Network {
  public:
    explicit Network(const std::vector<LayerDescription>& layers);

    std::size_t n_in() const { return places_.front().layer->n_in(); }
    std::size_t n_out() const { return places_.back().layer->n_out(); }
    std::size_t n_parameters() const { return places_.back().stop; }

    /// The number of outputs of all layers.
    std::size_t n_units() const;

    /// Whether a batch must go through as a whole.
    bool couples_rows(bool training) const;

    /// Allocate the workspace for some rows; with `gradients`, for backward passes too.
    void reserve(std::size_t rows, bool gradients);

    /// Work in another instance's workspace, in the rows from `first` on, with what it prepares.
    void window(const Network& other, std::size_t first);

    /// Share the buffers that another instance prepares.
    void borrow(const Network& other);

    /// Prepare what depends on the parameters alone, before any pass: on all of them, or on some.
    void reserve_copies();
    void prepare(const T* p);
    void prepare(const T* p, const Slice& slice);

    /// The outputs (rows, n_out); the pre-activations of the last layer if `pass.to_logits`.
    const T* forward(const T* p, const T* X, std::size_t rows, Pass pass);

    /// Whether the last layer has pre-activations.
    bool has_logits() const { return places_.back().activated != nullptr; }

    /// Compute the gradients of those layers that have a parameter in `mask`, or of all where it is
    /// null.
    void want_gradients(const std::vector<bool>* mask);

    /// The parameters whose gradients are computed, in ranges of about `size`.
    std::vector<Slice> slices(std::size_t size) const;

    /// The gradient, from dL/da of the last layer, or from its dL/dz if `from_logits`; grad is
    /// overwritten. Where `gradient` is null, `gradient` below can compute it afterwards.
    void backward(const T* p, T* grad, bool from_logits, T* gradient, bool add);

    /// Whether every layer's gradient can be computed range by range after the backward passes.
    bool is_parameter_parallel() const;

    /// The gradient of some parameters, over the first `rows` rows of all windows, of which this
    /// instance has the first.
    void gradient(const Slice& slice, std::size_t rows, T* g) const;

    void statistics(T* p) const;

  private:
    /// A layer and its parameters, from `start` to `stop`.
    struct Place {
        std::unique_ptr<Layer<T>> layer;
        ActivatedLayer<T>* activated;    // the same, or null if it has no activation
        ParameterParallel<T>* parallel;  // null if threads cannot share its parameters
        std::size_t start, stop;
        std::size_t index;   // among the layers that were described
        bool wanted = true;  // its gradient
    };

    std::vector<Place> places_;
    std::size_t first_wanted_ = 0;
};

}  // namespace chainrule
