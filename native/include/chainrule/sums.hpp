// Long sums in one fixed order.
#pragma once

#include <cstddef>

namespace chainrule {

/// sum_i term(i) in double precision: eight interleaved sums, added pairwise. The order depends on
/// n alone, and eight sums are as many as hide the latency of an addition.
template <class Term>
double ordered_sum(std::size_t n, Term&& term) {
    double lanes[8] = {};
    std::size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        for (std::size_t k = 0; k < 8; ++k) {
            lanes[k] += term(i + k);
        }
    }
    for (std::size_t k = 0; i < n; ++i, ++k) {
        lanes[k] += term(i);
    }
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
           ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

}  // namespace chainrule
