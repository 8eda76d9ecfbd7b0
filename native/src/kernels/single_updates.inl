// Updates of a single small network: included inside the namespace of each instruction set.

template <class T>
CHAINRULE_INLINE bool few_finite(const T* x, std::size_t n) {
    T sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
        sum += x[i] - x[i];
    }
    return sum == 0;
}

template <class T>
CHAINRULE_INLINE void keep(const T* from, T* to, std::size_t n) {
    for_each_number<T>(n, [=](std::size_t i, auto lanes) __attribute__((always_inline)) {
        at(from + i, lanes).put(to + i, lanes);
    });
}

template <class T>
double trainable_norm(const SingleUpdates<T>& run) {
    double total = 0.0;
    for (const UpdateRange* range = run.ranges; range < run.ranges + run.n_ranges; ++range) {
        const std::size_t n = range->stop - range->start;
        const T* g = run.g + range->start;
        const auto square = [g](std::size_t i) { return double(g[i]) * double(g[i]); };
        total += n <= 4 ? short_sum(n, square) : sum_of_squares(g, n);
    }
    return __builtin_sqrt(total);
}

template <class T>
void single_step(const SingleUpdates<T>& run) {
    const double learning_rate = run.learning_rates[run.one_rate ? 0 : run.batch];
    for (const UpdateRange* range = run.ranges; range < run.ranges + run.n_ranges; ++range) {
        const double rate = learning_rate * range->learning_rate_factor;
        const std::size_t start = range->start, n = range->stop - start;
        if (range->decays) {
            const T keep = T(1 - rate * run.weight_decay);
            for (std::size_t i = start; i < range->stop; ++i) {
                run.p[i] *= keep;
            }
        }
        if (run.descends) {
            const T *g = run.g + start, eta = T(rate);
            T* p = run.p + start;
            for_each_number<T>(n, [=](std::size_t i, auto lanes) __attribute__((always_inline)) {
                (at(p + i, lanes) - eta * at(g + i, lanes)).put(p + i, lanes);
            });
            continue;
        }
        run.optimizer->update({run.g + start, run.p + start, run.slots + start, n, run.size},
                              run.update + 1, rate);
    }
}

/// The gradient of a batch, and the step.
template <class T>
void single_update(SingleUpdates<T>& run) {
    const std::size_t first = run.batch * run.batch_rows, left = run.n - first;
    const std::size_t n = left < run.batch_rows ? left : run.batch_rows;
    if (run.order == nullptr) {
        run.rows.X = run.X + (first - run.first) * run.n_in;
        run.loss.y = run.y + (first - run.first) * run.n_out;
    } else {
        gather(run.X, run.order + first, run.gathered.X, n, run.n_in);
        gather(run.y, run.order + first, run.gathered.y, n, run.n_out);
        run.rows.X = run.gathered.X;
        run.loss.y = run.gathered.y;
    }
    run.rows.rows = n;
    const double rows = double(n), divisor = run.mean ? rows : 1.0;
    run.loss.share = T(1 / divisor);
    const double total = single_network(run.layers, run.n_layers, run.rows, run.loss, run.g);
    if (run.batch + 1 == run.n_batches) {
        run.norm = trainable_norm(run);
    }
    single_step(run);
    run.value = total / divisor;
    run.loss_sum += run.value * divisor;
    run.weight_sum += divisor;
    ++run.update;
    ++run.batch;
}

template <class T>
void single_updates(SingleUpdates<T>& run) {
    for (;;) {
        while (run.batch < run.stop) {
            single_update(run);
        }
        if (run.epochs_done == run.epochs) {
            return;
        }
        const double loss = run.mean ? run.loss_sum / run.weight_sum : run.loss_sum;
        const bool fine = run.size <= 8 ? few_finite(run.p, run.size) : finite(run.p, run.size);
        if (!(loss - loss == 0) || !fine || !(run.norm < run.safe_norm)) {
            return;
        }
        run.losses[run.epochs_done] = loss;
        run.norms[run.epochs_done] = run.norm;
        run.batch = 0;
        run.loss_sum = run.weight_sum = run.norm = 0.0;
        if (++run.epochs_done == run.epochs) {
            return;
        }
        keep(run.p, run.kept_p, run.size);
        keep(run.slots, run.kept_slots, run.n_slots * run.size);
    }
}

template <class T>
constexpr SmallKernels<T> small_table = {Lanes<T>::count,
                                         forward_pass<T, Batched<T>>,
                                         backward_pass<T, Batched<T>>,
                                         BatchedActivationTables<T, Activations>::activations,
                                         products_of<T>,
                                         single_network<T>,
                                         single_updates<T>,
                                         gather<T>,
                                         spread<T>,
                                         add<T>,
                                         scale<T>,
                                         batched_total<T>};
