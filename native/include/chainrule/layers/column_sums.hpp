// Sums over the rows of a tile.
#pragma once

#include <algorithm>
#include <cstddef>

namespace chainrule {

/// total[j] (+)= sum_r A[r, j]: the tile's sum in the order of its rows, then the total.
template <class T>
void add_column_sums(const T* A, T* total, std::size_t rows, std::size_t columns, bool add,
                     T* room) {
    T* sum = add ? room : total;
    std::fill(sum, sum + columns, T(0));
    for (std::size_t r = 0; r < rows; ++r, A += columns) {
        for (std::size_t j = 0; j < columns; ++j) {
            sum[j] += A[j];
        }
    }
    if (add) {
        for (std::size_t j = 0; j < columns; ++j) {
            total[j] += sum[j];
        }
    }
}

}  // namespace chainrule
