#include "chainrule/network.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

namespace chainrule {

template <class T>
Network<T>::Network(const std::vector<LayerDescription>& layers) : starts_{0} {
    // A layer without a size of its own takes that of the first layer that has one.
    std::size_t width = 0;
    for (const LayerDescription& layer : layers) {
        const auto& values = layer.layer.numbers.values;
        for (const char* name : {"n_in", "n"}) {
            if (width == 0 && values.contains(name)) {
                width = layer.layer.numbers.size(name);
            }
        }
    }
    if (width == 0) {
        throw std::invalid_argument("a network needs a layer with a size");
    }
    for (const LayerDescription& layer : layers) {
        layers_.push_back(make_layer<T>(layer, width));
        if (layers_.back()->n_in() != width) {
            throw std::invalid_argument("layer " + std::to_string(layers_.size() - 1) +
                                        " does not take the outputs of the one before");
        }
        width = layers_.back()->n_out();
        const std::size_t size = layers_.back()->n_parameters();
        if (size > std::numeric_limits<std::ptrdiff_t>::max() - starts_.back()) {
            throw std::bad_alloc();
        }
        starts_.push_back(starts_.back() + size);
        activated_.push_back(dynamic_cast<ActivatedLayer<T>*>(layers_.back().get()));
    }
    want_gradients(nullptr);
}

template <class T>
bool Network<T>::couples_rows(bool training) const {
    for (const auto& layer : layers_) {
        if (layer->couples_rows(training)) {
            return true;
        }
    }
    return false;
}

template <class T>
std::size_t Network<T>::n_units() const {
    std::size_t total = 0;
    for (const auto& layer : layers_) {
        total += layer->n_out();
    }
    return total;
}

template <class T>
void Network<T>::reserve(std::size_t rows, bool gradients) {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        layers_[i]->reserve(rows, gradients, i > 0);
    }
}

template <class T>
void Network<T>::window(const Network& twin, std::size_t first) {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        layers_[i]->window(*twin.layers_[i], first);
    }
    borrow(twin);
}

template <class T>
void Network<T>::borrow(const Network& twin) {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        layers_[i]->borrow(*twin.layers_[i]);
    }
}

template <class T>
void Network<T>::prepare(const T* p) {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        layers_[i]->prepare(p + starts_[i], 0, starts_[i + 1] - starts_[i]);
    }
}

template <class T>
void Network<T>::prepare(const T* p, const Slice& slice) {
    const std::size_t i = slice.layer;
    layers_[i]->prepare(p + starts_[i], slice.start - starts_[i], slice.stop - starts_[i]);
}

template <class T>
const T* Network<T>::forward(const T* p, const T* X, std::size_t rows, Pass pass) {
    const T* a = X;
    const bool from_z = pass.from_z;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        pass.key.layer = i;
        pass.from_z = from_z && i + 1 == layers_.size();
        a = layers_[i]->forward(p + starts_[i], a, rows, pass);
    }
    return a;
}

template <class T>
void Network<T>::want_gradients(const std::vector<bool>* mask) {
    wanted_.assign(layers_.size(), false);
    first_wanted_ = layers_.size();
    for (std::size_t i = layers_.size(); i-- > 0;) {
        for (std::size_t k = starts_[i]; k < starts_[i + 1] && !wanted_[i]; ++k) {
            wanted_[i] = mask == nullptr || (*mask)[k];
        }
        first_wanted_ = wanted_[i] ? i : first_wanted_;
    }
}

template <class T>
std::vector<Slice> Network<T>::slices(std::size_t size) const {
    std::vector<Slice> slices;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        std::size_t start = starts_[i];
        for (const std::size_t cut : layers_[i]->cuts(size)) {
            const std::size_t stop = starts_[i] + cut;
            if (wanted_[i] && start < stop) {
                slices.push_back({i, start, stop});
            }
            start = stop;
        }
    }
    return slices;
}

template <class T>
void Network<T>::backward(const T* p, T* grad, bool from_z, T* gradient, bool add) {
    for (std::size_t i = layers_.size(); i-- > first_wanted_;) {
        const bool tell = gradient != nullptr && wanted_[i], input = i > first_wanted_;
        const bool slope = input && activated_[i - 1] != nullptr && layers_[i]->includes_slope();
        const Wanted<T> wanted{tell ? gradient + starts_[i] : nullptr, add, input,
                               slope ? activated_[i - 1]->rectified() : nullptr};
        grad = from_z ? activated_[i]->backward_z(p + starts_[i], grad, wanted)
                      : layers_[i]->backward(p + starts_[i], grad, wanted);
        from_z = wanted.rectified != nullptr;
    }
}

template <class T>
bool Network<T>::gradient_can_wait() const {
    return std::ranges::all_of(layers_, [](const auto& layer) { return layer->gradient_can_wait(); });
}

template <class T>
void Network<T>::gradient(const Slice& slice, std::size_t rows, T* g) const {
    const std::size_t i = slice.layer;
    layers_[i]->gradient(slice.start - starts_[i], slice.stop - starts_[i], rows, g);
}

template <class T>
void Network<T>::statistics(T* p) const {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        layers_[i]->statistics(p + starts_[i]);
    }
}

template class Network<float>;
template class Network<double>;

}  // namespace chainrule
