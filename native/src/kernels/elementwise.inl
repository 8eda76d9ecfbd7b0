// The tables of elementwise functions: included inside the namespace of each instruction set.
//
// The formulas stand with their objects, in activations/, losses/ and optimizers/: they are
// templates on this namespace's vectors, so that their code belongs to one instruction set.

template <class T, class F>
struct ActivationFunctions {
    using V = Wide<T>;

    static constexpr bool of_rows = requires(T* z) { F::template row<V>(z, z, std::size_t{}); };

    static void value(const T* z, T* a, std::size_t rows, std::size_t units) {
        if constexpr (of_rows) {
            for (std::size_t r = 0; r < rows; ++r) {
                F::template row<V>(z + r * units, a + r * units, units);
            }
        } else {
            for_each_number<T>(rows * units,
                               [=](std::size_t i, auto lanes) __attribute__((always_inline)) {
                                   F::value(at(z + i, lanes)).put(a + i, lanes);
                               });
        }
    }

    static void vjp(const T* z, const T* a, T* grad, std::size_t rows, std::size_t units) {
        if constexpr (of_rows) {
            for (std::size_t r = 0; r < rows; ++r) {
                F::template row_vjp<V>(a + r * units, grad + r * units, units);
            }
        } else {
            for_each_number<T>(
                rows * units, [=](std::size_t i, auto lanes) __attribute__((always_inline)) {
                    const auto slope = F::derivative(at(z + i, lanes), at(a + i, lanes));
                    (at(grad + i, lanes) * slope).put(grad + i, lanes);
                });
        }
    }
};

template <class T>
CHAINRULE_INLINE void multiply(T by, T* numbers, std::size_t n) {
    for_each_number<T>(n, [=](std::size_t i, auto lanes) __attribute__((always_inline)) {
        (at(numbers + i, lanes) * by).put(numbers + i, lanes);
    });
}

template <class T, class F>
struct LossFunctions {
    using V = Wide<T>;

    /// Terms by blocks of vectors, sums over a row's outputs in their order.
    static void value(const void* loss, T factor, const T* a, const T* y, T* losses,
                      std::size_t rows, std::size_t n_out) {
        const F& f = *static_cast<const F*>(loss);
        if constexpr (requires { f.template row_value<V>(a, y, n_out); }) {
            for (std::size_t r = 0; r < rows; ++r) {
                losses[r] = factor * f.template row_value<V>(a + r * n_out, y + r * n_out, n_out);
            }
            return;
        } else if (n_out == 1) {
            for_each_number<T>(rows,
                               [=, &f](std::size_t i, auto lanes) __attribute__((always_inline)) {
                                   const auto term = f.term(at(a + i, lanes), at(y + i, lanes), 0);
                                   (factor * (T(0) + term)).put(losses + i, lanes);
                               });
        } else {
            constexpr std::size_t block = 256;
            alignas(64) T terms[block];
            std::size_t r = 0, j = 0;
            T total = 0;
            for (std::size_t i = 0; i < rows * n_out; i += block) {
                const std::size_t n = rows * n_out - i < block ? rows * n_out - i : block;
                for_each_number<T>(
                    n, [=, &f, &terms](std::size_t k, auto lanes) __attribute__((always_inline)) {
                        f.term(at(a + i + k, lanes), at(y + i + k, lanes), output(i + k, n_out))
                            .put(terms + k, lanes);
                    });
                for (std::size_t k = 0; k < n; ++k) {
                    total += terms[k];
                    if (++j == n_out) {
                        losses[r++] = factor * total;
                        total = 0;
                        j = 0;
                    }
                }
            }
        }
    }

    static void gradient(const void* loss, T factor, const T* a, const T* y, T* grad,
                         std::size_t rows, std::size_t n_out) {
        const F& f = *static_cast<const F*>(loss);
        if constexpr (requires { f.template row_gradient<V>(a, y, grad, n_out, factor); }) {
            for (std::size_t r = 0; r < rows; ++r) {
                f.template row_gradient<V>(a + r * n_out, y + r * n_out, grad + r * n_out, n_out,
                                           factor);
            }
        } else {
            for_each_number<T>(
                rows * n_out, [=, &f](std::size_t i, auto lanes) __attribute__((always_inline)) {
                    const auto slope =
                        f.derivative(at(a + i, lanes), at(y + i, lanes), output(i, n_out));
                    (factor * slope).put(grad + i, lanes);
                });
        }
    }

    static void of_one(const void* loss, T factor, const T* a, const T* y, T share, T* losses,
                       T* grad, std::size_t rows) {
        if constexpr (requires(const F& f) { f.template row_value<V>(a, y, rows); }) {
            value(loss, factor, a, y, losses, rows, 1);
            gradient(loss, factor, a, y, grad, rows, 1);
            multiply(share, grad, rows);
        } else {
            // A copy, where that is cheap: what is written cannot change its numbers.
            using Copy = std::conditional_t<std::is_trivially_copyable_v<F>, const F, const F&>;
            Copy f = *static_cast<const F*>(loss);
            for_each_number<T>(
                rows, [=, &f](std::size_t i, auto lanes) __attribute__((always_inline)) {
                    const auto given = at(a + i, lanes), target = at(y + i, lanes);
                    (factor * (T(0) + f.term(given, target, 0))).put(losses + i, lanes);
                    (share * (factor * f.derivative(given, target, 0))).put(grad + i, lanes);
                });
        }
    }

  private:
    /// The output in the first lane, if the loss depends on it.
    static CHAINRULE_INLINE std::size_t output(std::size_t i, std::size_t n_out) {
        if constexpr (requires { F::by_output; }) {
            return i % n_out;
        } else {
            return 0;
        }
    }
};

/// The loss of each row and its derivative by the outputs, w_i / divisor * dloss_i/da_i.
template <class T>
double loss_and_gradient(const BatchLoss<T>& tile, const T* a, T* grad, std::size_t rows,
                         std::size_t n_out) {
    const auto& [kernel, loss, factor] = tile.loss;
    T* losses = tile.losses;
    const T* weight = tile.weight;
    if (n_out == 1) {
        const T share = weight == nullptr ? tile.share : T(1);
        kernel->of_one(loss, factor, a, tile.y, share, losses, grad, rows);
    } else {
        kernel->value(loss, factor, a, tile.y, losses, rows, n_out);
        kernel->gradient(loss, factor, a, tile.y, grad, rows, n_out);
        if (weight == nullptr) {
            multiply(tile.share, grad, rows * n_out);
        }
    }
    if (weight == nullptr) {
        return short_sum(rows, [=](std::size_t r) { return double(losses[r]); });
    }
    for (std::size_t r = 0; r < rows; ++r) {
        multiply(tile.share * weight[r], grad + r * n_out, n_out);
    }
    return chainrule::ordered_sum(
        rows, [=](std::size_t r) { return double(losses[r]) * double(weight[r]); });
}

template <class T, class Rule>
void update(const void* numbers, const ParameterSpan<T>& part) {
    const auto& c = *static_cast<const typename Rule::template Coefficients<T>*>(numbers);
    const T* g = part.g;
    T *p = part.p, *first = part.slots, *second = part.slots + part.stride;
    for_each_number<T>(part.n, [=, &c](std::size_t i, auto lanes) __attribute__((always_inline)) {
        auto weight = at(p + i, lanes);
        using V = decltype(weight);
        V s = Rule::slots(c) > 0 ? at(first + i, lanes) : V(0);
        V t = Rule::slots(c) > 1 ? at(second + i, lanes) : V(0);
        Rule::update(c, at(g + i, lanes), weight, s, t);
        weight.put(p + i, lanes);
        if (Rule::slots(c) > 0) {
            s.put(first + i, lanes);
        }
        if (Rule::slots(c) > 1) {
            t.put(second + i, lanes);
        }
    });
}

/// Four vectors of columns at a time: as many sums as hide the latency of an addition.
template <class T>
void column_sums(const T* A, T* total, std::size_t rows, std::size_t columns, bool add) {
    constexpr std::size_t L = Lanes<T>::count;
    using V = Wide<T>;
    std::size_t j = 0;
    for (; j + 4 * L <= columns; j += 4 * L) {
        V sum[4] = {T(0), T(0), T(0), T(0)};
        for (std::size_t r = 0; r < rows; ++r) {
#pragma GCC unroll 4
            for (std::size_t v = 0; v < 4; ++v) {
                sum[v] = sum[v] + load(A + r * columns + j + v * L);
            }
        }
#pragma GCC unroll 4
        for (std::size_t v = 0; v < 4; ++v) {
            T* t = total + j + v * L;
            store(t, (add ? V(load(t)) + sum[v] : sum[v]).v);
        }
    }
    for_each<T>(columns - j, [=](std::size_t i, auto lanes) __attribute__((always_inline)) {
        V sum = T(0);
        for (std::size_t r = 0; r < rows; ++r) {
            sum = sum + load(A + r * columns + j + i, lanes);
        }
        T* t = total + j + i;
        store(t, (add ? V(load(t, lanes)) + sum : sum).v, lanes);
    });
}

/// While a row is copied, the row after the next is prefetched.
template <class T>
void gather(const T* A, const std::int64_t* order, T* B, std::size_t rows, std::size_t columns) {
    if (columns == 1) {
        for (std::size_t r = 0; r < rows; ++r) {
            B[r] = A[order[r]];
        }
        return;
    }
    constexpr std::size_t ahead = 2;
    for (std::size_t r = 0; r < rows; ++r, B += columns) {
        const T* row = A + std::size_t(order[r]) * columns;
        const T* next = A + std::size_t(order[r + ahead < rows ? r + ahead : r]) * columns;
        for_each_number<T>(columns, [=](std::size_t i, auto lanes) __attribute__((always_inline)) {
            __builtin_prefetch(next + i);
            at(row + i, lanes).put(B + i, lanes);
        });
    }
}

template <class T, class Items>
struct ActivationTables;

template <class T, class... F>
struct ActivationTables<T, List<F...>> {
    static constexpr ActivationKernel<T> activations[] = {{ActivationFunctions<T, F>::value,
                                                           ActivationFunctions<T, F>::vjp,
                                                           ActivationFunctions<T, F>::of_rows}...};
};

template <class T, class Items>
struct LossTables;
template <class T, class... F>
struct LossTables<T, List<F...>> {
    static constexpr LossKernel<T> losses[] = {{LossFunctions<T, F>::value,
                                                LossFunctions<T, F>::gradient,
                                                LossFunctions<T, F>::of_one}...};
};

template <class T, class Items>
struct OptimizerTables;
template <class T, class... Rule>
struct OptimizerTables<T, List<Rule...>> {
    static constexpr typename Elementwise<T>::Update optimizers[] = {update<T, Rule>...};
};

template <class T, class Items>
struct PenaltyTables;
template <class T, class... F>
struct PenaltyTables<T, List<F...>> {
    static constexpr PenaltyKernel<T> penalties[] = {
        {PenaltyFunctions<T, F>::value, PenaltyFunctions<T, F>::add_gradient}...};
};

template <class T>
constexpr Elementwise<T> elementwise_table = {ActivationTables<T, Activations>::activations,
                                              LossTables<T, Losses>::losses,
                                              LossTables<T, LogitLosses>::losses,
                                              LossTables<T, TableLosses>::losses,
                                              loss_and_gradient<T>,
                                              OptimizerTables<T, Optimizers>::optimizers,
                                              PenaltyTables<T, Penalties>::penalties,
                                              sum_of_squares<T>,
                                              finite<T>,
                                              column_sums<T>,
                                              gather<T>,
                                              add_rows<T>,
                                              scatter_rows<T>,
                                              add_sum<T>,
                                              transpose<T>};
