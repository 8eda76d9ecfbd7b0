// The products of small networks, with one network or with a network a lane.
#pragma once

#include <cstddef>

namespace chainrule {

/// C = A B, where every element is a vector: one number of each network. A[m, k] lies m * row +
/// k * step vectors behind A, B[k, n] k * down + n * along behind B; C is row-major. Each sum is
/// taken in the order of k, from 0 or, where it goes on, from what is in C; then comes the bias, if
/// there is one.
template <class T>
struct LaneTask {
    const T* A;
    std::size_t row, step;
    const T* B;
    std::size_t down, along;
    T* C;
    std::size_t rows, columns, depth;
    const T* bias = nullptr;
    bool goes_on = false;
};

template <class T>
struct LaneProducts {
    std::size_t lanes;  // networks side by side
    void (*multiply)(const LaneTask<T>& task);
    /// For one network: vectors of one number.
    void (*multiply_one)(const LaneTask<T>& task);
    /// Vector i is n times number i.
    void (*spread)(const T* numbers, T* vectors, std::size_t n);
    /// Each network's sum of its losses times its weights, where there are any: `ordered_sum`.
    void (*total)(const T* losses, const T* weight, std::size_t rows, double* totals);
};

template <class T>
const LaneProducts<T>& lane_products();

}  // namespace chainrule
