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

/// Neighbouring layers, from `first` to before `last`.
struct Range {
    std::size_t first, last;
};

template <class T>
class Network {
  public:
    explicit Network(const std::vector<LayerDescription>& layers);

    std::size_t n_layers() const { return places_.size(); }
    std::size_t n_in() const { return n_in(0); }
    std::size_t n_in(std::size_t layer) const { return places_[layer].layer->n_in(); }
    std::size_t n_out() const { return places_.back().layer->n_out(); }
    std::size_t n_parameters() const { return places_.back().stop; }

    /// Where a layer's parameters begin; those of the layer behind the last: where all end.
    std::size_t first_parameter(std::size_t layer) const {
        return layer == n_layers() ? n_parameters() : places_[layer].start;
    }

    /// The number of outputs of all layers.
    std::size_t n_units() const;

    /// Whether the rows of a batch depend on each other.
    bool couples_rows(bool training) const;

    /// The layers that couple rows in training, if each can take a batch in tiles; else none.
    std::vector<std::size_t> couplings() const;

    /// Share the statistics that such layers of another instance compute, in training.
    void couple(const Network& other, const std::vector<std::size_t>& layers);

    RowCoupling<T>& coupling(std::size_t layer) { return *places_[layer].coupling; }

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
    const T* forward(const T* p, const T* X, std::size_t rows, const Pass& pass) {
        return forward(p, X, rows, pass, {0, n_layers()});
    }

    /// The outputs of the last of some layers, from the inputs X of the first.
    const T* forward(const T* p, const T* X, std::size_t rows, Pass pass, Range layers);

    /// Whether the last layer has pre-activations.
    bool has_logits() const { return places_.back().activated != nullptr; }

    /// Compute the gradients of those layers that have a parameter in `mask`, or of all where it is
    /// null.
    void want_gradients(const std::vector<bool>* mask);

    /// The first layer with such a parameter; `n_layers` if there is none.
    std::size_t first_wanted() const { return first_wanted_; }

    /// The parameters whose gradients are computed, in ranges of about `size`.
    std::vector<Slice> slices(std::size_t size, std::size_t rows) const;

    /// The gradient, from that of the outputs, which is overwritten. Where `gradient` is null,
    /// `gradient` below can compute it afterwards.
    void backward(const T* p, const InputGradient<T>& grad, T* gradient, bool add) {
        backward(p, grad, gradient, add, {0, n_layers()});
    }

    /// The same of some layers, from the gradient of their outputs to that of their inputs.
    InputGradient<T> backward(const T* p, InputGradient<T> grad, T* gradient, bool add,
                              Range layers);

    /// The same functions of a layer that couples rows, where its parameters lie.
    T* add_gradient_sums(std::size_t layer, const InputGradient<T>& grad, double* sums,
                         T* gradient);
    void set_gradient_sums(std::size_t layer, const T* p, const double* sums, std::size_t rows);

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
        RowCoupling<T>* coupling;        // null if it couples no rows, or needs them at once
        std::size_t start, stop;
        std::size_t index;   // among the layers that were described
        bool wanted = true;  // its gradient
    };

    std::vector<Place> places_;
    std::size_t first_wanted_ = 0;
};

}  // namespace chainrule
