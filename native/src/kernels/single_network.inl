// The chain rule for a single small network: included inside the namespace of each instruction set.

/// The products of a layer of any shape: by scalars where a call of a vector kernel costs more.
template <class T>
struct AnyShape {
    static bool few(std::size_t rows, std::size_t n_in, std::size_t n_out) {
        return rows * n_in * n_out <= 32;
    }

    static void outputs(const T* a, const T* W, const T* b, T* z, std::size_t rows,
                        std::size_t n_in, std::size_t n_out) {
        if (!few(rows, n_in, n_out)) {
            forward(a, W, n_out, b, z, rows, n_in, n_out, false);
            return;
        }
        for (std::size_t r = 0; r < rows; ++r, a += n_in, z += n_out) {
            for (std::size_t j = 0; j < n_out; ++j) {
                T sum = 0;
                for (std::size_t k = 0; k < n_in; ++k) {
                    sum = multiply_add_one(a[k], W[k * n_out + j], sum);
                }
                z[j] = b == nullptr ? sum : sum + b[j];
            }
        }
    }

    static void weights(const T* a, const T* delta, T* gW, T* gb, std::size_t rows,
                        std::size_t n_in, std::size_t n_out) {
        if (!few(rows, n_in, n_out)) {
            weight_gradient(a, n_in, delta, gW, rows, n_in, n_out, false);
            if (gb != nullptr) {
                column_sums(delta, gb, rows, n_out, false);
            }
            return;
        }
        for (std::size_t i = 0; i < n_in; ++i) {
            for (std::size_t j = 0; j < n_out; ++j) {
                T sum = 0;
                for (std::size_t r = 0; r < rows; ++r) {
                    sum = multiply_add_one(a[r * n_in + i], delta[r * n_out + j], sum);
                }
                gW[i * n_out + j] = sum;
            }
        }
        for (std::size_t j = 0; gb != nullptr && j < n_out; ++j) {
            T sum = 0;
            for (std::size_t r = 0; r < rows; ++r) {
                sum += delta[r * n_out + j];
            }
            gb[j] = sum;
        }
    }

    static void inputs(const T* delta, const T* W, T* grad, std::size_t rows, std::size_t n_in,
                       std::size_t n_out, T* transposed) {
        if (few(rows, n_in, n_out) || rows <= 4) {
            input_gradient_few<T>(delta, W, grad, rows, n_in, n_out, nullptr);
        } else {
            transpose(W, transposed, n_in, n_in, n_out);
            input_gradient<T>(delta, transposed, n_in, grad, rows, n_in, n_out, nullptr);
        }
    }
};

/// The same for I inputs and J outputs: W and dL/dW stay in registers, and only the rows are a
/// number known at run time.
template <class T, std::size_t I, std::size_t J>
struct Shape {
    static void outputs(const T* a, const T* weights, const T* b, T* z, std::size_t rows,
                        std::size_t, std::size_t) {
        T W[I][J], bias[J];
        for (std::size_t j = 0; j < J; ++j) {
            for (std::size_t i = 0; i < I; ++i) {
                W[i][j] = weights[i * J + j];
            }
            bias[j] = b == nullptr ? T(0) : b[j];
        }
        for (std::size_t r = 0; r < rows; ++r, a += I, z += J) {
            for (std::size_t j = 0; j < J; ++j) {
                T sum = 0;
                for (std::size_t i = 0; i < I; ++i) {
                    sum = multiply_add_one(a[i], W[i][j], sum);
                }
                z[j] = b == nullptr ? sum : sum + bias[j];
            }
        }
    }

    static void weights(const T* a, const T* delta, T* gW, T* gb, std::size_t rows, std::size_t,
                        std::size_t) {
        T W[I][J] = {}, b[J] = {};
        for (std::size_t r = 0; r < rows; ++r, a += I, delta += J) {
            for (std::size_t j = 0; j < J; ++j) {
                for (std::size_t i = 0; i < I; ++i) {
                    W[i][j] = multiply_add_one(a[i], delta[j], W[i][j]);
                }
                b[j] += delta[j];
            }
        }
        for (std::size_t j = 0; j < J; ++j) {
            for (std::size_t i = 0; i < I; ++i) {
                gW[i * J + j] = W[i][j];
            }
            if (gb != nullptr) {
                gb[j] = b[j];
            }
        }
    }

    static void inputs(const T* delta, const T* weights, T* grad, std::size_t rows, std::size_t,
                       std::size_t, T*) {
        T W[I][J];
        for (std::size_t i = 0; i < I * J; ++i) {
            W[i / J][i % J] = weights[i];
        }
        for (std::size_t r = 0; r < rows; ++r, grad += I, delta += J) {
            for (std::size_t i = 0; i < I; ++i) {
                T sum = 0;
                for (std::size_t j = 0; j < J; ++j) {
                    sum = multiply_add_one(delta[j], W[i][j], sum);
                }
                grad[i] = sum;
            }
        }
    }
};

/// The most inputs and outputs of a layer that has a kernel of its own for its shape.
constexpr std::size_t few_units = 4;

template <class T, class Numbers>
struct ProductTables;
template <class T, std::size_t... K>
struct ProductTables<T, std::index_sequence<K...>> {
    template <std::size_t k>
    using Of = Shape<T, k / few_units + 1, k % few_units + 1>;

    static constexpr LayerProducts<T> shapes[] = {
        {Of<K>::outputs, Of<K>::weights, Of<K>::inputs}...};
    static constexpr LayerProducts<T> any = {AnyShape<T>::outputs, AnyShape<T>::weights,
                                             AnyShape<T>::inputs};
};

template <class T>
const LayerProducts<T>& products_of(std::size_t n_in, std::size_t n_out) {
    using Tables = ProductTables<T, std::make_index_sequence<few_units * few_units>>;
    return n_in - 1 < few_units && n_out - 1 < few_units
               ? Tables::shapes[(n_in - 1) * few_units + n_out - 1]
               : Tables::any;
}

/// The products of a single network: a tile goes through at once, so no sum is continued.
template <class T>
struct Single {
    static constexpr std::size_t lanes = 1;

    static void outputs(const SmallLayer<T>& layer, const T* from, const SmallRows<T>& rows,
                        bool activated) {
        const T *W = rows.p + layer.start, *b = W + layer.n_in * layer.n_out;
        layer.products->outputs(from, W, layer.bias ? b : nullptr, layer.z, rows.rows, layer.n_in,
                                layer.n_out);
        if (activated) {
            activate<T, 1>(layer, rows);
        }
    }

    static void weights(const SmallLayer<T>& layer, const T* a, const SmallRows<T>& rows, T* g,
                        bool) {
        T* b = layer.bias ? g + layer.n_in * layer.n_out : nullptr;
        layer.products->weights(a, layer.grad, g, b, rows.rows, layer.n_in, layer.n_out);
    }

    static void inputs(const SmallLayer<T>& layer, const SmallLayer<T>& next,
                       const SmallRows<T>& rows) {
        next.products->inputs(next.grad, rows.p + next.start, layer.grad, rows.rows, next.n_in,
                              next.n_out, rows.transposed[0]);
        through_activation<T, 1>(layer, rows);
    }
};

template <class T>
double single_network(const SmallLayer<T>* layers, std::size_t n, const SmallRows<T>& rows,
                      const BatchLoss<T>& loss, T* g) {
    const SmallLayer<T>& last = layers[n - 1];
    forward_pass<T, Single<T>>(layers, n, rows);
    const double total = loss_and_gradient(loss, rows.from_logits ? last.z : last.a, last.grad,
                                           rows.rows, last.n_out);
    backward_pass<T, Single<T>>(layers, n, rows, g, false);
    return total;
}
