#include "chainrule/network.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

#include "chainrule/coded_dense.hpp"

namespace chainrule {

namespace {

/// The number of inputs that a layer, or the first one inside it that says so, is described with; 0
/// if none does.
std::size_t described_inputs(const std::vector<LayerDescription>& layers) {
    for (const LayerDescription& layer : layers) {
        for (const char* name : {"n_in", "n"}) {
            if (layer.values.contains(name)) {
                return layer.values.size(name);
            }
        }
        if (layer.values.contains("sizes")) {
            return layer.values.numbers("sizes").size();
        }
        if (const std::size_t inner = described_inputs(layer.layers); inner > 0) {
            return inner;
        }
    }
    return 0;
}

}  // namespace

template <class T>
Network<T>::Network(const std::vector<LayerDescription>& layers) {
    // A layer without a size of its own takes that of the first layer that has one.
    std::size_t width = described_inputs(layers), start = 0;
    if (width == 0) {
        throw std::invalid_argument("a network needs a layer with a size");
    }
    places_.reserve(layers.size());
    for (std::size_t i = 0, taken = 1; i < layers.size(); i += taken) {
        const std::size_t first = i == 0 ? CodedDense<T>::takes(layers) : 0;
        taken = std::max<std::size_t>(first, 1);
        std::unique_ptr<Layer<T>> layer;
        if (first > 0) {
            layer = std::make_unique<CodedDense<T>>(layers, first);
        } else {
            layer = make_layer<T>(layers[i], width);
        }
        if (layer->n_in() != width) {
            throw std::invalid_argument("layer " + std::to_string(i) +
                                        " does not take the outputs of the one before");
        }
        width = layer->n_out();
        const std::size_t size = layer->n_parameters();
        if (size > std::numeric_limits<std::ptrdiff_t>::max() - start) {
            throw std::bad_alloc();
        }
        auto* activated = dynamic_cast<ActivatedLayer<T>*>(layer.get());
        auto* parallel = layer->parameter_parallel();
        auto* coupling = layer->row_coupling();
        places_.push_back(
            {std::move(layer), activated, parallel, coupling, start, start + size, i + taken - 1});
        start += size;
    }
    want_gradients(nullptr);
}

template <class T>
bool Network<T>::couples_rows(bool training) const {
    return std::ranges::any_of(
        places_, [=](const Place& place) { return place.layer->couples_rows(training); });
}

template <class T>
std::vector<std::size_t> Network<T>::couplings() const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < places_.size(); ++i) {
        if (places_[i].layer->couples_rows(true)) {
            if (places_[i].coupling == nullptr) {
                return {};
            }
            found.push_back(i);
        }
    }
    return found;
}

template <class T>
std::size_t Network<T>::n_units() const {
    std::size_t total = 0;
    for (const Place& place : places_) {
        total += place.layer->n_out();
    }
    return total;
}

template <class T>
void Network<T>::reserve(std::size_t rows, bool gradients) {
    for (Place& place : places_) {
        place.layer->reserve(rows, gradients, &place != &places_.front());
    }
}

template <class T>
void Network<T>::window(const Network& other, std::size_t first) {
    for (std::size_t i = 0; i < places_.size(); ++i) {
        places_[i].layer->window(*other.places_[i].layer, first);
    }
    borrow(other);
}

template <class T>
void Network<T>::borrow(const Network& other) {
    for (std::size_t i = 0; i < places_.size(); ++i) {
        if (places_[i].parallel != nullptr) {
            places_[i].parallel->borrow(*other.places_[i].parallel);
        }
    }
}

template <class T>
void Network<T>::reserve_copies() {
    for (Place& place : places_) {
        if (place.parallel != nullptr) {
            place.parallel->reserve_copies();
        }
    }
}

template <class T>
void Network<T>::prepare(const T* p) {
    for (std::size_t i = 0; i < places_.size(); ++i) {
        prepare(p, {i, places_[i].start, places_[i].stop});
    }
}

template <class T>
void Network<T>::prepare(const T* p, const Slice& slice) {
    const Place& place = places_[slice.layer];
    if (place.parallel != nullptr) {
        place.parallel->prepare(p + place.start, slice.start - place.start,
                                slice.stop - place.start);
    }
}

template <class T>
const T* Network<T>::forward(const T* p, const T* X, std::size_t rows, Pass pass, Range layers) {
    const T* a = X;
    const bool to_logits = pass.to_logits && layers.last == places_.size();
    for (std::size_t i = layers.first; i < layers.last; ++i) {
        pass.key.layer = places_[i].index;
        pass.to_logits = to_logits && i + 1 == places_.size();
        a = places_[i].layer->forward(p + places_[i].start, a, rows, pass);
    }
    return to_logits ? places_.back().activated->z() : a;
}

template <class T>
void Network<T>::want_gradients(const std::vector<bool>* mask) {
    first_wanted_ = places_.size();
    for (std::size_t i = places_.size(); i-- > 0;) {
        Place& place = places_[i];
        place.wanted = false;
        for (std::size_t k = place.start; k < place.stop && !place.wanted; ++k) {
            place.wanted = mask == nullptr || (*mask)[k];
        }
        first_wanted_ = place.wanted ? i : first_wanted_;
    }
}

template <class T>
std::vector<Slice> Network<T>::slices(std::size_t size, std::size_t rows) const {
    std::vector<Slice> slices;
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const Place& place = places_[i];
        std::size_t start = place.start;
        const auto add = [&](std::size_t stop) {
            if (place.wanted && start < stop) {
                slices.push_back({i, start, stop});
            }
            start = stop;
        };
        if (place.parallel != nullptr) {
            for (const std::size_t cut : place.parallel->cuts(size, rows)) {
                add(place.start + cut);
            }
        }
        add(place.stop);
    }
    return slices;
}

template <class T>
InputGradient<T> Network<T>::backward(const T* p, InputGradient<T> grad, T* gradient, bool add,
                                      Range layers) {
    const std::size_t first = std::max(layers.first, first_wanted_);
    for (std::size_t i = layers.last; i-- > first;) {
        const Place& place = places_[i];
        const bool input = i > first_wanted_;
        const ActivatedLayer<T>* before = input ? places_[i - 1].activated : nullptr;
        const Wanted<T> wanted{
            gradient != nullptr && place.wanted ? gradient + place.start : nullptr, add, input,
            before != nullptr ? before->rectified() : nullptr};
        grad = grad.includes_slope ? place.activated->backward_z(p + place.start, grad.data, wanted)
                                   : place.layer->backward(p + place.start, grad.data, wanted);
    }
    return grad;
}

template <class T>
void Network<T>::couple(const Network& other, const std::vector<std::size_t>& layers) {
    for (const std::size_t i : layers) {
        places_[i].coupling->borrow(*other.places_[i].coupling);
    }
}

template <class T>
T* Network<T>::add_gradient_sums(std::size_t layer, const InputGradient<T>& grad, double* sums,
                                 T* gradient) {
    const Place& place = places_[layer];
    return place.coupling->add_gradient_sums(grad, sums,
                                             place.wanted ? gradient + place.start : nullptr);
}

template <class T>
void Network<T>::set_gradient_sums(std::size_t layer, const T* p, const double* sums,
                                   std::size_t rows) {
    places_[layer].coupling->set_gradient_sums(p + places_[layer].start, sums, rows);
}

template <class T>
bool Network<T>::is_parameter_parallel() const {
    return std::ranges::all_of(places_, [](const Place& place) {
        return place.parallel != nullptr || place.start == place.stop;
    });
}

template <class T>
void Network<T>::gradient(const Slice& slice, std::size_t rows, T* g) const {
    const Place& place = places_[slice.layer];
    place.parallel->gradient(slice.start - place.start, slice.stop - place.start, rows, g);
}

template <class T>
void Network<T>::statistics(T* p) const {
    for (const Place& place : places_) {
        place.layer->statistics(p + place.start);
    }
}

template class Network<float>;
template class Network<double>;

}  // namespace chainrule
