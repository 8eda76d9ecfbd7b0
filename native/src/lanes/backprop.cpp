#include "chainrule/lanes/backprop.hpp"

#include <algorithm>
#include <utility>

#include "chainrule/activations/list.hpp"
#include "chainrule/layers/dense.hpp"
#include "chainrule/pieces.hpp"
#include "chainrule/products.hpp"

namespace chainrule {

namespace {

/// The largest number of lanes.
constexpr std::size_t widest = 16;

/// What a block of rows takes of a first cache of 32 KB or more, in bytes.
constexpr std::size_t cached = 32768;

/// More parameters than the kernels for whole networks hide the cost of their tails with.
constexpr double few_parameters = 256;

/// Parameters times rows of one network alone: more of them hide what surrounds them.
constexpr double few_products = 1024;

double n_parameters(const ObjectiveDescription& objective) {
    return objective.segments.empty() ? 0.0 : double(objective.segments.back().stop);
}

/// Whether all batches are the same rows, in order.
template <class T>
bool share_rows(const Lane<T>* networks, std::size_t n) {
    const Rows<T>& one = *networks[0].batch;
    return std::all_of(networks, networks + n, [&](const Lane<T>& network) {
        const Rows<T>& other = *network.batch;
        return other.order == nullptr && other.X == one.X && other.y == one.y &&
               other.weight == one.weight;
    });
}

}  // namespace

template <class T>
bool LaneBackprop<T>::takes(const ObjectiveDescription& objective, std::size_t rows) {
    const bool dense = std::all_of(
        objective.layers.begin(), objective.layers.end(), [](const LayerDescription& layer) {
            return layer.layer.name == Dense<T>::name && !layer.frozen;
        });
    const double size = n_parameters(objective);
    return dense && size <= few_parameters && piece_rows(rows, std::size_t(size)) == tile_rows;
}

template <class T>
bool LaneBackprop<T>::suits_one(const ObjectiveDescription& objective, std::size_t rows) {
    return takes(objective, rows) && n_parameters(objective) * double(rows) <= few_products;
}

template <class T>
LaneBackprop<T>::LaneBackprop(const ObjectiveDescription& objective, std::size_t rows, bool one)
    : lanes_(one ? 1 : width()),
      size_(0),
      kernels_(lane_kernels<T>()),
      elementwise_(elementwise<T>()) {
    rows_.fused = objective.fused;
    std::size_t widest_layer = 0, largest = 0;
    for (const LayerDescription& layer : objective.layers) {
        const Numbers& of = layer.layer.numbers;
        const std::size_t n_in = of.size("n_in"), n_out = of.size("n_out");
        const bool bias = of.flag("bias");
        const bool last = &layer == &objective.layers.back();
        const auto* kernel = layer.activation == Identity::name
                                 ? nullptr
                                 : &activation_kernel<T>(layer.activation);
        // Where the loss takes z, the last layer's activation is left out.
        const std::size_t k = kernel == nullptr || (last && objective.fused)
                                  ? Activations::index<Identity>
                                  : std::size_t(kernel - elementwise_.activations);
        layers_.push_back({n_in, n_out, size_ * lanes_, bias, kernel, &kernels_.activations[k],
                           &kernels_.products_of(n_in, n_out), nullptr, nullptr, nullptr});
        size_ += n_in * n_out + (bias ? n_out : 0);
        widest_layer = std::max(widest_layer, n_out);
        largest = std::max(largest, n_in * n_out);
    }
    n_in_ = layers_.front().n_in;
    n_out_ = layers_.back().n_out;
    const auto has_z = [one](const LaneLayer<T>& layer) {
        return one ? layer.activation != nullptr : layer.activated->keeps_z;
    };
    const auto has_grad = [one, this](const LaneLayer<T>& layer) {
        const bool of_rows = layer.activation != nullptr && layer.activation->of_rows;
        return one || of_rows || &layer == &layers_.back();
    };
    std::size_t numbers = n_in_ + n_out_;
    for (const LaneLayer<T>& layer : layers_) {
        numbers += (1 + has_z(layer) + has_grad(layer)) * layer.n_out;
    }
    const std::size_t fitting = cached / (numbers * lanes_ * sizeof(T)) / 8 * 8;
    block_ = std::min(rows, one ? tile_rows : std::clamp<std::size_t>(fitting, 8, tile_rows));

    std::vector<std::pair<T**, std::size_t>> parts;
    for (LaneLayer<T>& layer : layers_) {
        parts.emplace_back(&layer.a, block_ * layer.n_out);
        if (has_z(layer)) {
            parts.emplace_back(&layer.z, block_ * layer.n_out);
        }
        if (has_grad(layer)) {
            parts.emplace_back(&layer.grad, block_ * layer.n_out);
        }
    }
    for (T*& part : rows_.turned) {
        parts.emplace_back(&part, std::max(block_ * widest_layer, largest));
    }
    const std::size_t tile = std::min(rows, tile_rows);
    parts.insert(parts.end(), {{&X_, block_ * n_in_},
                               {&y_, block_ * n_out_},
                               {&p_, size_},
                               {&g_, size_},
                               {&tile_, size_},
                               {&staged_, size_},
                               {&share_, 1},
                               {&weight_, tile},
                               {&losses_, tile}});
    constexpr std::size_t line = 64 / sizeof(T);
    std::size_t total = 0;
    for (auto& [part, n] : parts) {
        n = (n * lanes_ + line - 1) / line * line;
        total += n;
    }
    room_.reserve(total);
    T* next = room_.data();
    for (const auto& [part, n] : parts) {
        *part = next;
        next += n;
    }
    for (LaneLayer<T>& layer : layers_) {
        layer.z = layer.z == nullptr ? layer.a : layer.z;
        layer.grad = layer.grad == nullptr ? layer.a : layer.grad;
    }
}

template <class T>
void LaneBackprop<T>::value_and_gradient(Lane<T>& network) {
    const Objective<T>& objective = *network.objective;
    const double sum = Backprop<T>::weight(*network.batch);
    const double batch_weight = sum != 0.0 ? sum : 1.0;
    const double divisor = objective.mean ? batch_weight : 1.0;
    double total = 0.0;
    rows_.p = network.p;
    TileLoss<T> loss{objective.loss->call(), nullptr, nullptr, T(1 / divisor), losses_};
    for (std::size_t first = 0; first < network.batch->n; first += tile_rows) {
        const Rows<T> tile = gather_one(*network.batch, first);
        rows_.X = tile.X;
        rows_.rows = tile.n;
        loss.y = tile.y;
        loss.weight = tile.weight;
        T* g = first == 0 ? network.g : tile_;
        total += kernels_.alone(layers_.data(), layers_.size(), rows_, loss, g);
        if (first > 0) {
            kernels_.add(network.g, tile_, size_);
        }
    }
    network.value = total / divisor + objective.penalty(network.p, batch_weight);
    objective.add_penalty_gradient(network.p, network.g, 0, size_, batch_weight);
}

/// The tile of one network's batch that starts there; the rows are left where they are if they lie
/// in order.
template <class T>
Rows<T> LaneBackprop<T>::gather_one(const Rows<T>& batch, std::size_t first) const {
    const std::size_t rows = std::min(tile_rows, batch.n - first);
    const T* weight = batch.weight;
    if (batch.order == nullptr) {
        return {batch.X + first * n_in_, batch.y + first * n_out_,
                weight == nullptr ? nullptr : weight + first, nullptr, rows};
    }
    const std::int64_t* order = batch.order + first;
    elementwise_.gather(batch.X, order, X_, rows, n_in_);
    elementwise_.gather(batch.y, order, y_, rows, n_out_);
    if (weight != nullptr) {
        elementwise_.gather(weight, order, weight_, rows, 1);
        weight = weight_;
    }
    return {X_, y_, weight, nullptr, rows};
}

template <class T>
void LaneBackprop<T>::value_and_gradient(Lane<T>* networks, std::size_t n) {
    const std::size_t rows = networks[0].batch->n;
    const bool weighted = networks[0].batch->weight != nullptr;
    double batch_weight[widest], divisor[widest], total[widest] = {}, of_tile[widest];
    for (std::size_t l = 0; l < lanes_; ++l) {
        const Lane<T>& network = networks[l < n ? l : 0];
        const double sum = Backprop<T>::weight(*network.batch);
        batch_weight[l] = sum != 0.0 ? sum : 1.0;
        divisor[l] = network.objective->mean ? batch_weight[l] : 1.0;
        share_[l] = T(1 / divisor[l]);
    }
    gather_parameters(networks, n);
    const bool shared = share_rows(networks, n);
    const Loss<T>& loss = *networks[0].objective->loss;
    for (std::size_t first = 0; first < rows; first += tile_rows) {
        const std::size_t tile = std::min(tile_rows, rows - first);
        T* g = first == 0 ? g_ : tile_;
        for (std::size_t b = 0; b < tile; b += block_) {
            const std::size_t m = std::min(block_, tile - b);
            gather_rows(networks, n, shared, first + b, m, b);
            rows_.rows = m;
            kernels_.forward(layers_.data(), layers_.size(), rows_);
            measure(loss, m, b, weighted);
            kernels_.backward(layers_.data(), layers_.size(), rows_, g, b > 0);
        }
        kernels_.total(losses_, weighted ? weight_ : nullptr, tile, of_tile);
        for (std::size_t l = 0; l < lanes_; ++l) {
            total[l] += of_tile[l];
        }
        if (first > 0) {
            kernels_.add(g_, tile_, size_ * lanes_);
        }
    }
    elementwise_.transpose(g_, staged_, size_, size_, lanes_);
    for (std::size_t l = 0; l < n; ++l) {
        Lane<T>& network = networks[l];
        std::copy_n(staged_ + l * size_, size_, network.g);
        const Objective<T>& objective = *network.objective;
        network.value = total[l] / divisor[l] + objective.penalty(network.p, batch_weight[l]);
        objective.add_penalty_gradient(network.p, network.g, 0, size_, batch_weight[l]);
    }
}

/// The parameters of all networks side by side.
template <class T>
void LaneBackprop<T>::gather_parameters(const Lane<T>* networks, std::size_t n) {
    for (std::size_t l = 0; l < lanes_; ++l) {
        std::copy_n(networks[l < n ? l : 0].p, size_, staged_ + l * size_);
    }
    elementwise_.transpose(staged_, p_, lanes_, lanes_, size_);
    rows_.p = p_;
}

/// So many rows of the batches, and where they stand in their tile.
template <class T>
void LaneBackprop<T>::gather_rows(const Lane<T>* networks, std::size_t n, bool shared,
                                  std::size_t first, std::size_t rows, std::size_t in_tile) {
    const Rows<T>& one = *networks[0].batch;
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
    const T *X[widest], *y[widest], *w[widest];
    for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t l = 0; l < lanes_; ++l) {
            const Rows<T>& batch = *networks[l < n ? l : 0].batch;
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
void LaneBackprop<T>::measure(const Loss<T>& loss, std::size_t rows, std::size_t in_tile,
                              bool weighted) {
    const LaneLayer<T>& last = layers_.back();
    const T* output = rows_.fused ? last.z : last.a;
    T *losses = losses_ + in_tile * lanes_, *grad = last.grad, *const* turned = rows_.turned;
    const std::size_t numbers = rows * n_out_;
    if (n_out_ == 1) {
        loss.of_one(output, y_, losses, grad, rows * lanes_);
    } else {
        elementwise_.transpose(output, turned[0], numbers, numbers, lanes_);
        elementwise_.transpose(y_, turned[1], numbers, numbers, lanes_);
        loss.value(turned[0], turned[1], turned[2], rows * lanes_);
        elementwise_.transpose(turned[2], losses, lanes_, lanes_, rows);
        loss.gradient(turned[0], turned[1], turned[2], rows * lanes_);
        elementwise_.transpose(turned[2], grad, lanes_, lanes_, numbers);
    }
    const T* weight = weighted ? weight_ + in_tile * lanes_ : nullptr;
    kernels_.scale(grad, share_, weight, rows, n_out_);
}

template class LaneBackprop<float>;
template class LaneBackprop<double>;

}  // namespace chainrule
