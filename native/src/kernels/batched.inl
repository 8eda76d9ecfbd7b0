// The passes through small networks side by side: included inside the namespace of each instruction
// set.
//
// With a network in each lane, every operation fills its vectors whatever the shape of the network,
// and each lane computes what its network alone would, in the same order.

/// a = f(z). Functions of whole rows want a network's units next to each other.
template <class T, std::size_t lanes>
void activate(const SmallLayer<T>& layer, const SmallRows<T>& rows) {
    if (layer.activation == nullptr) {
        return;
    }
    const std::size_t units = layer.n_out, numbers = rows.rows * units;
    if (!layer.activation->of_rows || lanes == 1 || units == 1) {
        layer.activation->value(layer.z, layer.a, rows.rows * lanes, units);
        return;
    }
    transpose(layer.z, rows.transposed[0], numbers, numbers, lanes);
    layer.activation->value(rows.transposed[0], rows.transposed[1], rows.rows * lanes, units);
    transpose(rows.transposed[1], layer.a, lanes, lanes, numbers);
}

/// dL/dz in the place of dL/da.
template <class T, std::size_t lanes>
void through_activation(const SmallLayer<T>& layer, const SmallRows<T>& rows) {
    if (layer.activation == nullptr) {
        return;
    }
    const std::size_t units = layer.n_out, numbers = rows.rows * units;
    if (!layer.activation->of_rows || lanes == 1 || units == 1) {
        layer.activation->vjp(layer.z, layer.a, layer.grad, rows.rows * lanes, units);
        return;
    }
    transpose(layer.z, rows.transposed[0], numbers, numbers, lanes);
    transpose(layer.a, rows.transposed[1], numbers, numbers, lanes);
    transpose(layer.grad, rows.transposed[2], numbers, numbers, lanes);
    layer.activation->vjp(rows.transposed[0], rows.transposed[1], rows.transposed[2],
                          rows.rows * lanes, units);
    transpose(rows.transposed[2], layer.grad, lanes, lanes, numbers);
}

/// A layer and its activation F with a network in each lane: F is applied while a product is in
/// registers; void is any activation, applied afterwards.
template <class T, class F>
struct BatchedLayer {
    using V = Wide<T>;
    static constexpr std::size_t L = Lanes<T>::count;
    static constexpr bool afterwards = std::is_void_v<F>;
    static constexpr bool keeps_z = !requires { F::of_outputs; };

    /// a = f(z), z = a W + b, from the outputs before.
    struct Outputs {
        const T* b;
        T *z, *a;

        CHAINRULE_INLINE Vector<T> start(std::size_t) const { return Vector<T>{}; }
        CHAINRULE_INLINE void end(std::size_t i, std::size_t unit, Vector<T> sum) const {
            const Vector<T> sums = b == nullptr ? sum : Vector<T>(sum + load(b + unit * L));
            if constexpr (keeps_z) {
                store(z + i, sums);
            }
            if constexpr (!afterwards) {
                store(a + i, F::template value<V>(sums).v);
            }
        }
    };

    /// dL/dz = dL/da f'(z).
    struct Inputs {
        const T *z, *a;
        T* grad;

        CHAINRULE_INLINE Vector<T> start(std::size_t) const { return Vector<T>{}; }
        CHAINRULE_INLINE void end(std::size_t i, std::size_t, Vector<T> sum) const {
            if constexpr (afterwards) {
                store(grad + i, sum);
            } else {
                const V slope = F::template derivative<V>(load(z + i), load(a + i));
                store(grad + i, (V(sum) * slope).v);
            }
        }
    };

    static void outputs(const SmallLayer<T>& layer, const T* from, const SmallRows<T>& rows) {
        const std::size_t n_in = layer.n_in, n_out = layer.n_out;
        const T* W = rows.p + layer.start;
        const T* b = layer.bias ? W + n_in * n_out * L : nullptr;
        multiply_batched<T>({from, n_in, 1, W, n_out, 1, rows.rows, n_out, n_in},
                            Outputs{b, layer.z, layer.a});
        if constexpr (afterwards) {
            activate<T, L>(layer, rows);
        }
    }

    static void inputs(const SmallLayer<T>& layer, const SmallLayer<T>& next,
                       const SmallRows<T>& rows) {
        const std::size_t n_in = next.n_in, n_out = next.n_out;
        const T* W = rows.p + next.start;
        multiply_batched<T>({next.grad, n_out, 1, W, 1, n_out, rows.rows, n_in, n_out},
                            Inputs{layer.z, layer.a, layer.grad});
        if constexpr (afterwards) {
            through_activation<T, L>(layer, rows);
        }
    }
};

/// The products of a layer for a network in each lane.
template <class T>
struct Batched {
    static constexpr std::size_t lanes = Lanes<T>::count;

    static void outputs(const SmallLayer<T>& layer, const T* from, const SmallRows<T>& rows, bool) {
        layer.activated->outputs(layer, from, rows);
    }

    static void weights(const SmallLayer<T>& layer, const T* a, const SmallRows<T>& rows, T* g,
                        bool add_to_g) {
        const std::size_t n_in = layer.n_in, n_out = layer.n_out;
        sum_batched<T, tile_vectors == 4 ? 4 : 2>(
            {a, 1, n_in, layer.grad, n_out, 1, n_in, n_out, rows.rows}, 0, {g, add_to_g},
            layer.bias);
    }

    static void inputs(const SmallLayer<T>& layer, const SmallLayer<T>& next,
                       const SmallRows<T>& rows) {
        layer.activated->inputs(layer, next, rows);
    }
};

template <class T, class Products>
void forward_pass(const SmallLayer<T>* layers, std::size_t n, const SmallRows<T>& rows) {
    const T* a = rows.X;
    for (const SmallLayer<T>* layer = layers; layer < layers + n; ++layer) {
        Products::outputs(*layer, a, rows, !rows.from_logits || layer + 1 < layers + n);
        a = layer->a;
    }
}

template <class T, class Products>
void backward_pass(const SmallLayer<T>* layers, std::size_t n, const SmallRows<T>& rows, T* g,
                   bool add_to_g) {
    if (!rows.from_logits) {
        through_activation<T, Products::lanes>(layers[n - 1], rows);
    }
    for (std::size_t i = n; i-- > 0;) {
        const SmallLayer<T>& layer = layers[i];
        Products::weights(layer, i == 0 ? rows.X : layers[i - 1].a, rows, g + layer.start,
                          add_to_g);
        if (i > 0) {
            Products::inputs(layers[i - 1], layer, rows);
        }
    }
}

/// By transposed squares, then number by number.
template <class T>
void gather(const T* const* rows, T* vectors, std::size_t n) {
    constexpr std::size_t L = Lanes<T>::count;
    alignas(64) T square[L * L];
    std::size_t k = 0;
    for (; k + L <= n; k += L) {
        for (std::size_t l = 0; l < L; ++l) {
            store(square + l * L, load(rows[l] + k));
        }
        transpose_square(square, L, vectors + k * L, L);
    }
    for (; k < n; ++k) {
        for (std::size_t l = 0; l < L; ++l) {
            square[l] = rows[l][k];
        }
        store(vectors + k * L, load(square));
    }
}

template <class T>
void spread(const T* numbers, T* vectors, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        store(vectors + i * Lanes<T>::count, broadcast(numbers[i]));
    }
}

template <class T>
void add(T* sums, const T* terms, std::size_t n) {
    for_each<T>(n, [=](std::size_t i, auto lanes) __attribute__((always_inline)) {
        store(sums + i, Vector<T>(load(sums + i, lanes) + load(terms + i, lanes)), lanes);
    });
}

template <class T>
void scale(T* vectors, const T* share, const T* weight, std::size_t rows, std::size_t columns) {
    constexpr std::size_t L = Lanes<T>::count;
    for (std::size_t r = 0; r < rows; ++r) {
        Vector<T> factor = load(share);
        if (weight != nullptr) {
            factor = factor * load(weight + r * L);
        }
        for (std::size_t j = 0; j < columns; ++j, vectors += L) {
            store(vectors, Vector<T>(load(vectors) * factor));
        }
    }
}

/// A sum for each lane.
template <class T>
void batched_total(const T* losses, const T* weight, std::size_t rows, double* totals) {
    constexpr std::size_t L = Lanes<T>::count, D = Lanes<double>::count;
    for (std::size_t l = 0; l < L; l += D) {
        const auto total = [=](auto&& term) __attribute__((always_inline)) {
            store(totals + l, chainrule::ordered_sum<Vector<double>>(rows, term));
        };
        const auto loss = [=](std::size_t r) __attribute__((always_inline)) {
            return as_doubles(losses + r * L + l);
        };
        if (weight == nullptr) {
            total([=](std::size_t r) __attribute__((always_inline)) { return loss(r).v; });
        } else {
            total([=](std::size_t r) __attribute__((always_inline)) {
                return (loss(r) * as_doubles(weight + r * L + l)).v;
            });
        }
    }
}

/// Activations that are common or short: each of them takes a copy of the products' code.
using AppliedInRegisters = List<Identity, Sigmoid, Tanh, ReLU, LeakyReLU>;

template <class T, class Items>
struct BatchedActivationTables;
template <class T, class... F>
struct BatchedActivationTables<T, List<F...>> {
    template <class Activation>
    using Layer =
        BatchedLayer<T, std::conditional_t<AppliedInRegisters::has<Activation>, Activation, void>>;

    static constexpr BatchedActivation<T> activations[] = {
        {Layer<F>::afterwards, Layer<F>::keeps_z, Layer<F>::outputs, Layer<F>::inputs}...};
};
