// One update: the gradient, its norm, the step.
#include <algorithm>

#include "chainrule/train.hpp"

namespace chainrule {

template <class T>
void Training<T>::go_on() {
    const std::size_t rows = std::min(plan_.batch_rows, window_.rows.n);
    if (!single_ && SingleNetwork<T>::suits(*plan_.objective, rows)) {
        single_ = std::make_unique<SingleNetwork<T>>(*plan_.objective, rows);
    }
    if (single_ && takes_single_updates()) {
        single_updates();
        return;
    }
    const Polled polled(&poll_);
    do {
        if (single_) {
            GradientTask<T> one = gradient_task();
            single_->value_and_gradient(one);
            take(one.value);
            continue;
        }
        keep_state();
        double value = 0.0;
        try {
            value = update();
        } catch (const Interruption&) {  // nothing has changed
            records_.ended = Ended::interrupted;
            over_ = true;
            return;
        }
        backprop_.objective().network.statistics(state_->parameters);
        record(value);
    } while (next());
}

template <class T>
GradientTask<T> Training<T>::gradient_task() {
    return {&backprop_.objective(), state_->parameters, &rows_, gradient_.data()};
}

template <class T>
void Training<T>::take(double value, std::size_t sharing) {
    sharing_ = sharing;
    keep_state();
    T* g = gradient_.data();
    if (updater_->clips() || last_batch()) {
        for (const Part& part : backprop_.parts()) {
            updater_->see(part, g + part.start);
        }
        norm_ = updater_->norm();
    }
    const T scale = updater_->scale(norm_);
    for (const Part& part : backprop_.parts()) {
        step(part, g + part.start, scale);
    }
    record(value);
}

/// One update; the batch's loss before it. Each part of the parameters takes its step as soon as
/// its gradient is there, unless all of the gradient is to be clipped first.
template <class T>
double Training<T>::update() {
    T *p = state_->parameters, *g = gradient_.data();
    const Pass pass{true, Key{plan_.seed, state_->update, 0}};
    const OnGradient<T> look = [this](const Part& part, T* of) { updater_->see(part, of); };
    if (updater_->clips() || work(rows_.n) > long_work) {
        const double value = backprop_.value_and_gradient(p, rows_, pass, g, *team_);
        const Polled no_more(nullptr);
        backprop_.each_part(g, *team_, look);
        norm_ = updater_->norm();
        const T scale = updater_->scale(norm_);
        const OnGradient<T> clipped = [=, this](const Part& part, T* of) { step(part, of, scale); };
        backprop_.each_part(g, *team_, clipped, p);
        return value;
    }
    const bool last = last_batch();
    const OnGradient<T> on_gradient = [&](const Part& part, T* of) {
        if (last) {
            look(part, of);
        }
        step(part, of, 1);
    };
    const double value = backprop_.value_and_gradient(p, rows_, pass, g, *team_, &on_gradient);
    norm_ = last ? updater_->norm() : norm_;
    return value;
}

template <class T>
void Training<T>::step(const Part& part, T* g, T scale) {
    updater_->step(part, g, scale, {state_->parameters, state_->slots, size_}, state_->update + 1,
                   rate_);
}

template void Training<float>::go_on();
template void Training<double>::go_on();
template GradientTask<float> Training<float>::gradient_task();
template GradientTask<double> Training<double>::gradient_task();
template void Training<float>::take(double, std::size_t);
template void Training<double>::take(double, std::size_t);

}  // namespace chainrule
