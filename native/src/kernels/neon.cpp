// ARM's Advanced SIMD (NEON) with 64-bit registers: vectors of 16 bytes, 32 registers.
#include <arm_neon.h>

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

namespace chainrule::neon {
namespace {

#include "short_vectors.inl"

// 24 sums (12 of one vector), the vectors of B and one of A fit 32 registers.
constexpr int tile_vectors = 4;
constexpr int tile_height(int v) { return v == 4 ? 6 : v == 3 ? 8 : 12; }

inline float32x4_t fused(float32x4_t a, float32x4_t b, float32x4_t c) { return vfmaq_f32(c, a, b); }
inline float64x2_t fused(float64x2_t a, float64x2_t b, float64x2_t c) { return vfmaq_f64(c, a, b); }
template <class V>
inline V multiply_add(V a, V b, V c) {
    using Q = std::conditional_t<sizeof(a[0]) == 4, float32x4_t, float64x2_t>;
    return (V)fused((Q)a, (Q)b, (Q)c);
}

/// v in a register: without this, the compiler reads it again wherever it is needed.
template <class V>
inline V held(V v) {
    asm("" : "+w"(v));
    return v;
}

inline Vector<float> square_root(Vector<float> a) {
    return (Vector<float>)vsqrtq_f32((float32x4_t)a);
}
inline Vector<double> square_root(Vector<double> a) {
    return (Vector<double>)vsqrtq_f64((float64x2_t)a);
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
const InstructionSet set = {"neon",
                            table<float>,
                            table<double>,
                            elementwise_table<float>,
                            elementwise_table<double>,
                            small_table<float>,
                            small_table<double>};

}  // namespace chainrule::neon
