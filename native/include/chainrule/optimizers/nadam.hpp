// Adam with m^ = mu_(t+1) m / (1 - M_(t+1)) + (1 - mu_t) g / (1 - M_t), M_t = mu_1 mu_2 ... mu_t.
// mu_t = beta1, or beta1 (1 - 0.96^(t psi) / 2) where a momentum decay psi is given.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base.hpp"

namespace chainrule {

struct Nadam {
    static constexpr std::string_view name = "Nadam";
    static constexpr double log_of_decay = -0.040821994520255166;  // log(0.96)
    static constexpr int n_terms = 50;  // of the series for M_t: the next one is below 2^-56

    double beta1, beta2, eps, psi;

    explicit Nadam(const Hyperparameters& values)
        : beta1(values.number("beta1")),
          beta2(values.number("beta2")),
          eps(values.number("eps")),
          psi(values.number("momentum_decay")) {}

    double momentum(std::uint64_t t) const {
        return psi == 0 ? beta1 : beta1 * (1 - 0.5 * std::exp(double(t) * psi * log_of_decay));
    }

    /// M_t: log(1 - q^i / 2) = -sum_k q^(ik) / (k 2^k), q = 0.96^psi, summed over i = 1 ... t.
    double momentum_product(std::uint64_t t) const {
        if (psi == 0 || beta1 == 0) {
            return power(beta1, t);
        }
        const double rate = psi * log_of_decay;
        double total = double(t) * std::log(beta1), scale = 1;
        for (int k = 1; k <= n_terms; ++k) {
            scale *= 0.5;
            const double q = std::exp(k * rate), whole = std::expm1(double(t) * k * rate);
            total -= q * whole / std::expm1(k * rate) * scale / k;
        }
        return std::exp(total);
    }

    std::size_t n_slots() const { return 2; }

    template <class T>
    static std::size_t slots(const T&) {
        return 2;
    }

    /// What an update takes from the rule, in the type of the parameters.
    template <class T>
    struct Coefficients {
        T beta1, beta2, take1, take2, of_m, of_g, of_v, eta, eps;
    };

    template <class T>
    Coefficients<T> coefficients(std::uint64_t t, double learning_rate) const {
        const double mu = momentum(t), after = momentum(t + 1), product = momentum_product(t);
        return {T(beta1),
                T(beta2),
                T(1 - beta1),
                T(1 - beta2),
                T(after / (1 - product * after)),
                T((1 - mu) / (1 - product)),
                T(1 / (1 - power(beta2, t))),
                T(learning_rate),
                T(eps)};
    }

    template <class V, class C>
    static void update(const C& c, V g, V& p, V& m, V& v) {
        m = V(c.beta1) * m + V(c.take1) * g;
        v = V(c.beta2) * v + V(c.take2) * (g * g);
        const V step = V(c.of_m) * m + V(c.of_g) * g;
        p = p - V(c.eta) * step / (sqrt(v * V(c.of_v)) + V(c.eps));
    }
};

}  // namespace chainrule
