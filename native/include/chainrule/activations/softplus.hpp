// a = log(1 + exp(z)), a' = sigmoid(z).
#pragma once

#include <string_view>

#include "sigmoid.hpp"

namespace chainrule {

struct Softplus {
    static constexpr std::string_view name = "Softplus";

    /// Computed as max(z, 0) + log(1 + exp(-abs(z))), which cannot overflow.
    template <class V>
    static V value(V z) {
        return positive(z) + rest(z);
    }

    template <class V>
    static V positive(V z) {
        return larger(z, V(0));
    }

    /// The same for z and -z.
    template <class V>
    static V rest(V z) {
        return softplus_rest(z);
    }

    template <class V>
    static V derivative(V z, V) {
        return Sigmoid::value(z);
    }
};

}  // namespace chainrule
