#include "chainrule/objective.hpp"

#include <stdexcept>

namespace chainrule {

template <class T>
Objective<T>::Objective(const ObjectiveDescription& description)
    : network(description.layers),
      loss(make_loss<T>(description.loss, network.n_out(), description.fused)),
      segments(description.segments),
      fused(description.fused),
      mean(!description.loss.numbers.flag("reduction")) {
    for (const Description& penalty : description.penalties) {
        penalties.push_back(make_penalty<T>(penalty));
    }
    if (fused && !network.has_z()) {
        throw std::invalid_argument("a fused loss needs a last layer with an activation");
    }
    std::size_t end = 0;
    for (const Segment& segment : segments) {
        if (segment.start != end || segment.stop < segment.start) {
            throw std::invalid_argument("the segments must follow each other");
        }
        end = segment.stop;
    }
    if (end != network.n_parameters()) {
        throw std::invalid_argument("the segments do not cover the parameters");
    }
}

template <class T>
double Objective<T>::penalty(const T* p, T* g, double batch_weight) const {
    double total = 0.0;
    for (const auto& penalty : penalties) {
        const double scale = penalty->scale(batch_weight);
        for (const Segment& segment : segments) {
            if (!segment.penalised) {
                continue;
            }
            const std::size_t start = segment.start, n = segment.stop - start;
            total += scale * penalty->value(p + start, n);
            if (g != nullptr) {
                penalty->add_gradient(p + start, g + start, n, T(scale));
            }
        }
    }
    return total;
}

template struct Objective<float>;
template struct Objective<double>;

}  // namespace chainrule
