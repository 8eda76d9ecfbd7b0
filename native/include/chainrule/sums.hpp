// Long sums in one fixed order.
#pragma once

#include <cstddef>

namespace chainrule {

/// Eight sums, added pairwise. Always inlined: it is compiled for several instruction sets.
template <class Sum>
inline __attribute__((always_inline)) Sum pairwise_sum(const Sum (&sum)[8]) {
    return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

/// sum_i term(i) in double precision: eight interleaved sums, added pairwise. The order depends on
/// n alone, and eight sums are as many as hide the latency of an addition.
template <class Sum = double, class Term>
Sum ordered_sum(std::size_t n, Term&& term) {
    Sum sums[8] = {};
    std::size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        for (std::size_t k = 0; k < 8; ++k) {
            sums[k] += term(i + k);
        }
    }
    for (std::size_t k = 0; i < n; ++i, ++k) {
        sums[k] += term(i);
    }
    return pairwise_sum(sums);
}

}  // namespace chainrule
