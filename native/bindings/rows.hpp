// The rows of a table, as arrays from Python.
#pragma once

#include <optional>

#include "arrays.hpp"
#include "chainrule/backprop.hpp"

namespace chainrule::bindings {

template <class T>
Rows<T> rows_of(const Array& X, const Array& y, const std::optional<Array>& weight,
                std::size_t n_in, std::size_t n_out) {
    const std::size_t n = n_rows(X, "X");
    return {numbers<T>(X, "X", {n, n_in}), numbers<T>(y, "y", {n, n_out}),
            weight ? numbers<T>(*weight, "sample_weight", {n}) : nullptr, nullptr, n};
}

}  // namespace chainrule::bindings
