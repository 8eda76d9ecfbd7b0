// The kernels: the matrix products of a dense layer, one set of functions for each instruction set.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "elementwise.hpp"
#include "small_network.hpp"

namespace chainrule {

/// The rows of a tile, a constant: each tile's gradient is summed in the order of its rows, and the
/// gradients of tiles in the order of the tiles.
inline constexpr std::size_t tile_rows = 64;

/// The rows of one sum where a gradient is computed after the backward passes of all tiles.
inline constexpr std::size_t chain_rows = 128;

/// Matrices are row-major: X (rows, n_in), W (n_in, n_out), delta = dL/dz (rows, n_out). They are
/// contiguous, or the argument that follows them is the distance of their rows.
/// Every sum is taken in the order of its index, whatever the width of a vector.
template <class T>
struct MatrixKernels {
    /// z = X W + b, or max(z, 0) in its place; b may be null.
    void (*forward)(const T* X, const T* W, std::size_t ldw, const T* b, T* z, std::size_t rows,
                    std::size_t n_in, std::size_t n_out, bool rectify);
    /// dL/dX = delta W^T, from W^T of shape (n_out, n_in); where X are the outputs `rectified` of a
    /// rectifier, the gradient of its inputs: 0 where they are 0.
    void (*input_gradient)(const T* delta, const T* Wt, std::size_t ldw, T* grad_X,
                           std::size_t rows, std::size_t n_in, std::size_t n_out,
                           const T* rectified);
    /// The same from W itself, with the same bits: for batches too small to pay for a transpose.
    void (*input_gradient_few)(const T* delta, const T* W, T* grad_X, std::size_t rows,
                               std::size_t n_in, std::size_t n_out, const T* rectified);
    /// dL/dW = X^T delta for n_in of the ldx columns of X, added to what is there if `add`.
    void (*weight_gradient)(const T* X, std::size_t ldx, const T* delta, T* grad_W,
                            std::size_t rows, std::size_t n_in, std::size_t n_out, bool add);
};

struct InstructionSet {
    const char* name;
    MatrixKernels<float> of_float;
    MatrixKernels<double> of_double;
    Elementwise<float> elementwise_of_float;
    Elementwise<double> elementwise_of_double;
    SmallKernels<float> small_of_float;
    SmallKernels<double> small_of_double;
};

/// The names of the sets that this processor has, the fastest first.
std::vector<std::string> instruction_sets();

/// The set in use: the fastest, or the one that the environment variable CHAINRULE_ISA names.
const InstructionSet& instruction_set();

/// Why the set that CHAINRULE_ISA names is not in use; "" if it is, or if none is named.
std::string instruction_set_note();

template <class T>
const MatrixKernels<T>& matrix_kernels();

}  // namespace chainrule
