// The losses of several targets of one network, summed, all of z: (z - y)^2 of a quantity, the
// softmax's cross entropy of classes.
#pragma once

#include <cstddef>
#include <numeric>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "../description.hpp"
#include "../losses/from_logits.hpp"

namespace chainrule {

struct JointLoss {
    static constexpr std::string_view name = "JointLoss";

    JointLoss(const Hyperparameters& values, std::size_t n_out)
        : of_classes_(Hyperparameters({{"label_smoothing", 0.0}}), n_out) {
        for (const double size : values.numbers("sizes")) {
            if (!(size >= 1.0 && size <= static_cast<double>(n_out))) {
                throw std::invalid_argument("a size of a joint loss is out of range");
            }
            sizes_.push_back(static_cast<std::size_t>(size));
        }
        if (std::reduce(sizes_.begin(), sizes_.end()) != n_out) {
            throw std::invalid_argument("the sizes of a joint loss must add up to the outputs");
        }
        first_ = sizes_.data();
        n_ = sizes_.size();
    }

    template <class V>
    typename V::Number row_value(const typename V::Number* z, const typename V::Number* y,
                                 std::size_t) const {
        typename V::Number total = 0;
        std::size_t j = 0;
        for (std::size_t i = 0; i < n_; ++i) {
            const std::size_t size = first_[i];
            if (size == 1) {
                const auto d = z[j] - y[j];
                total += d * d;
            } else {
                total += of_classes_.template row_value<V>(z + j, y + j, size);
            }
            j += size;
        }
        return total;
    }

    template <class V>
    void row_gradient(const typename V::Number* z, const typename V::Number* y,
                      typename V::Number* grad, std::size_t, typename V::Number factor) const {
        std::size_t j = 0;
        for (std::size_t i = 0; i < n_; ++i) {
            const std::size_t size = first_[i];
            if (size == 1) {
                grad[j] = factor * (2 * (z[j] - y[j]));
            } else {
                of_classes_.template row_gradient<V>(z + j, y + j, grad + j, size, factor);
            }
            j += size;
        }
    }

  private:
    SoftmaxCrossEntropy of_classes_;
    std::vector<std::size_t> sizes_;
    const std::size_t* first_;
    std::size_t n_;
};

}  // namespace chainrule
