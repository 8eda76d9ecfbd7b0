// Losses of logits, with their canonical activations: value and gradient straight from z, finite
// wherever the exact number is.
#pragma once

#include <cstddef>

#include "../activations/sigmoid.hpp"
#include "../activations/softmax.hpp"
#include "../activations/softplus.hpp"
#include "../list.hpp"
#include "binary_cross_entropy.hpp"
#include "cross_entropy.hpp"
#include "poisson.hpp"

namespace chainrule {

/// y softplus(-z) + (1 - y) softplus(z) = z ([z > 0] - y) + log(1 + exp(-abs(z))), where nothing
/// cancels; gradient sigmoid(z) - y.
struct SigmoidBinaryCrossEntropy {
    BinaryCrossEntropy loss;

    SigmoidBinaryCrossEntropy(const Hyperparameters& values, std::size_t n_out)
        : loss(values, n_out) {}

    template <class V>
    V term(V z, V y, std::size_t) const {
        return fma(z, select(z > 0, V(1), V(0)) - loss.smooth(y), Softplus::rest(z));
    }

    template <class V>
    V derivative(V z, V y, std::size_t) const {
        return Sigmoid::value(z) - loss.smooth(y);
    }
};

/// exp(z) - y + y (log y - z), gradient exp(z) - y.
struct ExpPoisson {
    ExpPoisson(const Hyperparameters&, std::size_t) {}

    template <class V>
    V term(V z, V y, std::size_t) const {
        return exp(z) - y + Poisson::y_log_y(y) - y * z;
    }

    template <class V>
    V derivative(V z, V y, std::size_t) const {
        return exp(z) - y;
    }
};

/// sum_j y_j (log sum_k exp(z_k - m) + m - z_j) with m = max z, gradient softmax(z) sum_k y_k - y.
struct SoftmaxCrossEntropy {
    CrossEntropy loss;

    SoftmaxCrossEntropy(const Hyperparameters& values, std::size_t n_out) : loss(values, n_out) {}

    /// A row's loss; its terms are worked out by blocks.
    template <class V>
    typename V::Number row_value(const typename V::Number* z, const typename V::Number* y,
                                 std::size_t n_out) const {
        using T = typename V::Number;
        constexpr std::size_t block = 128;
        alignas(64) T terms[block];
        const T m = Softmax::largest<V>(z, n_out);
        T sum = 0, total = 0;
        for (std::size_t j = 0; j < n_out; j += block) {
            const std::size_t n = n_out - j < block ? n_out - j : block;
            V::each(n, [=, &terms](std::size_t k, auto lanes) {
                exp(V::at(z + j + k, lanes) - V(m)).put(terms + k, lanes);
            });
            for (std::size_t k = 0; k < n; ++k) {
                sum += terms[k];
            }
        }
        const V log_sum = log(V(sum));
        for (std::size_t j = 0; j < n_out; j += block) {
            const std::size_t n = n_out - j < block ? n_out - j : block;
            V::each(n, [=, this, &terms](std::size_t k, auto lanes) {
                const V gap = log_sum - (V::at(z + j + k, lanes) - V(m));
                (loss.smooth(V::at(y + j + k, lanes)) * gap).put(terms + k, lanes);
            });
            for (std::size_t k = 0; k < n; ++k) {
                total += terms[k];
            }
        }
        return total;
    }

    template <class V>
    void row_gradient(const typename V::Number* z, const typename V::Number* y,
                      typename V::Number* grad, std::size_t n_out,
                      typename V::Number factor) const {
        using T = typename V::Number;
        V::each(n_out, [=, this](std::size_t k, auto lanes) {
            loss.smooth(V::at(y + k, lanes)).put(grad + k, lanes);
        });
        T share = 0;
        for (std::size_t k = 0; k < n_out; ++k) {
            share += grad[k];
        }
        Softmax::row<V>(z, grad, n_out);
        V::each(n_out, [=, this](std::size_t k, auto lanes) {
            const V smooth = loss.smooth(V::at(y + k, lanes));
            (V(factor) * (V::at(grad + k, lanes) * V(share) - smooth)).put(grad + k, lanes);
        });
    }
};

using LogitLosses = List<SoftmaxCrossEntropy, SigmoidBinaryCrossEntropy, ExpPoisson>;

}  // namespace chainrule
