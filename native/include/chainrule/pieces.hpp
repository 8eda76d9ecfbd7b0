// How the sum over a batch's rows is cut.
#pragma once

#include <algorithm>
#include <cstddef>

#include "products.hpp"

namespace chainrule {

/// From so many parameters on they, and not the rows, may be what threads share.
inline constexpr std::size_t many_parameters = 16384;

/// At most so many pieces, whose gradients stay in the second cache, or nearly so.
inline std::size_t max_pieces(std::size_t n_parameters) {
    return n_parameters < many_parameters ? 16 : 8;
}

/// The rows of a piece: as many tiles as make at most max_pieces of them.
inline std::size_t piece_rows(std::size_t rows, std::size_t n_parameters) {
    const std::size_t tiles = (rows + tile_rows - 1) / tile_rows;
    const std::size_t most = max_pieces(n_parameters);
    return tile_rows * std::max<std::size_t>((tiles + most - 1) / most, 1);
}

}  // namespace chainrule
