// The chain rule for one small network: included inside the namespace of each instruction set.

/// The products of a layer: number by number where a call of a kernel for vectors costs more.
template <class T>
struct Single {
    static constexpr std::size_t lanes = 1;

    static bool few(std::size_t rows, std::size_t n_in, std::size_t n_out) {
        return rows * n_in * n_out <= 32;
    }

    static CHAINRULE_INLINE void outputs(const T* a, const T* W, const T* b, T* z,
                                         std::size_t rows, std::size_t n_in, std::size_t n_out) {
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

    /// A tile goes through at once: no sum goes on.
    static CHAINRULE_INLINE void weights(const T* a, const T* delta, T* gW, T* gb,
                                         std::size_t rows, std::size_t n_in, std::size_t n_out,
                                         bool) {
        if (!few(rows, n_in, n_out)) {
            weight_gradient(a, n_in, delta, n_out, gW, rows, n_in, n_out, false);
            if (gb != nullptr) {
                column_sums(delta, n_out, gb, rows, n_out, false);
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

    static CHAINRULE_INLINE void inputs(const T* delta, const T* W, T* grad, std::size_t rows,
                                        std::size_t n_in, std::size_t n_out, T* turned) {
        if (few(rows, n_in, n_out) || rows <= 4) {
            input_gradient_few<T>(delta, W, grad, rows, n_in, n_out, nullptr);
        } else {
            transpose(W, turned, n_in, n_in, n_out);
            input_gradient<T>(delta, turned, n_in, grad, rows, n_in, n_out, nullptr);
        }
    }
};

/// The loss of each row and its derivative by the outputs, w_i / divisor * dloss_i/da_i.
template <class T>
CHAINRULE_INLINE double measure(const TileLoss<T>& tile, const T* output, T* grad,
                                std::size_t rows, std::size_t n_out) {
    const auto& [kernel, loss, factor] = tile.loss;
    T* losses = tile.losses;
    if (n_out == 1) {
        kernel->of_one(loss, factor, output, tile.y, losses, grad, rows);
    } else {
        kernel->value(loss, factor, output, tile.y, losses, rows, n_out);
        kernel->gradient(loss, factor, output, tile.y, grad, rows, n_out);
    }
    const T* weight = tile.weight;
    for (std::size_t r = 0; r < rows; ++r, grad += n_out) {
        const T scale = weight == nullptr ? tile.share : tile.share * weight[r];
        for (std::size_t j = 0; j < n_out; ++j) {
            grad[j] *= scale;
        }
    }
    if (weight == nullptr) {
        return chainrule::ordered_sum(rows, [=](std::size_t r) { return double(losses[r]); });
    }
    return chainrule::ordered_sum(
        rows, [=](std::size_t r) { return double(losses[r]) * double(weight[r]); });
}

template <class T>
double alone(const LaneLayer<T>* layers, std::size_t n, const LaneRows<T>& rows,
             const TileLoss<T>& loss, T* g) {
    const LaneLayer<T>& last = layers[n - 1];
    forward_pass<T, Single<T>>(layers, n, rows);
    const double total =
        measure(loss, rows.fused ? last.z : last.a, last.grad, rows.rows, last.n_out);
    backward_pass<T, Single<T>>(layers, n, rows, g, false);
    return total;
}

template <class T>
constexpr LaneKernels<T> lane_table = {Lanes<T>::count,
                                       forward_pass<T, Many<T>>,
                                       backward_pass<T, Many<T>>,
                                       alone<T>,
                                       gather<T>,
                                       spread<T>,
                                       add<T>,
                                       scale<T>,
                                       total_of_lanes<T>};
