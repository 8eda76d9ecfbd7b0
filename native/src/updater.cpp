#include "chainrule/updater.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace chainrule {

template <class T>
Updater<T>::Updater(const std::vector<Segment>& segments, const Description& optimizer,
                    double clip_norm, const std::vector<Part>& parts)
    : optimizer_(make_optimizer<T>(optimizer)),
      elementwise_(elementwise<T>()),
      weight_decay_(optimizer.values.number("weight_decay")),
      clip_norm_(clip_norm),
      squares_(parts.size()) {
    for (const Part& part : parts) {
        first_range_.push_back(ranges_.size());
        for (const Segment& s : segments) {
            const std::size_t start = std::max(s.start, part.start);
            const std::size_t stop = std::min(s.stop, part.stop);
            if (!s.trainable || start >= stop) {
                continue;
            }
            const bool decays = s.penalised && weight_decay_ != 0.0;
            UpdateRange* last = ranges_.size() == first_range_.back() ? nullptr : &ranges_.back();
            if (last != nullptr && last->stop == start && last->decays == decays &&
                last->learning_rate_factor == s.learning_rate_factor) {
                last->stop = stop;
            } else {
                ranges_.push_back({start, stop, s.learning_rate_factor, decays});
            }
        }
    }
    first_range_.push_back(ranges_.size());
}

template <class T>
double Updater<T>::norm() const {
    return std::sqrt(std::accumulate(squares_.begin(), squares_.end(), 0.0));
}

template <class T>
double Updater<T>::squares(const Part& part, const T* g) const {
    double total = 0.0;
    for (const UpdateRange& range : ranges_of(part)) {
        total +=
            elementwise_.sum_of_squares(g + (range.start - part.start), range.stop - range.start);
    }
    return total;
}

template <class T>
void Updater<T>::step(const Part& part, T* g, T scale, const Updated<T>& of, std::uint64_t update,
                      double learning_rate) const {
    if (scale != 1) {
        for (std::size_t i = 0; i < part.stop - part.start; ++i) {
            g[i] *= scale;
        }
    }
    for (const auto& [start, stop, factor, decays] : ranges_of(part)) {
        const double rate = learning_rate * factor;
        T* p = of.parameters + start;
        if (decays) {
            const T keep = T(1 - rate * weight_decay_);
            for (std::size_t i = 0; i < stop - start; ++i) {
                p[i] *= keep;
            }
        }
        optimizer_->update({g + (start - part.start), p, of.slots + start, stop - start, of.size},
                           update, rate);
    }
}

template class Updater<float>;
template class Updater<double>;

}  // namespace chainrule
