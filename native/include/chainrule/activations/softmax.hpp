// a_j = exp(z_j) / sum_k exp(z_k); dL/dz_k = a_k (dL/da_k - sum_j dL/da_j a_j).
#pragma once

#include <cstddef>
#include <string_view>

namespace chainrule {

struct Softmax {
    static constexpr std::string_view name = "Softmax";

    /// The largest of a row.
    template <class V>
    static typename V::Number largest(const typename V::Number* z, std::size_t units) {
        typename V::Number m = z[0];
        for (std::size_t j = 1; j < units; ++j) {
            m = z[j] > m ? z[j] : m;
        }
        return m;
    }

    /// e_j = exp(z_j - m); their sum, in the order of j.
    template <class V>
    static typename V::Number exponentials(const typename V::Number* z, typename V::Number m,
                                           typename V::Number* e, std::size_t units) {
        V::each(units, [=](std::size_t j, auto lanes) {
            exp(V::at(z + j, lanes) - V(m)).put(e + j, lanes);
        });
        typename V::Number total = 0;
        for (std::size_t j = 0; j < units; ++j) {
            total += e[j];
        }
        return total;
    }

    /// One row: exp(z_j - max z) / sum_k exp(z_k - max z), the shift prevents an overflow.
    template <class V>
    static void row(const typename V::Number* z, typename V::Number* a, std::size_t units) {
        const auto total = exponentials<V>(z, largest<V>(z, units), a, units);
        V::each(units, [=](std::size_t j, auto lanes) {
            (V::at(a + j, lanes) / V(total)).put(a + j, lanes);
        });
    }

    template <class V>
    static void row_vjp(const typename V::Number* a, typename V::Number* grad, std::size_t units) {
        typename V::Number inner = 0;
        for (std::size_t j = 0; j < units; ++j) {
            inner += grad[j] * a[j];
        }
        V::each(units, [=](std::size_t j, auto lanes) {
            (V::at(a + j, lanes) * (V::at(grad + j, lanes) - V(inner))).put(grad + j, lanes);
        });
    }
};

}  // namespace chainrule
