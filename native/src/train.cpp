#include "chainrule/train.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "chainrule/flush_to_zero.hpp"
#include "chainrule/random.hpp"

namespace chainrule {

namespace {

using Clock = std::chrono::steady_clock;

/// Which numbers updates change.
std::vector<bool> trainable(const std::vector<Segment>& segments) {
    std::vector<bool> mask(segments.empty() ? 0 : segments.back().stop);
    for (const Segment& segment : segments) {
        std::fill(mask.begin() + std::ptrdiff_t(segment.start),
                  mask.begin() + std::ptrdiff_t(segment.stop), segment.trainable);
    }
    return mask;
}

}  // namespace

template <class T>
Training<T>::Training(const PlanDescription& plan, State<T>& state, const Rows<T>& data,
                      const Course& course, Watch<T>& watch, std::size_t threads,
                      Interrupted interrupted)
    : plan_(plan),
      state_(state),
      data_(data),
      course_(course),
      watch_(watch),
      n_batches_(n_batches(data.n, plan.batch_rows)),
      threads_(threads),
      poll_(std::move(interrupted)),
      backprop_(*plan.objective, std::min(plan.batch_rows, data.n), true, true, threads),
      optimizer_(make_optimizer<T>(*plan.optimizer)),
      elementwise_(elementwise<T>()),
      weight_decay_(plan.optimizer->numbers.number("weight_decay")),
      gradient_(state.size),
      kept_parameters_(state.size),
      kept_slots_(product(state.n_slots, state.size)) {
    Objective<T>& objective = backprop_.objective();
    if (state.size != objective.network.n_parameters()) {
        throw std::invalid_argument("the network has another number of parameters");
    }
    if (state.n_slots != optimizer_->n_slots()) {
        throw std::invalid_argument("the optimizer needs another number of slots");
    }
    if (course.orders == nullptr && plan.shuffle) {
        order_.reserve(data.n);
    }
    if (watch.validation.n > 0) {
        validation_ = std::make_unique<Backprop<T>>(*plan.objective, watch.validation.n, false,
                                                    false, threads);
    }
    backprop_.want_gradients(trainable(objective.segments));
    squares_.resize(backprop_.n_parts());
    for (const Segment& s : objective.segments) {
        if (!s.trainable || s.start == s.stop) {
            continue;
        }
        const Range next{s.start, s.stop, s.learning_rate_factor,
                         s.penalised && weight_decay_ != 0.0};
        Range* last = ranges_.empty() ? nullptr : &ranges_.back();
        if (last != nullptr && last->stop == next.start && last->decays == next.decays &&
            last->learning_rate_factor == next.learning_rate_factor) {
            last->stop = next.stop;
        } else {
            ranges_.push_back(next);
        }
    }
}

template <class T>
Records Training<T>::advance() {
    const FlushToZero flush;
    std::size_t useful = backprop_.useful_threads();
    if (validation_) {
        useful = std::max(useful, validation_->useful_threads());
    }
    team_ = std::make_unique<Team>(std::min(threads_, useful));
    const std::size_t expected = std::min<std::size_t>(course_.epochs, 1 << 16);
    for (std::vector<double>* curve : {&records_.losses, &records_.gradient_norms,
                                       &records_.learning_rates, &records_.seconds}) {
        curve->reserve(expected);
    }
    clock_ = Clock::now();
    for (std::size_t k = 0; k < course_.epochs; ++k) {
        if (!epoch(k)) {
            break;
        }
    }
    share_time();
    team_.reset();
    return std::move(records_);
}

/// One epoch; false if it is the last one.
template <class T>
bool Training<T>::epoch(std::size_t k) {
    keep_state();
    const std::int64_t* order =
        course_.orders == nullptr ? nullptr : course_.orders + k * data_.n;
    if (order == nullptr && plan_.shuffle) {
        permutation(plan_.seed, state_.epoch, order_.data(), data_.n);
        order = order_.data();
    }
    const std::size_t n_in = backprop_.objective().network.n_in();
    const std::size_t n_out = backprop_.objective().network.n_out();
    const bool mean = backprop_.objective().mean;
    const double* rates = course_.learning_rates + (course_.one_rate ? 0 : k * n_batches_);

    double loss = 0.0, weight = 0.0, rate = 0.0;
    for (std::size_t b = 0; b < n_batches_; ++b) {
        const std::size_t first = b * plan_.batch_rows;
        Rows<T> batch = data_;
        batch.n = std::min(plan_.batch_rows, data_.n - first);
        if (order != nullptr) {
            batch.order = order + first;
        } else {
            batch.X += first * n_in;
            batch.y += first * n_out;
            batch.weight = batch.weight == nullptr ? nullptr : batch.weight + first;
        }
        const double share = mean ? Backprop<T>::weight(batch) : 1.0;
        rate = rates[course_.one_rate ? 0 : b];
        loss += update(batch, rate, b + 1 == n_batches_) * share;
        weight += share;
        const double work = 200.0 + 6.0 * double(batch.n) * double(state_.size);
        untimed_ += work;
        if (poll_(work)) {
            records_.ended = Ended::interrupted;
            if (b + 1 < n_batches_) {
                return false;
            }
        }
    }
    if (mean && weight != 0.0) {
        loss /= weight;
    }
    const bool fine = std::isfinite(loss) && elementwise_.finite(state_.parameters, state_.size);
    records_.losses.push_back(fine ? loss : std::numeric_limits<double>::quiet_NaN());
    records_.gradient_norms.push_back(norm_);
    records_.learning_rates.push_back(rate);
    if (untimed_ > 1e5) {
        share_time();
    }
    if (!fine) {
        restore_state();
        records_.ended = Ended::diverged;
        return false;
    }
    ++state_.epoch;
    return look() && records_.ended == Ended::done;
}

/// The time since the clock was last read, shared alike by the epochs since then: of a tiny
/// network's epoch, reading the clock would be the larger part.
template <class T>
void Training<T>::share_time() {
    const std::size_t epochs = records_.losses.size() - records_.seconds.size();
    if (epochs > 0) {
        const Clock::time_point now = Clock::now();
        const double seconds = std::chrono::duration<double>(now - clock_).count();
        records_.seconds.resize(records_.losses.size(), seconds / double(epochs));
        clock_ = now;
    }
    untimed_ = 0.0;
}

/// The loss on the validation rows and the rules' opinions; false if one says stop.
template <class T>
bool Training<T>::look() {
    double value = 0.0;
    if (validation_) {
        value = validation_->value(state_.parameters, watch_.validation, *team_, &poll_);
        if (poll_.stopped()) {
            value = std::numeric_limits<double>::quiet_NaN();
            records_.ended = Ended::interrupted;
        }
        records_.validation_losses.push_back(value);
        if (poll_.stopped()) {
            return false;
        }
    }
    bool go_on = true;
    for (std::size_t i = 0; i < watch_.rules.size(); ++i) {
        bool improved = false;
        const bool stop =
            watch_.rules[i].check(records_.losses.back(), value, state_.epoch, improved);
        if (improved && watch_.best[i] != nullptr) {
            std::copy_n(state_.parameters, state_.size, watch_.best[i]);
        }
        if (stop && go_on) {
            go_on = false;
            records_.rule = i;
            records_.ended = Ended::stopped;
        }
    }
    return go_on;
}

/// One update; the batch's loss before it.
template <class T>
double Training<T>::update(const Rows<T>& batch, double learning_rate, bool last) {
    T *p = state_.parameters, *g = gradient_.data();
    const Pass pass{true, Key{plan_.seed, state_.update, 0}};
    const bool clipping = plan_.clip_norm > 0.0;
    T scale = 1;
    const Follow<T> measure = [this](const Part& part, T* of) { squares_[part.k] = squares(part, of); };
    const Follow<T> follow = [&](const Part& part, T* of) {
        if (last && !clipping) {
            measure(part, of);
        }
        if (scale != 1) {
            std::transform(of, of + (part.stop - part.start), of, [=](T x) { return x * scale; });
        }
        step(learning_rate, part, of);
    };
    const double value = backprop_.value_and_gradient(p, batch, pass, g, *team_,
                                                      clipping ? nullptr : &follow);
    if (clipping) {
        backprop_.each_part(p, g, *team_, measure);
    }
    if (clipping || last) {
        norm_ = std::sqrt(std::accumulate(squares_.begin(), squares_.end(), 0.0));
    }
    if (clipping) {
        scale = norm_ > plan_.clip_norm ? T(plan_.clip_norm / norm_) : T(1);
        backprop_.each_part(p, g, *team_, follow);
    }
    backprop_.objective().network.statistics(p);
    ++state_.update;
    return value;
}

/// The sum of squares of a part of the trainable gradient.
template <class T>
double Training<T>::squares(const Part& part, const T* g) const {
    double total = 0.0;
    for (const Range& range : ranges_) {
        const std::size_t start = std::max(range.start, part.start);
        const std::size_t stop = std::min(range.stop, part.stop);
        if (start < stop) {
            total += elementwise_.sum_of_squares(g + (start - part.start), stop - start);
        }
    }
    return total;
}

/// The optimizer's step for a part of the parameters, each by itself; g is the gradient's part.
template <class T>
void Training<T>::step(double learning_rate, const Part& part, const T* g) {
    T* p = state_.parameters;
    for (const Range& range : ranges_) {
        const std::size_t start = std::max(range.start, part.start);
        const std::size_t stop = std::min(range.stop, part.stop);
        if (start >= stop) {
            continue;
        }
        const double rate = learning_rate * range.learning_rate_factor;
        if (range.decays) {
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

template <class T>
void Training<T>::keep_state() {
    std::copy_n(state_.parameters, state_.size, kept_parameters_.data());
    std::copy_n(state_.slots, state_.n_slots * state_.size, kept_slots_.data());
    kept_update_ = state_.update;
}

template <class T>
void Training<T>::restore_state() {
    std::copy_n(kept_parameters_.data(), state_.size, state_.parameters);
    std::copy_n(kept_slots_.data(), state_.n_slots * state_.size, state_.slots);
    state_.update = kept_update_;
}

template class Training<float>;
template class Training<double>;

}  // namespace chainrule
