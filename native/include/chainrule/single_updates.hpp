// Updates of a single tiny network, one after the other without coming back in between: what
// surrounds its arithmetic would take several times as long.
#pragma once

#include <cstddef>
#include <cstdint>

#include "batch.hpp"
#include "small_network.hpp"

namespace chainrule {

template <class T>
class Optimizer;

/// Parameters of one part that are updated alike.
struct UpdateRange {
    std::size_t start, stop;
    double learning_rate_factor;
    bool decays;
};

template <class T>
struct SingleUpdates {
    // The network, the loss of a tile of rows, their workspaces.
    const SmallLayer<T>* layers = nullptr;
    std::size_t n_layers = 0;
    SmallRows<T> rows;
    BatchLoss<T> loss{};
    bool mean = false;

    // The rows of an epoch, without weights: batches of at most a tile.
    const T *X = nullptr, *y = nullptr;
    std::size_t first = 0;  // the row of the epoch that X begins with, where there is no order
    const std::int64_t* order = nullptr;
    GatheredRows<T> gathered;
    std::size_t n_in = 0, n_out = 0, n = 0, batch_rows = 0, n_batches = 0;

    // The step, for a gradient that is not clipped.
    const Optimizer<T>* optimizer = nullptr;
    bool descends = false;  // it is p <- p - eta g: called, it would take longer
    const UpdateRange* ranges = nullptr;
    std::size_t n_ranges = 0;
    double weight_decay = 0.0;
    const double* learning_rates = nullptr;  // of the batches of an epoch, or one
    bool one_rate = false;
    T *p = nullptr, *g = nullptr, *slots = nullptr;
    std::size_t size = 0, n_slots = 0;

    // How far: to a batch of the epoch under way or, where nothing else is done between epochs, to
    // the end of `epochs`.
    std::size_t stop = 0, epochs = 0;
    double safe_norm = 0.0;  // with a smaller one the optimizer's memory stays finite

    // The state at an epoch's beginning, from the second one on.
    T *kept_p = nullptr, *kept_slots = nullptr;

    // Where it stands; an epoch of which it is not sure that all is finite is left open.
    std::uint64_t update = 0;
    std::size_t batch = 0, epochs_done = 0;
    double loss_sum = 0.0, weight_sum = 0.0, norm = 0.0, value = 0.0;
    double *losses = nullptr, *norms = nullptr;  // of the epochs that are done
};

}  // namespace chainrule
