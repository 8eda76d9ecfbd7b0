// AVX2 and FMA: vectors of 32 bytes, 16 registers.
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

namespace chainrule::avx2 {
namespace {

template <class T>
struct Lanes;
template <>
struct Lanes<float> {
    using Vector = __m256;
    static constexpr int count = 8;
};
template <>
struct Lanes<double> {
    using Vector = __m256d;
    static constexpr int count = 4;
};
template <class T>
using Vector = typename Lanes<T>::Vector;

// 6 x 2 or 12 x 1 sums, the vectors of B and one of A fit 16 registers.
constexpr int tile_vectors = 2;
constexpr int tile_height(int v) { return v == 1 ? 12 : 6; }

/// Which lanes of a vector are in use: the first n.
template <class T>
struct Mask;
template <>
struct Mask<float> {
    __m256i lanes;
    explicit Mask(int n)
        : lanes(_mm256_cmpgt_epi32(_mm256_set1_epi32(n),
                                   _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))) {}
};
template <>
struct Mask<double> {
    __m256i lanes;
    explicit Mask(int n)
        : lanes(_mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3))) {}
};

inline __m256 load(const float* p) { return _mm256_loadu_ps(p); }
inline __m256d load(const double* p) { return _mm256_loadu_pd(p); }
inline void store(float* p, __m256 v) { _mm256_storeu_ps(p, v); }
inline void store(double* p, __m256d v) { _mm256_storeu_pd(p, v); }
inline __m256 load(const float* p, Mask<float> m) { return _mm256_maskload_ps(p, m.lanes); }
inline __m256d load(const double* p, Mask<double> m) { return _mm256_maskload_pd(p, m.lanes); }
inline void store(float* p, __m256 v, Mask<float> m) { _mm256_maskstore_ps(p, m.lanes, v); }
inline void store(double* p, __m256d v, Mask<double> m) { _mm256_maskstore_pd(p, m.lanes, v); }
inline __m256 broadcast(float a) { return _mm256_set1_ps(a); }
inline __m256d broadcast(double a) { return _mm256_set1_pd(a); }

inline __m256 multiply_add(__m256 a, __m256 b, __m256 c) { return _mm256_fmadd_ps(a, b, c); }
inline __m256d multiply_add(__m256d a, __m256d b, __m256d c) { return _mm256_fmadd_pd(a, b, c); }
inline __m128 multiply_add(__m128 a, __m128 b, __m128 c) { return _mm_fmadd_ps(a, b, c); }
inline __m128d multiply_add(__m128d a, __m128d b, __m128d c) { return _mm_fmadd_pd(a, b, c); }
inline float multiply_add_one(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double multiply_add_one(double a, double b, double c) { return __builtin_fma(a, b, c); }

/// v in a register: without this, the compiler reads it again wherever it is needed.
template <class V>
inline V held(V v) {
    asm("" : "+x"(v));
    return v;
}

inline __m256 less(__m256 a, __m256 b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
inline __m256d less(__m256d a, __m256d b) { return _mm256_cmp_pd(a, b, _CMP_LT_OQ); }
inline __m256 less_equal(__m256 a, __m256 b) { return _mm256_cmp_ps(a, b, _CMP_LE_OQ); }
inline __m256d less_equal(__m256d a, __m256d b) { return _mm256_cmp_pd(a, b, _CMP_LE_OQ); }
inline __m256 choose(__m256 c, __m256 a, __m256 b) { return _mm256_blendv_ps(b, a, c); }
inline __m256d choose(__m256d c, __m256d a, __m256d b) { return _mm256_blendv_pd(b, a, c); }
/// a or, if a is no number or not the smaller one, b.
inline __m256 minimum(__m256 a, __m256 b) { return _mm256_min_ps(a, b); }
inline __m256d minimum(__m256d a, __m256d b) { return _mm256_min_pd(a, b); }
inline __m256 maximum(__m256 a, __m256 b) { return _mm256_max_ps(a, b); }
inline __m256d maximum(__m256d a, __m256d b) { return _mm256_max_pd(a, b); }
inline __m256 square_root(__m256 a) { return _mm256_sqrt_ps(a); }
inline __m256d square_root(__m256d a) { return _mm256_sqrt_pd(a); }

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
const InstructionSet set = {"avx2",
                            table<float>,
                            table<double>,
                            elementwise_table<float>,
                            elementwise_table<double>,
                            small_table<float>,
                            small_table<double>};

}  // namespace chainrule::avx2
