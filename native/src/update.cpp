// One update: the gradient, its norm, the step.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "chainrule/train.hpp"

namespace chainrule {

template <class T>
void Training<T>::go_on() {
    const std::size_t rows = std::min(plan_.batch_rows, data_.n);
    if (SingleNetwork<T>::suits(*plan_.objective, rows)) {
        small_ = std::make_unique<SingleNetwork<T>>(*plan_.objective, rows);
    }
    do {
        if (small_) {
            GradientTask<T> one = lane();
            small_->value_and_gradient(one);
            take(one.value);
        } else {
            keep_state();
            const double value = update();
            backprop_.objective().network.statistics(state_.parameters);
            record(value);
        }
    } while (next());
}

template <class T>
GradientTask<T> Training<T>::lane() {
    return {&backprop_.objective(), state_.parameters, &rows_, gradient_.data()};
}

template <class T>
void Training<T>::take(double value, std::size_t sharing) {
    sharing_ = sharing;
    keep_state();
    T* g = gradient_.data();
    if (plan_.clip_norm > 0.0 || last_batch()) {
        for (const Part& part : backprop_.parts()) {
            squares_[part.k] = squares(part, g + part.start);
        }
        norm_ = norm();
    }
    const T scale = clip();
    for (const Part& part : backprop_.parts()) {
        step(part, g + part.start, scale);
    }
    record(value);
}

/// One update; the batch's loss before it. Each part of the parameters takes its step as soon as
/// its gradient is there, unless all of the gradient is to be clipped first.
template <class T>
double Training<T>::update() {
    T *p = state_.parameters, *g = gradient_.data();
    const Pass pass{true, Key{plan_.seed, state_.update, 0}};
    const OnGradient<T> look = [this](const Part& part, T* of) {
        squares_[part.k] = squares(part, of);
    };
    if (plan_.clip_norm > 0.0) {
        const double value = backprop_.value_and_gradient(p, rows_, pass, g, *team_);
        backprop_.each_part(g, *team_, look);
        norm_ = norm();
        const OnGradient<T> follow = [this, scale = clip()](const Part& part, T* of) {
            step(part, of, scale);
        };
        backprop_.each_part(g, *team_, follow, p);
        return value;
    }
    const bool last = last_batch();
    const OnGradient<T> follow = [&](const Part& part, T* of) {
        if (last) {
            look(part, of);
        }
        step(part, of, 1);
    };
    const double value = backprop_.value_and_gradient(p, rows_, pass, g, *team_, &follow);
    norm_ = last ? norm() : norm_;
    return value;
}

/// What the gradient is multiplied by, so that its norm is at most clip_norm, where there is one.
template <class T>
T Training<T>::clip() const {
    return plan_.clip_norm > 0.0 && norm_ > plan_.clip_norm ? T(plan_.clip_norm / norm_) : T(1);
}

/// The optimizer's step for a part of the parameters, each by itself; g is the gradient's part.
template <class T>
void Training<T>::step(const Part& part, T* g, T scale) {
    T* p = state_.parameters;
    if (scale != 1) {
        for (std::size_t i = 0; i < part.stop - part.start; ++i) {
            g[i] *= scale;
        }
    }
    for (const auto& [start, stop, factor, decays] : ranges_of(part)) {
        const double rate = rate_ * factor;
        if (decays) {
            const T keep = T(1 - rate * weight_decay_);
            for (std::size_t i = start; i < stop; ++i) {
                p[i] *= keep;
            }
        }
        optimizer_->update({g + (start - part.start), p + start, state_.slots + start,
                            stop - start, state_.size},
                           state_.update + 1, rate);
    }
}

/// The sum of squares of a part of the trainable gradient.
template <class T>
double Training<T>::squares(const Part& part, const T* g) const {
    double total = 0.0;
    for (const Range& range : ranges_of(part)) {
        total += elementwise_.sum_of_squares(g + (range.start - part.start),
                                             range.stop - range.start);
    }
    return total;
}

/// The Euclidean norm of the trainable gradient.
template <class T>
double Training<T>::norm() const {
    return std::sqrt(std::accumulate(squares_.begin(), squares_.end(), 0.0));
}

template void Training<float>::go_on();
template void Training<double>::go_on();
template GradientTask<float> Training<float>::lane();
template GradientTask<double> Training<double>::lane();
template void Training<float>::take(double, std::size_t);
template void Training<double>::take(double, std::size_t);

}  // namespace chainrule
