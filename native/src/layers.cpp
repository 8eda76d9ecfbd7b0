#include "chainrule/layers/list.hpp"

namespace chainrule {

std::vector<std::string> layer_names() {
    std::vector<std::string> names = Layers::names();
    names.emplace_back(Frozen<double>::name);
    return names;
}

template <class T>
std::unique_ptr<Layer<T>> make_layer(const LayerDescription& layer, std::size_t n_in) {
    using Result = std::unique_ptr<Layer<T>>;
    Result made = Layers::make<Result>(
        "layer", layer.layer.name, [&]<class Item>(std::type_identity<Item>) -> Result {
            return std::make_unique<typename Item::template Object<T>>(layer, n_in);
        });
    return layer.frozen ? std::make_unique<Frozen<T>>(std::move(made)) : std::move(made);
}

template std::unique_ptr<Layer<float>> make_layer(const LayerDescription&, std::size_t);
template std::unique_ptr<Layer<double>> make_layer(const LayerDescription&, std::size_t);

}  // namespace chainrule
