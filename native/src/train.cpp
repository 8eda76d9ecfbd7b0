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
      weight_decay_(plan.optimizer->values.number("weight_decay")),
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
    if (backprop_.is_parameter_parallel()) {
        // Of many parameters and few rows, a copy would be a good part of an epoch.
        const std::size_t epochs = replayed_rows / std::max<std::size_t>(data.n, 1);
        keep_every_ = std::clamp<std::size_t>(epochs, 1, replayed_epochs);
    }
    make_ranges();
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
void Training<T>::make_ranges() {
    squares_.resize(backprop_.parts().size());
    for (const Part& part : backprop_.parts()) {
        first_range_.push_back(ranges_.size());
        for (const Segment& s : backprop_.objective().segments) {
            const std::size_t start = std::max(s.start, part.start);
            const std::size_t stop = std::min(s.stop, part.stop);
            if (!s.trainable || start >= stop) {
                continue;
            }
            const bool decays = s.penalised && weight_decay_ != 0.0;
            Range* last = ranges_.size() == first_range_.back() ? nullptr : &ranges_.back();
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
Records Training<T>::advance() {
    const FlushToZero flush;
    if (next()) {
        go_on();
    }
    return finish();
}

template <class T>
bool Training<T>::next() {
    if (over_ || (batch_ == 0 && epoch_ == course_.epochs)) {
        return false;
    }
    if (batch_ == 0) {
        begin_epoch();
    }
    rate_ = course_.learning_rates[course_.one_rate ? 0 : epoch_ * n_batches_ + batch_];
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

/// An update that is done, and its value: what follows from it, and whether to go on.
template <class T>
void Training<T>::record(double value) {
    const double share = backprop_.objective().mean ? total_weight(rows_) : 1.0;
    loss_ += value * share;
    weight_ += share;
    const double work = 200.0 + 6.0 * double(rows_.n) * double(state_.size);
    untimed_ += work;
    if (poll_(work)) {
        records_.ended = Ended::interrupted;
        over_ = true;
    }
    if (count()) {
        end_epoch();
        ++epoch_;
    }
}

/// An update more; whether the epoch is over.
template <class T>
bool Training<T>::count() {
    ++state_.update;
    const bool last = last_batch();
    batch_ = last ? 0 : batch_ + 1;
    return last;
}

template <class T>
Records Training<T>::finish() {
    share_time();
    team_.reset();
    return std::move(records_);
}

template <class T>
void Training<T>::begin_epoch() {
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
    const bool fine = std::isfinite(loss_) && elementwise_.finite(state_.parameters, state_.size);
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    records_.losses.push_back(fine ? loss_ : nan);
    records_.gradient_norms.push_back(std::isnan(norm_) ? nan : norm_);  // whatever its sign
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
/// networks that went side by side: of a tiny network's epoch, reading the clock would be the larger
/// part.
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

/// Before an epoch's first step, when what the last one has stored is in the cache.
template <class T>
void Training<T>::keep_state() {
    if (batch_ > 0 || epoch_ % keep_every_ != 0) {
        return;
    }
    std::copy_n(state_.parameters, state_.size, kept_parameters_.data());
    if (state_.n_slots > 0) {
        std::copy_n(state_.slots, state_.n_slots * state_.size, kept_slots_.data());
    }
    kept_update_ = state_.update;
    kept_epoch_ = state_.epoch;
}

template <class T>
void Training<T>::restore_state() {
    std::copy_n(kept_parameters_.data(), state_.size, state_.parameters);
    std::copy_n(kept_slots_.data(), state_.n_slots * state_.size, state_.slots);
    state_.update = kept_update_;
    backprop_.parameters_changed();
    // The epochs since then were fine, and go the same way again.
    over_ = false;
    const std::uint64_t fine = state_.epoch - kept_epoch_;
    state_.epoch = kept_epoch_;
    for (epoch_ -= fine; state_.epoch < kept_epoch_ + fine; ++epoch_, ++state_.epoch) {
        do {
            next();
            update();
        } while (!count());
    }
}

template class Training<float>;
template class Training<double>;

}  // namespace chainrule
