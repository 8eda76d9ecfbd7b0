// Any processor: vectors of 16 bytes, a multiplication and an addition.
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

template <class T>
struct Lanes {
    typedef T Vector __attribute__((vector_size(16), aligned(alignof(T)), may_alias));
    static constexpr int count = 16 / sizeof(T);
};
template <class T>
using Vector = typename Lanes<T>::Vector;

constexpr bool looks_up = false;  // numbers in a table, by vectors

// 6 x 2 or 12 x 1 sums, the vectors of B and one of A fit 16 registers.
constexpr int tile_vectors = 2;
constexpr int tile_height(int v) { return v == 1 ? 12 : 6; }

/// Which lanes of a vector are in use: the first n.
template <class T>
struct Mask {
    int n;
    explicit Mask(int lanes) : n(lanes) {}
};

template <class T>
inline Vector<T> load(const T* p) {
    return *reinterpret_cast<const Vector<T>*>(p);
}

template <class T>
inline void store(T* p, Vector<T> v) {
    *reinterpret_cast<Vector<T>*>(p) = v;
}

template <class T>
inline Vector<T> load(const T* p, Mask<T> mask) {
    Vector<T> v = {};
    for (int i = 0; i < mask.n; ++i) {
        v[i] = p[i];
    }
    return v;
}

template <class T>
inline void store(T* p, Vector<T> v, Mask<T> mask) {
    for (int i = 0; i < mask.n; ++i) {
        p[i] = v[i];
    }
}

template <class T>
inline Vector<T> broadcast(T a) {
    return a - Vector<T>{};
}

template <class V>
inline V multiply_add(V a, V b, V c) {
    return a * b + c;
}

template <class T>
inline T multiply_add_one(T a, T b, T c) {
    return a * b + c;
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
