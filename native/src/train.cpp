#include "chainrule/train.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "chainrule/flush_to_zero.hpp"

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
Training<T>::Training(const PlanDescription& plan, const Window<T>& window,
                      const Rows<T>& validation, std::size_t threads)
    : plan_(plan),
      window_(window),
      validation_rows_(validation),
      n_batches_(n_batches(window.n, plan.batch_rows)),
      threads_(threads),
      backprop_(*plan.objective, std::min(plan.batch_rows, window.rows.n), true, true, threads),
      elementwise_(elementwise<T>()) {
    Objective<T>& objective = backprop_.objective();
    backprop_.want_gradients(trainable(objective.segments));
    updater_.emplace(objective.segments, *plan.optimizer, plan.clip_norm, backprop_.parts());
    size_ = objective.network.n_parameters();
    n_slots_ = updater_->n_slots();
    gradient_.reserve(size_);
    if (validation.n > 0) {
        validation_ =
            std::make_unique<Backprop<T>>(*plan.objective, validation.n, false, false, threads);
    }
    if (backprop_.is_parameter_parallel()) {
        // Of many parameters and few rows, a copy would be a good part of an epoch.
        const double rows = std::min(replayed_rows, replayed_work / work(1));
        keep_every_ = std::size_t(std::clamp(rows / double(window.n), 1.0, replayed_epochs));
    }
}

template <class T>
Records Training<T>::advance(State<T>& state, const Course& course, Monitor<T>& monitor,
                             Interrupted interrupted) {
    const FlushToZero flush;
    begin(state, course, monitor, std::move(interrupted));
    if (next()) {
        go_on();
    }
    return finish();
}

template <class T>
void Training<T>::begin(State<T>& state, const Course& course, Monitor<T>& monitor,
                        Interrupted interrupted) {
    const PartialEpoch<T>& partial = state.partial;
    if (state.size != size_) {
        throw std::invalid_argument("the network has another number of parameters");
    }
    if (state.n_slots != n_slots_) {
        throw std::invalid_argument("the optimizer needs another number of slots");
    }
    if (partial.batch > n_batches_ || (partial.batch > 0 && partial.parameters == nullptr)) {
        throw std::invalid_argument("the state's place in its epoch is none of this plan");
    }
    state_ = &state;
    course_ = &course;
    monitor_ = &monitor;
    poll_ = Poll(std::move(interrupted));
    std::size_t useful = backprop_.useful_threads();
    if (validation_) {
        useful = std::max(useful, validation_->useful_threads());
    }
    team_ = std::make_unique<Team>(std::min(threads_, useful));
    backprop_.parameters_changed();
    records_ = Records();
    const std::size_t expected =
        std::min<std::size_t>(course.epochs == Course::unlimited ? 0 : course.epochs, 1 << 16);
    for (std::vector<double>* curve : {&records_.losses, &records_.gradient_norms,
                                       &records_.learning_rates, &records_.seconds}) {
        curve->reserve(expected);
    }
    epoch_ = updates_ = 0;
    over_ = false;
    sharing_ = 1;
    untimed_ = 0.0;
    batch_ = partial.batch;
    loss_ = partial.loss;
    weight_ = partial.weight;
    norm_ = partial.gradient_norm;
    start_parameters_ = partial.parameters;
    start_slots_ = partial.slots;
    start_update_ = partial.update;
    start_epoch_ = state.epoch;
    if (batch_ > 0) {
        begin_epoch();
    }
    clock_ = Clock::now();
}

/// Whether there is a batch to train on; it is found, then.
template <class T>
bool Training<T>::next() {
    if (over_) {
        return false;
    }
    if (batch_ == n_batches_) {  // interrupted at the end of an epoch, before it was evaluated
        rate_ = course_->learning_rates[course_->one_rate ? 0 : batch_ - 1];
        end_epoch();
        if (over_) {
            return false;
        }
    }
    if ((batch_ == 0 && epoch_ == course_->epochs) || updates_ == course_->updates || !has_rows()) {
        return false;
    }
    if (batch_ == 0) {
        begin_epoch();
        loss_ = weight_ = norm_ = 0.0;
    }
    find_batch();
    return true;
}

template <class T>
void Training<T>::find_batch() {
    rate_ = course_->learning_rates[course_->one_rate ? 0 : epoch_ * n_batches_ + batch_];
    const std::size_t first = batch_ * plan_.batch_rows;
    rows_ = window_.rows;
    rows_.n = std::min(plan_.batch_rows, window_.n - first);
    if (epoch_order_ != nullptr) {
        rows_.order = epoch_order_ + first;
    } else {
        const std::size_t at = first - window_.first;
        rows_.X += at * backprop_.objective().network.n_in();
        rows_.y += at * backprop_.objective().network.n_out();
        rows_.weight = rows_.weight == nullptr ? nullptr : rows_.weight + at;
    }
}

/// An update that is done, and its value: what follows from it.
template <class T>
void Training<T>::record(double value) {
    const double share = backprop_.objective().mean ? total_weight(rows_) : 1.0;
    loss_ += value * share;
    weight_ += share;
    records_.batch_loss = value;
    const double work = 200.0 + 6.0 * double(rows_.n) * double(size_);
    untimed_ += work;
    if (poll_(work)) {
        records_.ended = Ended::interrupted;
        over_ = true;
    }
    ++state_->update;
    ++updates_;
    // What is to be evaluated after an epoch waits until training goes on.
    const bool evaluates = validation_ || !monitor_->rules.empty();
    if (++batch_ == n_batches_ && !(over_ && evaluates)) {
        end_epoch();
    }
}

template <class T>
Records Training<T>::finish() {
    share_time(n_batches_ == 0 ? 0.0 : double(batch_) / double(n_batches_));
    if (batch_ > 0) {
        report_partial();
    } else {
        state_->partial = {};
    }
    team_.reset();
    poll_ = Poll(nullptr);
    return std::move(records_);
}

template <class T>
void Training<T>::begin_epoch() {
    const std::int64_t* selected = window_.rows.order;
    if (plan_.shuffle && course_->orders == nullptr) {
        epoch_order_ = order_.shuffled(plan_.seed, state_->epoch, window_.n, selected);
    } else {
        const std::int64_t* orders = course_->orders;
        epoch_order_ = order_.given(orders == nullptr ? nullptr : orders + epoch_ * window_.n,
                                    window_.n, selected);
    }
}

template <class T>
void Training<T>::end_epoch() {
    const bool mean = backprop_.objective().mean && weight_ != 0.0;
    const double loss = mean ? loss_ / weight_ : loss_;
    const bool fine = std::isfinite(loss) && elementwise_.finite(state_->parameters, size_) &&
                      (!memory_at_risk() || elementwise_.finite(state_->slots, n_slots_ * size_));
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    double validation = nan;
    if (fine && validation_) {
        validation = validation_->value(state_->parameters, validation_rows_, *team_, &poll_);
        if (poll_.stopped()) {  // to be evaluated again when training goes on
            records_.ended = Ended::interrupted;
            over_ = true;
            return;
        }
        records_.validation_losses.push_back(validation);
    }
    records_.losses.push_back(fine ? loss : nan);
    records_.gradient_norms.push_back(std::isnan(norm_) ? nan : norm_);  // whatever its sign
    records_.learning_rates.push_back(rate_);
    batch_ = 0;
    if (untimed_ > 1e5) {
        share_time();
    }
    if (!fine) {
        restore_state();
        records_.ended = Ended::diverged;
        over_ = true;
        return;
    }
    ++state_->epoch;
    ++epoch_;
    over_ = check_rules(validation) || over_;
}

/// The time since the clock was last read, shared alike by the epochs since then (the one under way
/// counts as the part that is done), and by the networks that went side by side: of a tiny
/// network's epoch, reading the clock would be the larger part.
template <class T>
void Training<T>::share_time(double partial) {
    const std::size_t timed = records_.seconds.size(), all = records_.losses.size();
    const double epochs = double(all - timed) + partial;
    if (epochs > 0.0) {
        const Clock::time_point now = Clock::now();
        const double seconds =
            std::chrono::duration<double>(now - clock_).count() / (epochs * double(sharing_));
        double& carried = state_->partial.seconds;  // of the epoch under way, from before
        records_.seconds.resize(all, seconds);
        if (all > timed) {
            records_.seconds[timed] += carried;
            carried = 0.0;
        }
        carried += seconds * partial;
        clock_ = now;
    }
    untimed_ = 0.0;
}

/// What the rules say of the epoch that has ended: whether one says stop.
template <class T>
bool Training<T>::check_rules(double validation) {
    bool stops = false;
    for (std::size_t i = 0; i < monitor_->rules.size(); ++i) {
        bool improved = false;
        const bool stop =
            monitor_->rules[i].check(records_.losses.back(), validation, state_->epoch, improved);
        if (improved && monitor_->best[i] != nullptr) {
            std::copy_n(state_->parameters, size_, monitor_->best[i]);
        }
        if (stop && !stops) {
            stops = true;
            records_.rule = i;
            if (records_.ended == Ended::done) {
                records_.ended = Ended::stopped;
            }
        }
    }
    return stops;
}

/// Before an epoch's first step, when what the last one has stored is in the cache.
template <class T>
void Training<T>::keep_state() {
    if (batch_ > 0 || (epoch_ % keep_every_ != 0 && start_parameters_ != nullptr)) {
        return;
    }
    kept_parameters_.reserve(size_);
    kept_slots_.reserve(product(n_slots_, size_));
    std::copy_n(state_->parameters, size_, kept_parameters_.data());
    if (n_slots_ > 0) {
        std::copy_n(state_->slots, n_slots_ * size_, kept_slots_.data());
    }
    start_parameters_ = kept_parameters_.data();
    start_slots_ = kept_slots_.data();
    start_update_ = state_->update;
    start_epoch_ = state_->epoch;
}

/// Back to the beginning of the epoch under way.
template <class T>
void Training<T>::restore_state() {
    std::copy_n(start_parameters_, size_, state_->parameters);
    if (n_slots_ > 0) {
        std::copy_n(start_slots_, n_slots_ * size_, state_->slots);
    }
    state_->update = start_update_;
    backprop_.parameters_changed();
    const Polled no_more(nullptr);  // The epochs since then were fine, and go the same way again.
    const std::uint64_t fine = state_->epoch - start_epoch_;
    state_->epoch = start_epoch_;
    epoch_ -= fine;
    for (std::uint64_t k = 0; k < fine; ++k, ++epoch_, ++state_->epoch) {
        begin_epoch();
        for (batch_ = 0; batch_ < n_batches_; ++batch_, ++state_->update) {
            find_batch();
            update();
        }
    }
    batch_ = 0;
}

/// Where the epoch under way stands, and the state at its beginning.
template <class T>
void Training<T>::report_partial() {
    if (start_epoch_ != state_->epoch) {
        // Go there from where the state was kept last, and come back.
        const std::vector<T> parameters(state_->parameters, state_->parameters + size_);
        const std::vector<T> slots(state_->slots, state_->slots + n_slots_ * size_);
        const std::uint64_t update = state_->update, batch = batch_;
        const double norm = norm_;
        restore_state();
        start_parameters_ = nullptr;
        keep_state();
        std::copy(parameters.begin(), parameters.end(), state_->parameters);
        std::copy(slots.begin(), slots.end(), state_->slots);
        state_->update = update;
        batch_ = batch;
        norm_ = norm;
    }
    state_->partial = {
        batch_,       loss_,        weight_, norm_, state_->partial.seconds, start_parameters_,
        start_slots_, start_update_};
}

template class Training<float>;
template class Training<double>;

}  // namespace chainrule
