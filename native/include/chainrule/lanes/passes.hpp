// The passes through the layers of small networks: a network a lane, or one by itself.
#pragma once

#include <cstddef>

#include "../elementwise.hpp"

namespace chainrule {

template <class T>
struct LaneActivation;

/// The products of a dense layer of one network: z = a W + b, where b may be null; dL/dW and, where
/// gb is not null, dL/db; dL/da, with room for W^T.
template <class T>
struct LayerProducts {
    void (*outputs)(const T* a, const T* W, const T* b, T* z, std::size_t rows, std::size_t n_in,
                    std::size_t n_out);
    void (*weights)(const T* a, const T* delta, T* gW, T* gb, std::size_t rows, std::size_t n_in,
                    std::size_t n_out);
    void (*inputs)(const T* delta, const T* W, T* grad, std::size_t rows, std::size_t n_in,
                   std::size_t n_out, T* turned);
};

/// A dense layer and the room that it works in, [row][unit][network].
template <class T>
struct LaneLayer {
    std::size_t n_in, n_out;
    std::size_t start;  // of its parameters
    bool bias;
    const ActivationKernel<T>* activation;  // null for the identity, where a is z
    const LaneActivation<T>* activated;     // for many networks
    const LayerProducts<T>* products;       // for one
    T *z, *a, *grad;
};

/// What goes through at once.
template <class T>
struct LaneRows {
    const T* p;  // the parameters
    const T* X;
    std::size_t rows;
    bool fused;    // the last layer's z is what the loss takes, and its dL/dz what it gives
    T* turned[3];  // room for the rows of one network after the other
};

/// A layer and its activation f with a network a lane.
template <class T>
struct LaneActivation {
    bool keeps_z;  // since f'(z) asks for it
    /// a = f(z), z = from W + b.
    void (*outputs)(const LaneLayer<T>& layer, const T* from, const LaneRows<T>& rows);
    /// dL/dz = (delta W^T) f'(z), delta and W the next layer's: in layer.grad, which may be layer.a.
    void (*inputs)(const LaneLayer<T>& layer, const LaneLayer<T>& next, const LaneRows<T>& rows);
};

/// What follows the outputs of a tile of one network: its loss.
template <class T>
struct TileLoss {
    LossCall<T> loss;
    const T *y, *weight;  // weight may be null
    T share;              // of a row of weight 1 in the value of the batch
    T* losses;            // room for as many as rows
};

template <class T>
struct LaneKernels {
    std::size_t lanes;  // networks side by side
    /// z = a W + b and a = f(z), layer by layer.
    void (*forward)(const LaneLayer<T>* layers, std::size_t n, const LaneRows<T>& rows);
    /// dL/dW = a^T delta, dL/db = 1^T delta, dL/da = delta W^T, from the last layer to the first.
    /// Each sum over the rows starts at 0 or, where it goes on, at what is in g.
    void (*backward)(const LaneLayer<T>* layers, std::size_t n, const LaneRows<T>& rows, T* g,
                     bool goes_on);
    const LaneActivation<T>* activations;  // in the order of the list
    /// For a layer of one network.
    const LayerProducts<T>& (*products_of)(std::size_t n_in, std::size_t n_out);
    /// A tile of one network, forward and back: the weighted sum of its losses.
    double (*alone)(const LaneLayer<T>* layers, std::size_t n, const LaneRows<T>& rows,
                    const TileLoss<T>& loss, T* g);
    /// Vector i holds number i of each network's row.
    void (*gather)(const T* const* rows, T* vectors, std::size_t n);
    /// All numbers of vector i are number i.
    void (*spread)(const T* numbers, T* vectors, std::size_t n);
    /// sums += terms.
    void (*add)(T* sums, const T* terms, std::size_t n);
    /// Vectors of each row times share and, where there are weights, times its weight.
    void (*scale)(T* vectors, const T* share, const T* weight, std::size_t rows,
                  std::size_t columns);
    /// Each network's sum of its losses times its weights, where there are any: `ordered_sum`.
    void (*total)(const T* losses, const T* weight, std::size_t rows, double* totals);
};

template <class T>
const LaneKernels<T>& lane_kernels();

}  // namespace chainrule
