// The order in which an epoch takes the rows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "buffer.hpp"
#include "random.hpp"

namespace chainrule {

class EpochOrder {
  public:
    /// n row numbers: a random order, that of the epoch, valid until the next call; of selected
    /// rows, unless `selected` is null.
    const std::int64_t* shuffled(std::uint64_t seed, std::uint64_t epoch, std::size_t n,
                                 const std::int64_t* selected) {
        if (epoch_ != epoch) {
            order_.reserve(n);
            permutation(seed, epoch, order_.data(), n);
            select(order_.data(), n, selected);
            epoch_ = epoch;
        }
        return order_.data();
    }

    /// The same in a given order, or in that of the rows if it is null; null for all rows in order.
    const std::int64_t* given(const std::int64_t* order, std::size_t n,
                              const std::int64_t* selected) {
        if (order == nullptr || selected == nullptr) {
            return order == nullptr ? selected : order;
        }
        epoch_ = none;
        order_.reserve(n);
        select(order, n, selected);
        return order_.data();
    }

  private:
    static constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();

    void select(const std::int64_t* order, std::size_t n, const std::int64_t* selected) {
        for (std::size_t i = 0; selected != nullptr && i < n; ++i) {
            order_[i] = selected[order[i]];
        }
    }

    Buffer<std::int64_t> order_;
    std::uint64_t epoch_ = none;  // of a random order
};

}  // namespace chainrule
