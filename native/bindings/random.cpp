// Randomness, for tests that compare it with the Python implementation.
#include "chainrule/random.hpp"

#include <nanobind/stl/array.h>

#include "arrays.hpp"
#include "bind.hpp"

namespace chainrule::bindings {

void bind_random(nb::module_& m) {
    using namespace nb::literals;
    m.def("philox", &philox, "counter"_a, "seed"_a, "Four random words for a counter.");
    m.def(
        "permutation",
        [](std::uint64_t seed, std::uint64_t position, std::size_t n) {
            NewArray<std::int64_t> order({n});
            permutation(seed, position, order.numbers, n);
            return order.array;
        },
        "seed"_a, "position"_a, "n"_a, "The order of the rows of an epoch.");
    m.def(
        "keep_mask",
        [](std::uint64_t seed, std::uint64_t update, std::size_t layer, std::size_t rows,
           std::size_t units, double rate) {
            NewArray<bool> mask({rows, units});
            for (std::size_t r = 0; r < rows; ++r) {
                bool* row = mask.numbers + r * units;
                keep_mask(Key{seed, update, layer}, r, units, rate,
                          [row](std::size_t unit, bool kept) { row[unit] = kept; });
            }
            return mask.array;
        },
        "seed"_a, "update"_a, "layer"_a, "rows"_a, "units"_a, "rate"_a,
        "Which units dropout keeps.");
}

}  // namespace chainrule::bindings
