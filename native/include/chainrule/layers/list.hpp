// The built-in layers.
#pragma once

#include "../list.hpp"
#include "batch_norm.hpp"
#include "dense.hpp"
#include "dropout.hpp"
#include "frozen.hpp"
#include "layer_norm.hpp"
#include "parametric_activation.hpp"
#include "scale.hpp"

namespace chainrule {

/// A class template as an item of a list.
template <template <class> class L>
struct LayerItem {
    static constexpr std::string_view name = L<double>::name;
    template <class T>
    using Object = L<T>;
};

using Layers = List<LayerItem<Dense>, LayerItem<Dropout>, LayerItem<BatchNorm>,
                    LayerItem<LayerNorm>, LayerItem<Scale>, LayerItem<ParametricActivation>,
                    LayerItem<Frozen>>;

}  // namespace chainrule
