#include "chainrule/objective.hpp"

#include <algorithm>
#include <stdexcept>

namespace chainrule {

template <class T>
Objective<T>::Objective(const ObjectiveDescription& description)
    : network(description.layers),
      loss(make_loss<T>(description.loss, network.n_out(), description.from_logits)),
      segments(description.segments),
      from_logits(description.from_logits),
      mean(description.loss.values.choice("reduction", "mean", "sum")) {
    for (const Description& penalty : description.penalties) {
        penalties.push_back(make_penalty<T>(penalty));
    }
    if (from_logits && !network.has_logits()) {
        throw std::invalid_argument("a loss of logits needs a last layer with an activation");
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
double Objective<T>::total_penalty(const T* p, double batch_weight) const {
    double total = 0.0;
    for (const auto& penalty : penalties) {
        const double scale = penalty.scale(batch_weight);
        for (const Segment& segment : segments) {
            if (segment.penalised) {
                total += scale * penalty.value(p + segment.start, segment.stop - segment.start);
            }
        }
    }
    return total;
}

template <class T>
void Objective<T>::add_each_penalty_gradient(const T* p, T* g, std::size_t start, std::size_t stop,
                                             double batch_weight) const {
    for (const auto& penalty : penalties) {
        const T scale = T(penalty.scale(batch_weight));
        for (const Segment& segment : segments) {
            const std::size_t first = std::max(segment.start, start);
            const std::size_t end = std::min(segment.stop, stop);
            if (segment.penalised && first < end) {
                penalty.add_gradient(p + first, g + (first - start), end - first, scale);
            }
        }
    }
}

template struct Objective<float>;
template struct Objective<double>;

}  // namespace chainrule
