#include "chainrule/layers/list.hpp"

namespace chainrule {

std::vector<std::string> layer_names() { return Layers::names(); }

template <class T>
std::unique_ptr<Layer<T>> make_layer(const LayerDescription& layer, std::size_t n_in) {
    using Result = std::unique_ptr<Layer<T>>;
    return Layers::make<Result>(
        "layer", layer.name, [&]<class Item>(std::type_identity<Item>) -> Result {
            return std::make_unique<typename Item::template Object<T>>(layer, n_in);
        });
}

template std::unique_ptr<Layer<float>> make_layer(const LayerDescription&, std::size_t);
template std::unique_ptr<Layer<double>> make_layer(const LayerDescription&, std::size_t);

}  // namespace chainrule
