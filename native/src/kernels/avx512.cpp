// AVX-512: vectors of 64 bytes, 32 registers.
#include <immintrin.h>

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

namespace chainrule::avx512 {
namespace {

template <class T>
struct Lanes;
template <>
struct Lanes<float> {
    using Vector = __m512;
    static constexpr int count = 16;
};
template <>
struct Lanes<double> {
    using Vector = __m512d;
    static constexpr int count = 8;
};
template <class T>
using Vector = typename Lanes<T>::Vector;

// 24 sums (12 of one vector), the vectors of B and one of A fit 32 registers.
constexpr int tile_vectors = 4;
constexpr int tile_height(int v) { return v == 4 ? 6 : v == 3 ? 8 : 12; }

/// Which lanes of a vector are in use: the first n.
template <class T>
struct Mask;
template <>
struct Mask<float> {
    __mmask16 lanes;
    explicit Mask(int n) : lanes(static_cast<__mmask16>((1u << n) - 1)) {}
};
template <>
struct Mask<double> {
    __mmask8 lanes;
    explicit Mask(int n) : lanes(static_cast<__mmask8>((1u << n) - 1)) {}
};

inline __m512 load(const float* p) { return _mm512_loadu_ps(p); }
inline __m512d load(const double* p) { return _mm512_loadu_pd(p); }
inline void store(float* p, __m512 v) { _mm512_storeu_ps(p, v); }
inline void store(double* p, __m512d v) { _mm512_storeu_pd(p, v); }
inline __m512 load(const float* p, Mask<float> m) { return _mm512_maskz_loadu_ps(m.lanes, p); }
inline __m512d load(const double* p, Mask<double> m) { return _mm512_maskz_loadu_pd(m.lanes, p); }
inline void store(float* p, __m512 v, Mask<float> m) { _mm512_mask_storeu_ps(p, m.lanes, v); }
inline void store(double* p, __m512d v, Mask<double> m) { _mm512_mask_storeu_pd(p, m.lanes, v); }
inline __m512 broadcast(float a) { return _mm512_set1_ps(a); }
inline __m512d broadcast(double a) { return _mm512_set1_pd(a); }

inline __m512 multiply_add(__m512 a, __m512 b, __m512 c) { return _mm512_fmadd_ps(a, b, c); }
inline __m512d multiply_add(__m512d a, __m512d b, __m512d c) { return _mm512_fmadd_pd(a, b, c); }
inline __m128 multiply_add(__m128 a, __m128 b, __m128 c) { return _mm_fmadd_ps(a, b, c); }
inline __m128d multiply_add(__m128d a, __m128d b, __m128d c) { return _mm_fmadd_pd(a, b, c); }
inline float multiply_add_one(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double multiply_add_one(double a, double b, double c) { return __builtin_fma(a, b, c); }

/// v in a register: without this, the compiler reads it again wherever it is needed.
template <class V>
inline V held(V v) {
    asm("" : "+v"(v));
    return v;
}

inline __mmask16 less(__m512 a, __m512 b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
inline __mmask8 less(__m512d a, __m512d b) { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }
inline __mmask16 less_equal(__m512 a, __m512 b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
inline __mmask8 less_equal(__m512d a, __m512d b) { return _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ); }
inline __m512 choose(__mmask16 c, __m512 a, __m512 b) { return _mm512_mask_blend_ps(c, b, a); }
inline __m512d choose(__mmask8 c, __m512d a, __m512d b) { return _mm512_mask_blend_pd(c, b, a); }
/// a or, if a is no number or not the smaller one, b.
inline __m512 minimum(__m512 a, __m512 b) { return _mm512_maskz_min_ps(0xffff, a, b); }
inline __m512d minimum(__m512d a, __m512d b) { return _mm512_maskz_min_pd(0xff, a, b); }
inline __m512 maximum(__m512 a, __m512 b) { return _mm512_maskz_max_ps(0xffff, a, b); }
inline __m512d maximum(__m512d a, __m512d b) { return _mm512_maskz_max_pd(0xff, a, b); }
inline __m512 square_root(__m512 a) { return _mm512_maskz_sqrt_ps(0xffff, a); }
inline __m512d square_root(__m512d a) { return _mm512_maskz_sqrt_pd(0xff, a); }

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
const InstructionSet set = {"avx512",
                            table<float>,
                            table<double>,
                            elementwise_table<float>,
                            elementwise_table<double>,
                            small_table<float>,
                            small_table<double>};

}  // namespace chainrule::avx512
