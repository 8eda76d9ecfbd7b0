// Small networks of dense layers: their layers, workspaces and kernels, for several networks of one
// shape side by side (one in each lane of a vector) or for a single one.
#pragma once

#include <cstddef>
#include <vector>

#include "description.hpp"
#include "elementwise.hpp"

namespace chainrule {

template <class T>
struct BatchedActivation;
template <class T>
struct SingleUpdates;

/// The products of a dense layer of a single network: z = a W + b, where b may be null; dL/dW and,
/// if gb is not null, dL/db; dL/da, with a workspace for W^T.
template <class T>
struct LayerProducts {
    void (*outputs)(const T* a, const T* W, const T* b, T* z, std::size_t rows, std::size_t n_in,
                    std::size_t n_out);
    void (*weights)(const T* a, const T* delta, T* gW, T* gb, std::size_t rows, std::size_t n_in,
                    std::size_t n_out);
    void (*inputs)(const T* delta, const T* W, T* grad, std::size_t rows, std::size_t n_in,
                   std::size_t n_out, T* transposed);
};

/// A dense layer and its workspace; arrays are [row][unit][network].
template <class T>
struct SmallLayer {
    std::size_t n_in, n_out;
    std::size_t start;  // of its parameters
    bool bias;
    const ActivationKernel<T>* activation;  // null for the identity, where a is z
    const BatchedActivation<T>* activated;  // for networks side by side
    const LayerProducts<T>* products;       // for a single network
    T *z = nullptr, *a = nullptr, *grad = nullptr;
};

/// The rows of a pass.
template <class T>
struct SmallRows {
    const T* p = nullptr;  // the parameters
    const T* X = nullptr;
    std::size_t rows = 0;
    bool from_logits = false;  // the loss takes the last layer's z and gives its dL/dz
    T* transposed[3] = {};     // workspaces for the rows of one network after the other
};

/// A layer and its activation f, with a network in each lane.
template <class T>
struct BatchedActivation {
    bool afterwards;  // applied to sums that are stored: dL/da needs an array besides a
    bool keeps_z;     // since f'(z) takes it
    /// a = f(z), z = from W + b.
    void (*outputs)(const SmallLayer<T>& layer, const T* from, const SmallRows<T>& rows);
    /// dL/dz = (delta W^T) f'(z), delta and W the next layer's: in layer.grad, which may be
    /// layer.a.
    void (*inputs)(const SmallLayer<T>& layer, const SmallLayer<T>& next, const SmallRows<T>& rows);
};

template <class T>
struct SmallKernels {
    std::size_t lanes;  // networks side by side
    /// z = a W + b and a = f(z), layer by layer.
    void (*forward)(const SmallLayer<T>* layers, std::size_t n, const SmallRows<T>& rows);
    /// dL/dW = a^T delta, dL/db = 1^T delta, dL/da = delta W^T, from the last layer to the first.
    /// Each sum over the rows starts at 0 or, with `add`, at what is in g.
    void (*backward)(const SmallLayer<T>* layers, std::size_t n, const SmallRows<T>& rows, T* g,
                     bool add);
    const BatchedActivation<T>* activations;  // in the order of the list
    /// For a layer of a single network.
    const LayerProducts<T>& (*products_of)(std::size_t n_in, std::size_t n_out);
    /// A tile of a single network, forward and backward: the weighted sum of its losses.
    double (*single_network)(const SmallLayer<T>* layers, std::size_t n, const SmallRows<T>& rows,
                             const BatchLoss<T>& loss, T* g);
    /// Updates of a single network, as far as they go without a look at anything else.
    void (*single_updates)(SingleUpdates<T>& run);
    /// Vector i holds number i of each network's row.
    void (*gather)(const T* const* rows, T* vectors, std::size_t n);
    /// All lanes of vector i are number i.
    void (*spread)(const T* numbers, T* vectors, std::size_t n);
    /// sums += terms.
    void (*add)(T* sums, const T* terms, std::size_t n);
    /// The vectors of each row times share and, where there are weights, times its weight.
    void (*scale)(T* vectors, const T* share, const T* weight, std::size_t rows,
                  std::size_t columns);
    /// Each network's sum of its losses times its weights, if there are any: `ordered_sum`.
    void (*total)(const T* losses, const T* weight, std::size_t rows, double* totals);
};

template <class T>
const SmallKernels<T>& small_kernels();

/// The layers of networks side by side, without workspaces.
template <class T>
struct SmallNetwork {
    SmallNetwork(const ObjectiveDescription& objective, std::size_t lanes);

    /// Whether the kernels compute such an objective, for batches of at most `rows` rows.
    static bool takes(const ObjectiveDescription& objective, std::size_t rows);

    std::size_t n_in() const { return layers.front().n_in; }
    std::size_t n_out() const { return layers.back().n_out; }

    std::vector<SmallLayer<T>> layers;
    std::size_t size = 0;            // parameters of one network
    std::size_t largest_matrix = 0;  // of weights
    std::size_t widest = 0;          // units of a layer
};

}  // namespace chainrule
