// The partition of a batch into pieces, and an estimate of the time that a batch takes.
#pragma once

#include <algorithm>
#include <cstddef>

#include "kernels.hpp"

namespace chainrule {

/// The fewest parameters of a network whose passes may be parameter-parallel.
inline constexpr std::size_t many_parameters = 16384;

/// The largest number of pieces, such that their gradients about fit L2.
inline std::size_t max_pieces(std::size_t n_parameters) {
    return n_parameters < many_parameters ? 16 : 8;
}

/// The most rows of a batch that goes through at once where its rows are coupled. Of more rows,
/// what the layers keep would not fit the caches.
inline constexpr std::size_t most_coupled_rows = 2048;

/// The numbers that a batch in tiles may keep between two passes, if they are more than its rows
/// have.
inline constexpr std::size_t most_kept = std::size_t{1} << 24;

/// The rows of a piece: as many tiles as make at most max_pieces of them.
inline std::size_t piece_rows(std::size_t rows, std::size_t n_parameters) {
    const std::size_t tiles = (rows + tile_rows - 1) / tile_rows;
    const std::size_t most = max_pieces(n_parameters);
    return tile_rows * std::max<std::size_t>((tiles + most - 1) / most, 1);
}

/// About how long a batch takes: 1 to 3 multiplications and additions for a parameter and row, what
/// there is to do for each row of the narrowest network, and the parameters once through the
/// caches.
inline double nanoseconds(std::size_t rows, std::size_t size, bool gradients) {
    const double each = gradients ? 0.06 : 0.02, row = gradients ? 20.0 : 7.0;
    return double(rows) * (each * double(size) + row) + (gradients ? 0.6 : 0.1) * double(size);
}

}  // namespace chainrule
