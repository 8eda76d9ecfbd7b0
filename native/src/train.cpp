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

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

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
                      std::size_t epochs, const double* learning_rates,
                      const std::int64_t* orders, Interrupted interrupted)
    : plan_(plan),
      state_(state),
      data_(data),
      epochs_(epochs),
      n_batches_(n_batches(data.n, plan.batch_rows)),
      learning_rates_(learning_rates),
      orders_(orders),
      poll_(std::move(interrupted)),
      backprop_(plan.objective, std::min(plan.batch_rows, data.n), true, true),
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
    if (orders == nullptr && plan.shuffle) {
        order_.reserve(data.n);
    }
    const std::vector<bool> mask = trainable(objective.segments);
    objective.network.want_gradients(&mask);
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
    Records records;
    for (std::size_t k = 0; k < epochs_; ++k) {
        if (!epoch(k, records)) {
            break;
        }
    }
    return records;
}

/// One epoch; false if it is the last one.
template <class T>
bool Training<T>::epoch(std::size_t k, Records& records) {
    const Clock::time_point start = Clock::now();
    keep_state();
    const std::int64_t* order = orders_ == nullptr ? nullptr : orders_ + k * data_.n;
    if (orders_ == nullptr && plan_.shuffle) {
        permutation(plan_.seed, state_.epoch, order_.data(), data_.n);
        order = order_.data();
    }
    const std::size_t n_in = backprop_.objective().network.n_in();
    const std::size_t n_out = backprop_.objective().network.n_out();
    const bool mean = backprop_.objective().mean;
    const double* rates = learning_rates_ + k * n_batches_;

    double loss = 0.0, weight = 0.0;
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
        loss += update(batch, rates[b], b + 1 == n_batches_) * share;
        weight += share;
        if (poll_(200.0 + 6.0 * double(batch.n) * double(state_.size))) {
            records.ended = Ended::interrupted;
            if (b + 1 < n_batches_) {
                return false;
            }
        }
    }
    if (mean && weight != 0.0) {
        loss /= weight;
    }
    const bool fine = std::isfinite(loss) && finite();
    records.losses.push_back(fine ? loss : std::numeric_limits<double>::quiet_NaN());
    records.gradient_norms.push_back(norm_);
    records.learning_rates.push_back(rates[n_batches_ - 1]);
    records.seconds.push_back(seconds_since(start));
    if (fine) {
        ++state_.epoch;
    } else {
        restore_state();
        records.ended = Ended::diverged;
    }
    return records.ended == Ended::done;
}

/// One update; the batch's loss before it.
template <class T>
double Training<T>::update(const Rows<T>& batch, double learning_rate, bool last) {
    T *p = state_.parameters, *g = gradient_.data();
    const Pass pass{true, Key{plan_.seed, state_.update, 0}, 0};
    const double value = backprop_.value_and_gradient(p, batch, pass, g);

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
    for (const Range& range : ranges_) {
        const double rate = learning_rate * range.learning_rate_factor;
        if (range.decays) {
            const T keep = T(1 - rate * weight_decay_);
            for (std::size_t i = range.start; i < range.stop; ++i) {
                p[i] *= keep;
            }
        }
        const Part<T> part{g + range.start, p + range.start, state_.slots + range.start,
                           range.stop - range.start, state_.size};
        optimizer_->update(part, state_.update + 1, rate);
    }
    backprop_.objective().network.statistics(p);
    ++state_.update;
    return value;
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
