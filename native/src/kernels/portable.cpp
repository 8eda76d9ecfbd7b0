// Any processor: vectors of 16 bytes, and a multiplication and addition rounded once, as elsewhere.
#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "chainrule/activations/list.hpp"
#include "chainrule/kernels.hpp"
#include "chainrule/losses/from_logits.hpp"
#include "chainrule/losses/list.hpp"
#include "chainrule/optimizers/base.hpp"
#include "chainrule/optimizers/list.hpp"
#include "chainrule/penalties/list.hpp"
#include "chainrule/single_updates.hpp"
#include "chainrule/sums.hpp"

namespace chainrule::portable {
namespace {

#include "short_vectors.inl"

// 6 x 2 or 12 x 1 sums, the vectors of B and one of A fit 16 registers.
constexpr int tile_vectors = 2;
constexpr int tile_height(int v) { return v == 1 ? 12 : 6; }

/// Lane by lane, an instruction where the compiler may take it for granted, else a function of the
/// C library's: slow, but with the bits of every other set.
template <class V>
inline V multiply_add(V a, V b, V c) {
    V sum = {};
    for (std::size_t i = 0; i < sizeof(V) / sizeof(a[0]); ++i) {
        sum[i] = multiply_add_one(a[i], b[i], c[i]);
    }
    return sum;
}

template <class V>
inline V held(V v) {
    return v;
}

// clang-format off: each builds on those before it
#include "vector.inl"
#include "mathematics.inl"
#include "transpose.inl"
#include "microkernel.inl"
#include "matrix_products.inl"
#include "sums.inl"
#include "rows.inl"
#include "elementwise.inl"
#include "batched_products.inl"
#include "batched.inl"
#include "single_network.inl"
#include "single_updates.inl"
// clang-format on

}  // namespace

extern const InstructionSet set;
const InstructionSet set = {"portable",
                            table<float>,
                            table<double>,
                            elementwise_table<float>,
                            elementwise_table<double>,
                            small_table<float>,
                            small_table<double>};

}  // namespace chainrule::portable
