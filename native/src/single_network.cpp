#include "chainrule/single_network.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "chainrule/kernels.hpp"

namespace chainrule {

template <class T>
bool SingleNetwork<T>::suits(const ObjectiveDescription& objective, std::size_t rows) {
    constexpr std::size_t few_products = 1024;  // more of them hide the general pass's overhead
    return SmallNetwork<T>::takes(objective, rows) &&
           objective.n_parameters() * rows <= few_products;
}

template <class T>
SingleNetwork<T>::SingleNetwork(const ObjectiveDescription& objective, std::size_t rows)
    : network_(objective, 1), kernels_(small_kernels<T>()) {
    rows_.from_logits = objective.from_logits;
    const std::size_t tile = std::min(rows, tile_rows);
    std::vector<std::pair<T**, std::size_t>> arrays{
        {&gathered_.X, tile * network_.n_in()},
        {&gathered_.y, tile * network_.n_out()},
        {&gathered_.weight, tile},
        {&losses_, tile},
        {&tile_gradient_, network_.size},
        {&rows_.transposed[0], network_.largest_matrix}};
    for (SmallLayer<T>& layer : network_.layers) {
        arrays.emplace_back(&layer.a, tile * layer.n_out);
        arrays.emplace_back(&layer.grad, tile * layer.n_out);
        if (layer.activation != nullptr) {
            arrays.emplace_back(&layer.z, tile * layer.n_out);
        }
    }
    lay_out(workspace_, arrays);
    for (SmallLayer<T>& layer : network_.layers) {
        layer.z = layer.z == nullptr ? layer.a : layer.z;
    }
}

template <class T>
void SingleNetwork<T>::value_and_gradient(GradientTask<T>& task) {
    const Objective<T>& objective = *task.objective;
    const Rows<T>& batch = *task.batch;
    const BatchScale scale(batch, objective.mean);
    double total = 0.0;
    rows_.p = task.p;
    BatchLoss<T> loss{objective.loss->call(), nullptr, nullptr, scale.share<T>(), losses_};
    for (std::size_t first = 0; first < batch.n; first += tile_rows) {
        const Rows<T> tile = gather_rows(batch, first, std::min(tile_rows, batch.n - first),
                                         network_.n_in(), network_.n_out(), gathered_);
        rows_.X = tile.X;
        rows_.rows = tile.n;
        loss.y = tile.y;
        loss.weight = tile.weight;
        T* g = first == 0 ? task.g : tile_gradient_;
        total +=
            kernels_.single_network(network_.layers.data(), network_.layers.size(), rows_, loss, g);
        if (first > 0) {
            kernels_.add(task.g, tile_gradient_, network_.size);
        }
    }
    task.value = total / scale.divisor + objective.penalty(task.p, scale.weight);
    objective.add_penalty_gradient(task.p, task.g, 0, network_.size, scale.weight);
}

template <class T>
void SingleNetwork<T>::describe(SingleUpdates<T>& run) const {
    run.layers = network_.layers.data();
    run.n_layers = network_.layers.size();
    run.rows = rows_;
    run.gathered = gathered_;
    run.n_in = network_.n_in();
    run.n_out = network_.n_out();
    run.loss.losses = losses_;
    run.size = network_.size;
}

template class SingleNetwork<float>;
template class SingleNetwork<double>;

}  // namespace chainrule
