#include "chainrule/small_network.hpp"

#include <algorithm>

#include "chainrule/activations/base.hpp"
#include "chainrule/activations/list.hpp"
#include "chainrule/batch_partition.hpp"
#include "chainrule/layers/dense.hpp"

namespace chainrule {

namespace {

/// With more parameters, the general pass hides the cost of its kernels' tails.
constexpr std::size_t few_parameters = 256;

}  // namespace

template <class T>
bool SmallNetwork<T>::takes(const ObjectiveDescription& objective, std::size_t rows) {
    const bool dense = std::ranges::all_of(objective.layers, [](const LayerDescription& layer) {
        return layer.name == Dense<T>::name;
    });
    const std::size_t n = objective.n_parameters();
    return dense && n <= few_parameters && piece_rows(rows, n) == tile_rows;
}

template <class T>
SmallNetwork<T>::SmallNetwork(const ObjectiveDescription& objective, std::size_t lanes) {
    const SmallKernels<T>& kernels = small_kernels<T>();
    layers.reserve(objective.layers.size());
    for (const LayerDescription& layer : objective.layers) {
        const std::size_t n_in = layer.values.size("n_in"), n_out = layer.values.size("n_out");
        const bool bias = layer.values.flag("bias");
        const bool last = &layer == &objective.layers.back();
        const auto* kernel = layer.activation() == Identity::name
                                 ? nullptr
                                 : &activation_kernel<T>(layer.activation());
        // The last layer's activation is left out where the loss takes z.
        const std::size_t k = kernel == nullptr || (last && objective.from_logits)
                                  ? Activations::index<Identity>
                                  : std::size_t(kernel - elementwise<T>().activations);
        layers.push_back({n_in, n_out, size * lanes, bias, kernel, &kernels.activations[k],
                          &kernels.products_of(n_in, n_out)});
        size += n_in * n_out + (bias ? n_out : 0);
        widest = std::max(widest, n_out);
        largest_matrix = std::max(largest_matrix, n_in * n_out);
    }
}

template struct SmallNetwork<float>;
template struct SmallNetwork<double>;

}  // namespace chainrule
