// A layer: one step of a network, with a workspace of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../activations/base.hpp"
#include "../activations/identity.hpp"
#include "../activations/relu.hpp"
#include "../buffer.hpp"
#include "../description.hpp"
#include "../random.hpp"

namespace chainrule {

/// The kind of a forward pass: evaluation, or training at some update and rows of a batch.
struct Pass {
    bool training = false;
    Key key;                    // key.layer is set by the network
    std::size_t first_row = 0;  // of the batch
    bool to_logits = false;     // whether the last layer's activation is left out
    bool tile = false;          // whether layers that couple rows know the batch's statistics
};

/// What a backward pass is to compute.
template <class T>
struct Wanted {
    T* gradient = nullptr;         // where the layer's own gradient goes; null: nowhere
    bool add = false;              // the sum over the rows, taken by itself, to what is there
    bool input = false;            // dL/dX, for the layer before
    const T* rectified = nullptr;  // X, if a rectifier made it, whose slope may be included
};

/// The gradient that a layer hands to the one before: dL/dX, null where it is not wanted, or, if
/// the slope of the rectifier that made X is included, the dL/dz behind it.
template <class T>
struct InputGradient {
    T* data = nullptr;
    bool includes_slope = false;
};

/// The extra interface of a layer whose parameters threads can share: its gradient is computed
/// range by range, after the backward passes of all row windows. A wrapper hands out the layer
/// inside it.
template <class T>
class ParameterParallel {
  public:
    virtual ~ParameterParallel() = default;

    /// Allocate what `prepare` makes for forward passes of many rows.
    virtual void reserve_copies() {}

    /// Share the buffers that another instance prepares.
    virtual void borrow(const ParameterParallel& other) = 0;

    /// Prepare what depends on the parameters from `start` to `stop` alone.
    virtual void prepare(const T* p, std::size_t start, std::size_t stop) = 0;

    /// The ends of ranges of about `size` parameters, the last of all; between rows of a matrix
    /// whose numbers are multiples of `rows`.
    virtual std::vector<std::size_t> cuts(std::size_t size, std::size_t rows) const = 0;

    /// The gradient of the parameters between two cuts, over the first `rows` rows of all windows,
    /// of which this instance has the first.
    virtual void gradient(std::size_t start, std::size_t stop, std::size_t rows, T* g) const = 0;
};

/// The extra interface of a layer that couples the rows of a batch by sums over them, and by
/// nothing else: where these are known, the batch can go through tile by tile. A piece of the batch
/// has `n_sums` numbers, which are 0 at first.
template <class T>
class RowCoupling {
  public:
    virtual ~RowCoupling() = default;

    /// Share the statistics that another instance computes.
    virtual void borrow(const RowCoupling& other) = 0;

    virtual std::size_t n_sums() const = 0;

    /// Add the inputs of some rows to a piece's sums, which are of `before` rows.
    virtual void add_input_sums(const T* X, std::size_t rows, double* sums, std::size_t before) = 0;

    /// Add the sums of another piece, of n rows.
    virtual void join_input_sums(double* sums, std::size_t before, const double* other,
                                 std::size_t n) const = 0;

    /// Compute the statistics of all rows from the sums of their inputs.
    virtual void set_input_sums(const double* sums, std::size_t rows) = 0;

    /// Compute what a backward pass needs, without the outputs.
    virtual void prepare_backward(const T* X, std::size_t rows) = 0;

    /// Add the gradient of a tile's outputs to a piece's sums, and write the gradient of the
    /// parameters for the piece so far to `gradient`, unless it is null. Returns dL/dz.
    virtual T* add_gradient_sums(const InputGradient<T>& grad, double* sums, T* gradient) = 0;

    /// Compute what dL/dX needs of all rows from the sums of their gradients.
    virtual void set_gradient_sums(const T* p, const double* sums, std::size_t rows) = 0;
};

/// Arrays have rows for samples. A layer's parameters p lie one after the other in the order in
/// which Python's layer lists them. It keeps what `backward` needs from the last `forward`.
template <class T>
class Layer {
  public:
    Layer(std::size_t n_in, std::size_t n_out) : n_in_(n_in), n_out_(n_out) {}
    virtual ~Layer() = default;

    std::size_t n_in() const { return n_in_; }
    std::size_t n_out() const { return n_out_; }
    virtual std::size_t n_parameters() const { return 0; }

    /// Whether a row's outputs depend on the other rows.
    virtual bool couples_rows(bool) const { return false; }

    /// Allocate the workspace for some rows; with `gradients`, for a backward pass too, with
    /// `input` to the inputs.
    virtual void reserve(std::size_t rows, bool gradients, bool input) = 0;

    /// Work in another instance's workspace, in the rows from `first` on.
    virtual void window(const Layer&, std::size_t) {}

    /// The outputs (rows, n_out).
    virtual const T* forward(const T* p, const T* X, std::size_t rows, const Pass& pass) = 0;

    /// From dL/da, which is overwritten.
    virtual InputGradient<T> backward(const T* p, T* grad_a, const Wanted<T>& wanted) = 0;

    /// The arrays that follow the data and not the gradient, after a training pass.
    virtual void statistics(T*) const {}

    /// The interface for sharing parameters among threads, if the layer has it.
    virtual ParameterParallel<T>* parameter_parallel() { return nullptr; }

    /// The interface for batches in tiles, if the layer couples rows and has it.
    virtual RowCoupling<T>* row_coupling() { return nullptr; }

  private:
    std::size_t n_in_, n_out_;
};

/// A layer that ends in an activation: a = f(z), z from the input.
template <class T>
class ActivatedLayer : public Layer<T> {
  public:
    ActivatedLayer(std::size_t n_in, std::size_t n_out, const std::string& activation)
        : Layer<T>(n_in, n_out),
          rectifier_(activation == ReLU::name),
          identity_(activation == Identity::name),
          activation_(make_activation<T>(activation)) {}

    void reserve(std::size_t rows, bool gradients, bool input) override {
        a_.reserve(product(rows, this->n_out()));
        if (in_place()) {
            z_.borrow(a_);
        } else {
            z_.reserve(product(rows, this->n_out()));
        }
        if (gradients && input) {
            grad_X_.reserve(product(rows, this->n_in()));
        }
    }

    void window(const Layer<T>& other, std::size_t first) override {
        const auto& of = static_cast<const ActivatedLayer&>(other);
        z_.borrow(of.z_, first * this->n_out());
        a_.borrow(of.a_, first * this->n_out());
        grad_X_.borrow(of.grad_X_, first * this->n_in());
    }

    const T* forward(const T* p, const T* X, std::size_t rows, const Pass& pass) final {
        X_ = X;
        rows_ = rows;
        pre_activation(p, pass);
        if (!in_place() && !pass.to_logits) {
            activation_->value(z_.data(), a_.data(), rows, this->n_out());
        }
        return a_.data();
    }

    InputGradient<T> backward(const T* p, T* grad_a, const Wanted<T>& wanted) final {
        return backward_z(p, of_z({grad_a}), wanted);
    }

    /// From dL/dz, which is overwritten.
    virtual InputGradient<T> backward_z(const T* p, T* grad_z, const Wanted<T>& wanted) = 0;

    const T* z() const { return z_.data(); }

    /// The outputs, if they are a rectifier's.
    const T* rectified() const { return rectifier_ ? a_.data() : nullptr; }

  protected:
    /// z, from X; a in its place if `in_place`.
    virtual void pre_activation(const T* p, const Pass& pass) = 0;

    /// dL/dz, in the place of dL/da.
    T* of_z(const InputGradient<T>& grad) const {
        if (!identity_ && !grad.includes_slope) {
            activation_->vjp(z_.data(), a_.data(), grad.data, rows_, this->n_out());
        }
        return grad.data;
    }

    /// Whether a overwrites z, in one step: a rectifier's slope is known from a as well.
    virtual bool in_place() const { return identity_; }

    bool rectifier_, identity_;
    const T* X_ = nullptr;
    std::size_t rows_ = 0;
    Buffer<T> z_, a_, grad_X_;

  private:
    std::unique_ptr<Activation<T>> activation_;
};

std::vector<std::string> layer_names();

/// The layer that follows n_in outputs.
template <class T>
std::unique_ptr<Layer<T>> make_layer(const LayerDescription& layer, std::size_t n_in);

}  // namespace chainrule
