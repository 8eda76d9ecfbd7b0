// What layers that take categories as codes share.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <vector>

#include "base.hpp"

namespace chainrule {

/// The category that a code means, 0 to size - 1, or `size` where it means none.
template <class T>
std::size_t category(T code, std::size_t size) {
    if (code >= T(0) && code < T(size)) {
        const auto k = std::size_t(code);
        return T(k) == code ? k : size;
    }
    return size;
}

/// The sizes of the categories of the inputs.
inline std::vector<std::size_t> category_sizes(const LayerDescription& layer) {
    std::vector<std::size_t> sizes;
    for (const double size : layer.values.numbers("sizes")) {
        if (!(size >= 0.0 && size <= 2147483648.0)) {
            throw std::invalid_argument("a size of sizes is out of range");
        }
        sizes.push_back(std::size_t(size));
    }
    return sizes;
}

}  // namespace chainrule
