// The built-in layers.
#pragma once

#include "../list.hpp"
#include "batch_norm.hpp"
#include "by_column.hpp"
#include "dense.hpp"
#include "dropout.hpp"
#include "embedding.hpp"
#include "frozen.hpp"
#include "layer_norm.hpp"
#include "one_hot.hpp"
#include "parametric_activation.hpp"
#include "periodic_embedding.hpp"
#include "scale.hpp"

namespace chainrule {

/// A class template as an item of a list.
template <template <class> class L>
struct LayerItem {
    static constexpr std::string_view name = L<double>::name;
    template <class T>
    using Object = L<T>;
};

using Layers =
    List<LayerItem<Dense>, LayerItem<Dropout>, LayerItem<BatchNorm>, LayerItem<LayerNorm>,
         LayerItem<Scale>, LayerItem<ParametricActivation>, LayerItem<OneHot>, LayerItem<Embedding>,
         LayerItem<PeriodicEmbedding>, LayerItem<ByColumn>, LayerItem<Frozen>>;

}  // namespace chainrule
