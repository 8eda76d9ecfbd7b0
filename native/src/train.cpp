#include "chainrule/train.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "chainrule/flush_to_zero.hpp"
#include "chainrule/random.hpp"
#include "chainrule/sums.hpp"

namespace chainrule {

namespace {

using Clock = std::chrono::steady_clock;

/// More parameters than one thread updates about as fast as it would wake another.
constexpr std::size_t worth_sharing = 16384;

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
      backprop_(plan.objective, std::min(plan.batch_rows, data.n), true, true, threads),
      optimizer_(make_optimizer<T>(plan.optimizer)),
      weight_decay_(plan.optimizer.numbers.number("weight_decay")),
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
        validation_ = std::make_unique<Backprop<T>>(plan.objective, watch.validation.n, false,
                                                    false, threads);
    }
    backprop_.want_gradients(trainable(objective.segments));
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
}

template <class T>
Records Training<T>::advance() {
    const FlushToZero flush;
    if (next()) {
        go_on();
    }
    return finish();
}

template <class T>
void Training<T>::go_on() {
    const std::size_t rows = std::min(plan_.batch_rows, data_.n);
    if (LaneBackprop<T>::suits_one(plan_.objective, rows)) {
        small_ = std::make_unique<LaneBackprop<T>>(plan_.objective, rows, true);
    }
    do {
        take(value_and_gradient());
    } while (next());
}

template <class T>
bool Training<T>::next() {
    if (over_ || (batch_ == 0 && epoch_ == course_.epochs)) {
        return false;
    }
    if (batch_ == 0) {
        begin_epoch();
    }
    const std::size_t first = batch_ * plan_.batch_rows;
    rows_ = data_;
    rows_.n = std::min(plan_.batch_rows, data_.n - first);
    if (epoch_order_ != nullptr) {
        rows_.order = epoch_order_ + first;
    } else {
        rows_.X += first * backprop_.objective().network.n_in();
        rows_.y += first * backprop_.objective().network.n_out();
        rows_.weight = rows_.weight == nullptr ? nullptr : rows_.weight + first;
    }
    return true;
}

template <class T>
Lane<T> Training<T>::lane() {
    return {&backprop_.objective(), state_.parameters, rows_, gradient_.data()};
}

template <class T>
void Training<T>::take(double value, std::size_t sharing) {
    sharing_ = sharing;
    const bool last = batch_ + 1 == n_batches_;
    const double share = backprop_.objective().mean ? Backprop<T>::weight(rows_) : 1.0;
    rate_ = course_.learning_rates[course_.one_rate ? 0 : epoch_ * n_batches_ + batch_];
    loss_ += value * share;
    weight_ += share;
    descend(rate_, last);
    batch_ = last ? 0 : batch_ + 1;
    const double work = 200.0 + 6.0 * double(rows_.n) * double(state_.size);
    untimed_ += work;
    if (poll_(work)) {
        records_.ended = Ended::interrupted;
        over_ = true;
    }
    if (last) {
        end_epoch();
        ++epoch_;
    }
}

template <class T>
Records Training<T>::finish() {
    share_time();
    team_.reset();
    return std::move(records_);
}

template <class T>
void Training<T>::begin_epoch() {
    keep_state();
    epoch_order_ = course_.orders == nullptr ? nullptr : course_.orders + epoch_ * data_.n;
    if (epoch_order_ == nullptr && plan_.shuffle) {
        permutation(plan_.seed, state_.epoch, order_.data(), data_.n);
        epoch_order_ = order_.data();
    }
    loss_ = weight_ = 0.0;
}

template <class T>
void Training<T>::end_epoch() {
    if (backprop_.objective().mean && weight_ != 0.0) {
        loss_ /= weight_;
    }
    const bool fine = std::isfinite(loss_) && finite();
    records_.losses.push_back(fine ? loss_ : std::numeric_limits<double>::quiet_NaN());
    records_.gradient_norms.push_back(norm_);
    records_.learning_rates.push_back(rate_);
    if (untimed_ > 1e5) {
        share_time();
    }
    if (!fine) {
        restore_state();
        records_.ended = Ended::diverged;
        over_ = true;
        return;
    }
    ++state_.epoch;
    over_ = !look() || over_;
}

/// The time since the clock was last read, shared alike by the epochs since then, and by the
/// networks that went side by side: of a tiny
/// network's epoch, reading the clock would be the larger part.
template <class T>
void Training<T>::share_time() {
    const std::size_t epochs = records_.losses.size() - records_.seconds.size();
    if (epochs > 0) {
        const Clock::time_point now = Clock::now();
        const double seconds = std::chrono::duration<double>(now - clock_).count();
        records_.seconds.resize(records_.losses.size(), seconds / double(epochs * sharing_));
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

/// The batch's loss; its gradient is there.
template <class T>
double Training<T>::value_and_gradient() {
    if (small_) {
        Lane<T> one = lane();
        small_->value_and_gradient(&one, 1);
        return one.value;
    }
    const Pass pass{true, Key{plan_.seed, state_.update, 0}, 0};
    return backprop_.value_and_gradient(state_.parameters, rows_, pass, gradient_.data(), *team_);
}

/// One update along the gradient.
template <class T>
void Training<T>::descend(double learning_rate, bool last) {
    T *p = state_.parameters, *g = gradient_.data();
    const bool clipping = plan_.clip_norm > 0.0;
    if (clipping || last) {
        norm_ = gradient_norm();
    }
    if (clipping && norm_ > plan_.clip_norm) {
        const T scale = T(plan_.clip_norm / norm_);
        for (std::size_t i = 0; i < state_.size; ++i) {
            g[i] *= scale;
        }
    }
    if (team_->size() > 1 && state_.size > worth_sharing) {
        const std::size_t threads = team_->size();
        const std::size_t part = (state_.size / threads / 64 + 1) * 64;
        team_->each(threads, [&](std::size_t, std::size_t k) {
            step(learning_rate, k * part, std::min((k + 1) * part, state_.size));
        });
    } else {
        step(learning_rate, 0, state_.size);
    }
    backprop_.objective().network.statistics(p);
    ++state_.update;
}

/// The optimizer's step for the parameters from `start` to `stop`, each by itself.
template <class T>
void Training<T>::step(double learning_rate, std::size_t start, std::size_t stop) {
    T *p = state_.parameters, *g = gradient_.data();
    for (const Range& range : ranges_) {
        const std::size_t first = std::max(range.start, start), end = std::min(range.stop, stop);
        if (first >= end) {
            continue;
        }
        const double rate = learning_rate * range.learning_rate_factor;
        if (range.decays) {
            const T keep = T(1 - rate * weight_decay_);
            for (std::size_t i = first; i < end; ++i) {
                p[i] *= keep;
            }
        }
        const Part<T> part{g + first, p + first, state_.slots + first, end - first, state_.size};
        optimizer_->update(part, state_.update + 1, rate);
    }
}

/// The Euclidean norm of the trainable gradient.
template <class T>
double Training<T>::gradient_norm() const {
    double total = 0.0;
    for (const Range& range : ranges_) {
        const T* g = gradient_.data() + range.start;
        total += ordered_sum(range.stop - range.start,
                             [g](std::size_t i) { return double(g[i]) * double(g[i]); });
    }
    return std::sqrt(total);
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

template <class T>
bool Training<T>::finite() const {
    bool fine = true;
    for (std::size_t i = 0; i < state_.size; ++i) {
        fine = fine & (std::abs(state_.parameters[i]) <= std::numeric_limits<T>::max());
    }
    return fine;
}

template class Training<float>;
template class Training<double>;

}  // namespace chainrule
