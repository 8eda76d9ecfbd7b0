// Elementwise kernels, one set of functions for each instruction set: activations, losses, updates.
// Tables are in the order of the lists of the built-in objects.
#pragma once

#include <cstddef>
#include <cstdint>

namespace chainrule {

template <class T>
struct ParameterSpan;

/// The code of a category that is unknown.
inline constexpr std::uint32_t no_row = std::uint32_t(-1);

/// Arrays are (rows, units), row-major. Where not `of_rows`, each number is by itself.
template <class T>
struct ActivationKernel {
    /// a = f(z).
    void (*value)(const T* z, T* a, std::size_t rows, std::size_t units);
    /// dL/dz in the place of dL/da.
    void (*vjp)(const T* z, const T* a, T* grad, std::size_t rows, std::size_t units);
    bool of_rows;
};

/// `loss` is the object that the table's entry was made for.
template <class T>
struct LossKernel {
    void (*value)(const void* loss, T factor, const T* a, const T* y, T* losses, std::size_t rows,
                  std::size_t n_out);
    void (*gradient)(const void* loss, T factor, const T* a, const T* y, T* grad, std::size_t rows,
                     std::size_t n_out);
    /// Both for rows of one output, the derivatives times `share`.
    void (*of_one)(const void* loss, T factor, const T* a, const T* y, T share, T* losses, T* grad,
                   std::size_t rows);
};

/// A kernel with the first arguments of its functions.
template <class T>
struct LossCall {
    const LossKernel<T>* kernel;
    const void* loss;
    T factor;
};

/// The loss of some rows of a batch.
template <class T>
struct BatchLoss {
    LossCall<T> loss;
    const T *y, *weight;  // weight may be null
    T share;              // 1 / divisor
    T* losses;            // of each row: written
};

template <class T>
struct PenaltyKernel {
    /// The sum over n weights.
    double (*value)(const T* w, std::size_t n);
    /// g += scale * derivative.
    void (*add_gradient)(const T* w, T* g, std::size_t n, T scale);
};

template <class T>
struct Elementwise {
    const ActivationKernel<T>* activations;
    const LossKernel<T>* losses;
    const LossKernel<T>* logit_losses;
    const LossKernel<T>* table_losses;
    /// sum_i w_i loss_i, for rows of a tile, and w_i / divisor * dloss_i/da_i in grad.
    double (*loss_and_gradient)(const BatchLoss<T>& loss, const T* a, T* grad, std::size_t rows,
                                std::size_t n_out);
    /// One update of a part, from the rule's numbers for it.
    using Update = void (*)(const void* numbers, const ParameterSpan<T>& part);
    const Update* optimizers;
    const PenaltyKernel<T>* penalties;
    double (*sum_of_squares)(const T* x, std::size_t n);
    bool (*finite)(const T* x, std::size_t n);
    /// total[j] (+)= sum_r A[r, j]: the sum in the order of the rows, then the total.
    void (*column_sums)(const T* A, T* total, std::size_t rows, std::size_t columns, bool add);
    /// B (rows, columns): row k is A's row order[k].
    void (*gather)(const T* A, const std::int64_t* order, T* B, std::size_t rows,
                   std::size_t columns);
    /// z[r] += s_k W[k] for each of the `each` codes k of row r that is not no_row, then max(z, 0)
    /// if `rectify`; s may be null: 1.
    void (*add_rows)(const T* W, const T* s, const std::uint32_t* codes, std::size_t each, T* z,
                     std::size_t rows, std::size_t n, bool rectify);
    /// sums[k] += delta[r] for each code k of each row r; the codes that occur go to `touched`, in
    /// the order in which they are found, and their number is returned. `marks` are 0 for all k.
    std::size_t (*scatter_rows)(const T* delta, const std::uint32_t* codes, std::size_t each,
                                std::size_t rows, std::size_t n, T* sums, std::uint32_t* touched,
                                std::uint8_t* marks);
    /// g += s sum, and w . sum unless w is null; the sum is 0 afterwards.
    T (*add_sum)(T s, const T* w, T* sum, T* g, std::size_t n);
    /// B (columns, rows) = A^T; B's rows lie ldb numbers apart.
    void (*transpose)(const T* A, T* B, std::size_t ldb, std::size_t rows, std::size_t columns);
};

template <class T>
const Elementwise<T>& elementwise();

}  // namespace chainrule
