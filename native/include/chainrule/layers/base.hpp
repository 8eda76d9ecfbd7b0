// What a layer is: one step of a network, with room to work in.
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

/// Where a forward pass stands: at evaluation, or at which update and rows of a batch.
struct Pass {
    bool training = false;
    Key key;                    // key.layer is set by the network
    std::size_t first_row = 0;  // of the batch
    bool from_z = false;        // whether the last layer's activation is left out
};

/// What a backward pass is to compute.
template <class T>
struct Wanted {
    T* gradient = nullptr;  // where the layer's own gradient goes; null: nowhere
    bool add = false;       // to what is there
    bool input = false;     // dL/dX, for the layer before
    const T* rectified = nullptr;  // X, if it comes from a rectifier whose slope is to be taken along
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

    /// Whether one row's outputs depend on the others, so that a batch cannot be cut.
    virtual bool couples_rows(bool) const { return false; }

    /// Room for so many rows; with `gradients`, for a backward pass too, with `input` to the inputs.
    virtual void reserve(std::size_t rows, bool gradients, bool input) = 0;

    /// The rows from `first` on of a twin's room, to work in them beside it.
    virtual void window(const Layer&, std::size_t) {}

    /// What a twin prepares, in the place of own things.
    virtual void borrow(const Layer&) {}

    /// What depends on the parameters from `start` to `stop` alone, before any pass.
    virtual void prepare(const T*, std::size_t, std::size_t) {}

    /// The outputs (rows, n_out).
    virtual const T* forward(const T* p, const T* X, std::size_t rows, const Pass& pass) = 0;

    /// dL/dX, from dL/da, which is overwritten; null where it is not wanted.
    virtual T* backward(const T* p, T* grad_a, const Wanted<T>& wanted) = 0;

    /// Whether `Wanted::rectified` is heeded.
    virtual bool includes_slope() const { return false; }

    /// Whether the gradient can be had after the backward passes of all windows, too.
    virtual bool gradient_can_wait() const { return n_parameters() == 0; }

    /// Where the parameters can be cut into parts of about `size`: their ends, the last of all.
    virtual std::vector<std::size_t> cuts(std::size_t) const { return {n_parameters()}; }

    /// The gradient of the parameters between two cuts, from so many rows of the windows, this one's
    /// the first.
    virtual void gradient(std::size_t, std::size_t, std::size_t, T*) const {}

    /// The arrays that follow the data and not the gradient, after a training pass.
    virtual void statistics(T*) const {}

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
        if (at_once()) {
            z_.borrow(a_);
        } else {
            z_.reserve(product(rows, this->n_out()));
        }
        if (gradients && input) {
            grad_X_.reserve(product(rows, this->n_in()));
        }
    }

    void window(const Layer<T>& twin, std::size_t first) override {
        const auto& of = static_cast<const ActivatedLayer&>(twin);
        z_.borrow(of.z_, first * this->n_out());
        a_.borrow(of.a_, first * this->n_out());
        grad_X_.borrow(of.grad_X_, first * this->n_in());
    }

    const T* forward(const T* p, const T* X, std::size_t rows, const Pass& pass) final {
        X_ = X;
        rows_ = rows;
        pre_activation(p, pass);
        if (!at_once() && !pass.from_z) {
            activation_->value(z_.data(), a_.data(), rows, this->n_out());
        }
        return a_.data();
    }

    T* backward(const T* p, T* grad_a, const Wanted<T>& wanted) final {
        if (!identity_) {
            activation_->vjp(z_.data(), a_.data(), grad_a, rows_, this->n_out());
        }
        return backward_z(p, grad_a, wanted);
    }

    /// dL/dX, from dL/dz, which is overwritten.
    virtual T* backward_z(const T* p, T* grad_z, const Wanted<T>& wanted) = 0;

    const T* z() const { return z_.data(); }

    /// The outputs, if they are a rectifier's.
    const T* rectified() const { return rectifier_ ? a_.data() : nullptr; }

  protected:
    /// z, from X; a in its place if `at_once`.
    virtual void pre_activation(const T* p, const Pass& pass) = 0;

    /// Whether a is made where z is, in one step: a rectifier's slope is known from a as well.
    virtual bool at_once() const { return identity_; }

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
