// Training a tiny network: as many updates at once as nobody has to look at in between.
#include "chainrule/single_updates.hpp"

#include <algorithm>
#include <limits>

#include "chainrule/kernels.hpp"
#include "chainrule/train.hpp"

namespace chainrule {

/// What they leave out: clipping, penalties, weights of rows, batches of several tiles.
template <class T>
bool Training<T>::takes_single_updates() {
    return !updater_->clips() && backprop_.objective().penalties.empty() &&
           backprop_.parts().size() == 1 && window_.rows.weight == nullptr &&
           std::min(plan_.batch_rows, window_.n) <= tile_rows;
}

template <class T>
void Training<T>::single_updates() {
    const bool evaluates = validation_ || !monitor_->rules.empty();
    // Many epochs at once: nothing is looked at, shuffled or looked up in between.
    const bool alike = !evaluates && epoch_order_ == nullptr && course_->one_rate &&
                       window_.rows.n == window_.n && (n_slots_ == 0 || n_batches_ == 1);
    const double work = 200.0 + 6.0 * double(std::min(plan_.batch_rows, window_.n)) * double(size_);
    const std::size_t at_once = std::size_t(std::max(1.0, 1e6 / work));  // between two polls

    SingleUpdates<T> run;
    single_->describe(run);
    updater_->describe(run);
    run.loss.loss = backprop_.objective().loss->call();
    run.mean = backprop_.objective().mean;
    run.X = window_.rows.X;
    run.y = window_.rows.y;
    run.first = window_.first;
    run.n = window_.n;
    run.batch_rows = plan_.batch_rows;
    run.n_batches = n_batches_;
    run.one_rate = course_->one_rate;
    run.p = state_->parameters;
    run.slots = state_->slots;
    run.g = gradient_.data();
    run.rows.p = run.p;
    run.safe_norm = n_slots_ == 0 ? std::numeric_limits<double>::infinity() : safe_norm;
    kept_parameters_.reserve(size_);
    kept_slots_.reserve(product(n_slots_, size_));
    run.kept_p = kept_parameters_.data();
    run.kept_slots = kept_slots_.data();
    do {
        keep_state();
        const std::size_t left = course_->updates - updates_;
        const std::size_t there = (window_.first + window_.rows.n - 1) / plan_.batch_rows + 1;
        run.order = epoch_order_;
        run.learning_rates =
            course_->learning_rates + (course_->one_rate ? 0 : epoch_ * n_batches_);
        run.update = state_->update;
        run.batch = batch_;
        run.loss_sum = loss_;
        run.weight_sum = weight_;
        run.norm = norm_;
        run.epochs = run.epochs_done = 0;
        if (alike && batch_ == 0) {
            run.epochs = std::min({course_->epochs - epoch_, left / n_batches_,
                                   std::max<std::size_t>(1, at_once / n_batches_)});
        }
        run.stop = run.epochs > 0 ? n_batches_ : batch_ + std::min({at_once, left, there - batch_});
        const std::size_t epochs = records_.losses.size();
        records_.losses.resize(epochs + run.epochs);
        records_.gradient_norms.resize(epochs + run.epochs);
        run.losses = records_.losses.data() + epochs;
        run.norms = records_.gradient_norms.data() + epochs;
        single_->updates(run);

        const std::uint64_t updates = run.update - state_->update;
        const std::size_t done = run.epochs_done;
        records_.losses.resize(epochs + done);
        records_.gradient_norms.resize(epochs + done);
        rate_ = run.learning_rates[run.one_rate ? 0 : run.batch - 1];
        records_.learning_rates.resize(epochs + done, rate_);
        records_.batch_loss = run.value;
        updates_ += updates;
        state_->update = run.update;
        state_->epoch += done;
        epoch_ += done;
        batch_ = run.batch;
        loss_ = run.loss_sum;
        weight_ = run.weight_sum;
        norm_ = run.norm;
        if (done > 0) {
            start_update_ = state_->update - batch_;
            start_epoch_ = state_->epoch;
        }
        untimed_ += work * double(updates);
        if (done > 0 && untimed_ > 1e5) {
            share_time();
        }
        if (poll_(work * double(updates))) {
            records_.ended = Ended::interrupted;
            over_ = true;
        }
        // What is to be evaluated after an epoch waits until training goes on.
        if (batch_ == n_batches_ && !(over_ && evaluates)) {
            end_epoch();
        }
    } while (next());
}

template bool Training<float>::takes_single_updates();
template bool Training<double>::takes_single_updates();
template void Training<float>::single_updates();
template void Training<double>::single_updates();

}  // namespace chainrule
