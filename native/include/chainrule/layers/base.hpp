// What a layer is: one step of a network, with room to work in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../activations/base.hpp"
#include "../buffer.hpp"
#include "../description.hpp"
#include "../random.hpp"

namespace chainrule {

/// Where a forward pass stands: at evaluation, or at which update and rows of a batch.
struct Pass {
    bool training = false;
    Key key;                    // key.layer is set by the network
    std::size_t first_row = 0;  // of the batch
};

/// What a backward pass is to compute.
template <class T>
struct Wanted {
    T* gradient = nullptr;  // where the layer's own gradient goes; null: nowhere
    bool add = false;       // to what is there
    bool input = false;     // dL/dX, for the layer before
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

    /// Room for so many rows; with `gradients`, for a backward pass too.
    virtual void reserve(std::size_t rows, bool gradients) = 0;

    /// What depends on the parameters alone, once for each batch, before its backward passes.
    virtual void prepare(const T*, std::size_t) {}

    /// The outputs (rows, n_out).
    virtual const T* forward(const T* p, const T* X, std::size_t rows, const Pass& pass) = 0;

    /// dL/dX, from dL/da, which is overwritten; null where it is not wanted.
    virtual T* backward(const T* p, T* grad_a, const Wanted<T>& wanted) = 0;

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
        : Layer<T>(n_in, n_out), activation_(make_activation<T>(activation)) {}

    void reserve(std::size_t rows, bool gradients) override {
        z_.reserve(product(rows, this->n_out()));
        a_.reserve(product(rows, this->n_out()));
        if (gradients) {
            grad_X_.reserve(product(rows, this->n_in()));
        }
    }

    const T* forward(const T* p, const T* X, std::size_t rows, const Pass& pass) final {
        X_ = X;
        rows_ = rows;
        pre_activation(p, pass);
        activation_->value(z_.data(), a_.data(), rows, this->n_out());
        return a_.data();
    }

    T* backward(const T* p, T* grad_a, const Wanted<T>& wanted) final {
        activation_->vjp(z_.data(), a_.data(), grad_a, rows_, this->n_out());
        return backward_z(p, grad_a, wanted);
    }

    /// dL/dX, from dL/dz, which is overwritten.
    virtual T* backward_z(const T* p, T* grad_z, const Wanted<T>& wanted) = 0;

    const T* z() const { return z_.data(); }

  protected:
    /// z, from X.
    virtual void pre_activation(const T* p, const Pass& pass) = 0;

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
