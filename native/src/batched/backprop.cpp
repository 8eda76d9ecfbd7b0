#include "chainrule/batched/backprop.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "chainrule/kernels.hpp"

namespace chainrule {

namespace {

/// The largest number of lanes.
constexpr std::size_t most_lanes = 16;

/// What a block of rows may take of an L1 cache of 32 KB or more, in bytes.
constexpr std::size_t cached = 32768;

/// Whether all batches are the same rows, in order.
template <class T>
bool share_rows(const GradientTask<T>* tasks, std::size_t n) {
    const Rows<T>& one = *tasks[0].batch;
    return std::all_of(tasks, tasks + n, [&](const GradientTask<T>& task) {
        const Rows<T>& other = *task.batch;
        return other.order == nullptr && other.X == one.X && other.y == one.y &&
               other.weight == one.weight;
    });
}

}  // namespace

template <class T>
BatchedBackprop<T>::BatchedBackprop(const ObjectiveDescription& objective, std::size_t rows)
    : network_(objective, width()),
      lanes_(width()),
      n_in_(network_.n_in()),
      n_out_(network_.n_out()),
      kernels_(small_kernels<T>()),
      elementwise_(elementwise<T>()) {
    rows_.from_logits = objective.from_logits;
    const auto has_grad = [this](const SmallLayer<T>& layer) {
        return layer.activated->afterwards || &layer == &network_.layers.back();
    };
    std::size_t numbers = n_in_ + n_out_;
    for (const SmallLayer<T>& layer : network_.layers) {
        numbers += (1 + layer.activated->keeps_z + has_grad(layer)) * layer.n_out;
    }
    const std::size_t fitting = cached / (numbers * lanes_ * sizeof(T)) / 8 * 8;
    block_ = std::min(rows, std::clamp<std::size_t>(fitting, 8, tile_rows));

    std::vector<std::pair<T**, std::size_t>> arrays;
    const auto add = [&](T*& array, std::size_t n) { arrays.emplace_back(&array, n * lanes_); };
    for (SmallLayer<T>& layer : network_.layers) {
        add(layer.a, block_ * layer.n_out);
        if (layer.activated->keeps_z) {
            add(layer.z, block_ * layer.n_out);
        }
        if (has_grad(layer)) {
            add(layer.grad, block_ * layer.n_out);
        }
    }
    for (T*& array : rows_.transposed) {
        add(array, block_ * network_.widest);
    }
    const std::size_t tile = std::min(rows, tile_rows);
    add(X_, block_ * n_in_);
    add(y_, block_ * n_out_);
    for (T** array : {&p_, &g_, &tile_, &staged_}) {
        add(*array, network_.size);
    }
    add(share_, 1);
    add(weight_, tile);
    add(losses_, tile);
    lay_out(workspace_, arrays);
    for (SmallLayer<T>& layer : network_.layers) {
        layer.z = layer.z == nullptr ? layer.a : layer.z;
        layer.grad = layer.grad == nullptr ? layer.a : layer.grad;
    }
}

template <class T>
void BatchedBackprop<T>::value_and_gradient(GradientTask<T>* tasks, std::size_t n) {
    const std::size_t rows = tasks[0].batch->n, size = network_.size;
    const bool weighted = tasks[0].batch->weight != nullptr;
    double total[most_lanes] = {}, of_tile[most_lanes];
    BatchScale scale[most_lanes];
    for (std::size_t l = 0; l < lanes_; ++l) {
        const GradientTask<T>& task = tasks[l < n ? l : 0];
        scale[l] = BatchScale(*task.batch, task.objective->mean);
        share_[l] = scale[l].template share<T>();
    }
    gather_parameters(tasks, n);
    const bool shared = share_rows(tasks, n);
    const Loss<T>& loss = *tasks[0].objective->loss;
    for (std::size_t first = 0; first < rows; first += tile_rows) {
        const std::size_t tile = std::min(tile_rows, rows - first);
        T* g = first == 0 ? g_ : tile_;
        for (std::size_t b = 0; b < tile; b += block_) {
            const std::size_t m = std::min(block_, tile - b);
            gather_block(tasks, n, shared, first + b, m, b);
            rows_.rows = m;
            kernels_.forward(network_.layers.data(), network_.layers.size(), rows_);
            loss_and_gradient(loss, m, b, weighted);
            kernels_.backward(network_.layers.data(), network_.layers.size(), rows_, g, b > 0);
        }
        kernels_.total(losses_, weighted ? weight_ : nullptr, tile, of_tile);
        for (std::size_t l = 0; l < lanes_; ++l) {
            total[l] += of_tile[l];
        }
        if (first > 0) {
            kernels_.add(g_, tile_, size * lanes_);
        }
    }
    elementwise_.transpose(g_, staged_, size, size, lanes_);
    for (std::size_t l = 0; l < n; ++l) {
        GradientTask<T>& task = tasks[l];
        std::copy_n(staged_ + l * size, size, task.g);
        const Objective<T>& objective = *task.objective;
        task.value = total[l] / scale[l].divisor + objective.penalty(task.p, scale[l].weight);
        objective.add_penalty_gradient(task.p, task.g, 0, size, scale[l].weight);
    }
}

/// The parameters of all tasks side by side.
template <class T>
void BatchedBackprop<T>::gather_parameters(const GradientTask<T>* tasks, std::size_t n) {
    for (std::size_t l = 0; l < lanes_; ++l) {
        std::copy_n(tasks[l < n ? l : 0].p, network_.size, staged_ + l * network_.size);
    }
    elementwise_.transpose(staged_, p_, lanes_, lanes_, network_.size);
    rows_.p = p_;
}

/// Some rows of the batches, `in_tile` rows behind the start of their tile.
template <class T>
void BatchedBackprop<T>::gather_block(const GradientTask<T>* tasks, std::size_t n, bool shared,
                                      std::size_t first, std::size_t rows, std::size_t in_tile) {
    const Rows<T>& one = *tasks[0].batch;
    T* weight = weight_ + in_tile * lanes_;
    rows_.X = X_;
    if (shared) {
        kernels_.spread(one.X + first * n_in_, X_, rows * n_in_);
        kernels_.spread(one.y + first * n_out_, y_, rows * n_out_);
        if (one.weight != nullptr) {
            kernels_.spread(one.weight + first, weight, rows);
        }
        return;
    }
    const T *X[most_lanes], *y[most_lanes], *w[most_lanes];
    for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t l = 0; l < lanes_; ++l) {
            const Rows<T>& batch = *tasks[l < n ? l : 0].batch;
            const std::size_t row =
                batch.order == nullptr ? first + r : std::size_t(batch.order[first + r]);
            X[l] = batch.X + row * n_in_;
            y[l] = batch.y + row * n_out_;
            w[l] = batch.weight == nullptr ? nullptr : batch.weight + row;
        }
        kernels_.gather(X, X_ + r * n_in_ * lanes_, n_in_);
        kernels_.gather(y, y_ + r * n_out_ * lanes_, n_out_);
        if (one.weight != nullptr) {
            kernels_.gather(w, weight + r * lanes_, 1);
        }
    }
}

/// The loss of each row and its derivative by the outputs, w_i / divisor * dloss_i/da_i.
template <class T>
void BatchedBackprop<T>::loss_and_gradient(const Loss<T>& loss, std::size_t rows,
                                           std::size_t in_tile, bool weighted) {
    const SmallLayer<T>& last = network_.layers.back();
    const T* output = rows_.from_logits ? last.z : last.a;
    T *losses = losses_ + in_tile * lanes_,
      *grad = last.grad, *const *transposed = rows_.transposed;
    const std::size_t numbers = rows * n_out_;
    if (n_out_ == 1) {
        loss.of_one(output, y_, T(1), losses, grad, rows * lanes_);
    } else {
        elementwise_.transpose(output, transposed[0], numbers, numbers, lanes_);
        elementwise_.transpose(y_, transposed[1], numbers, numbers, lanes_);
        loss.value(transposed[0], transposed[1], transposed[2], rows * lanes_);
        elementwise_.transpose(transposed[2], losses, lanes_, lanes_, rows);
        loss.gradient(transposed[0], transposed[1], transposed[2], rows * lanes_);
        elementwise_.transpose(transposed[2], grad, lanes_, lanes_, numbers);
    }
    const T* weight = weighted ? weight_ + in_tile * lanes_ : nullptr;
    kernels_.scale(grad, share_, weight, rows, n_out_);
}

template class BatchedBackprop<float>;
template class BatchedBackprop<double>;

}  // namespace chainrule
