// Training: updates and epochs over the rows of a table.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "backprop.hpp"
#include "description.hpp"
#include "elementwise.hpp"
#include "epoch_order.hpp"
#include "interrupt.hpp"
#include "single_network.hpp"
#include "single_updates.hpp"
#include "stopping.hpp"
#include "threads.hpp"
#include "updater.hpp"

namespace chainrule {

/// Where training stands inside an epoch, after `batch` of its batches.
template <class T>
struct PartialEpoch {
    std::uint64_t batch = 0;
    double loss = 0.0;    // sum of the batches' losses, each times its weight
    double weight = 0.0;  // sum of these weights
    double gradient_norm = 0.0;
    double seconds = 0.0;
    // The state at the epoch's beginning, which is restored if the epoch diverges.
    const T* parameters = nullptr;
    const T* slots = nullptr;
    std::uint64_t update = 0;
};

/// What changes while training goes on; the arrays are the caller's.
template <class T>
struct State {
    T* parameters = nullptr;
    T* slots = nullptr;  // (n_slots, size)
    std::size_t size = 0;
    std::size_t n_slots = 0;
    std::uint64_t update = 0;
    std::uint64_t epoch = 0;
    PartialEpoch<T> partial;  // batch = 0: between two epochs
};

enum class Ended { done, diverged, interrupted, stopped };

/// For each epoch: the loss, the norm of the last update's gradient, its learning rate, the time,
/// the loss on the validation rows where there are any.
struct Records {
    std::vector<double> losses, gradient_norms, learning_rates, seconds, validation_losses;
    double batch_loss = std::numeric_limits<double>::quiet_NaN();  // of the last update's batch
    Ended ended = Ended::done;
    std::size_t rule = 0;  // the first that said stop
};

/// How far to go. Learning rates and orders begin with the epoch under way.
struct Course {
    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

    std::size_t epochs = unlimited;
    std::size_t updates = unlimited;
    const double* learning_rates = nullptr;  // (epochs, n_batches), or one for all updates
    bool one_rate = false;
    const std::int64_t* orders = nullptr;  // (epochs, n), or null for the plan's own
};

/// The rows that are at hand: `rows.n` neighbours of an epoch's `n`, from `first` on. With fewer
/// than n, training ends where they end, and they lie in the epoch's order already. `rows.order`
/// may select n rows of a table.
template <class T>
struct Window {
    Rows<T> rows;
    std::size_t first = 0;
    std::size_t n = 0;
};

/// What is evaluated after each epoch.
template <class T>
struct Monitor {
    std::vector<StopRule> rules;
    std::vector<T*> best;  // for each rule, where it keeps the best parameters
};

/// Prepared for a plan and rows; may be asked to advance any state of that plan.
template <class T>
class Training {
  public:
    /// @param validation n = 0: none
    Training(const PlanDescription& plan, const Window<T>& window, const Rows<T>& validation,
             std::size_t threads);

    /// Train until the course is run, a number is not finite any more, a rule says stop, or someone
    /// interrupts.
    Records advance(State<T>& state, const Course& course, Monitor<T>& monitor,
                    Interrupted interrupted);

    /// The same step by step, for callers that compute the gradients of many networks at once:
    /// while `next` returns true there is a batch, `gradient_task` describes it, and `take` gets
    /// its value and the number of networks that share the time; `finish` reports.
    void begin(State<T>& state, const Course& course, Monitor<T>& monitor, Interrupted interrupted);
    bool next();
    GradientTask<T> gradient_task();
    void take(double value, std::size_t sharing = 1);
    void go_on();  // alone, to the end
    Records finish();

    static std::size_t n_batches(std::size_t n, std::size_t batch_rows) {
        return n == 0 ? 0 : 1 + (n - 1) / batch_rows;
    }

  private:
    /// At most this many rows and epochs are trained on again, or one epoch, to find the last
    /// parameters that were finite.
    static constexpr double replayed_rows = 1024, replayed_epochs = 8;
    /// And at most so many operations, of which an interrupt has to wait.
    static constexpr double replayed_work = 1e10;
    /// An update of more operations than this steps only when its whole gradient is there, so that
    /// it can be given up until then.
    static constexpr double long_work = 1e10;

    double work(std::size_t rows) const { return 6.0 * double(rows) * double(size_); }

    bool has_rows() const { return batch_ * plan_.batch_rows < window_.first + window_.rows.n; }
    void begin_epoch();
    void end_epoch();
    void find_batch();
    bool last_batch() const { return batch_ + 1 == n_batches_; }
    double update();
    bool takes_single_updates();
    void single_updates();
    void step(const Part& part, T* g, T scale);
    void record(double value);
    bool check_rules(double validation);
    void share_time(double partial = 0.0);
    void keep_state();
    void restore_state();
    void report_partial();

    const PlanDescription& plan_;
    Window<T> window_;
    Rows<T> validation_rows_;
    std::size_t n_batches_, threads_, size_, n_slots_;
    Backprop<T> backprop_;
    std::unique_ptr<SingleNetwork<T>> single_;  // in place of backprop_, for a tiny network
    std::unique_ptr<Backprop<T>> validation_;
    std::optional<Updater<T>> updater_;
    const Elementwise<T>& elementwise_;
    Buffer<T> gradient_, kept_parameters_, kept_slots_;
    EpochOrder order_;
    std::size_t keep_every_ = 1;  // epochs

    // One advance.
    State<T>* state_ = nullptr;
    const Course* course_ = nullptr;
    Monitor<T>* monitor_ = nullptr;
    Poll poll_{nullptr};
    std::unique_ptr<Team> team_;
    Records records_;
    std::size_t epoch_ = 0, updates_ = 0;
    bool over_ = false;

    /// Whether an update may have made the optimizer's memory infinite: not by a gradient whose
    /// squares are far from the largest float, where it is the only one of its epoch.
    static constexpr double safe_norm = 1e15;
    bool memory_at_risk() const { return n_slots_ > 0 && (n_batches_ > 1 || !(norm_ < safe_norm)); }

    // Where the epoch stands.
    std::size_t batch_ = 0;
    Rows<T> rows_;
    const std::int64_t* epoch_order_ = nullptr;
    double loss_ = 0.0, weight_ = 0.0, rate_ = 0.0, norm_ = 0.0;

    // The state to go back to: at the beginning of this epoch or a few epochs before.
    const T *start_parameters_ = nullptr, *start_slots_ = nullptr;
    std::uint64_t start_update_ = 0, start_epoch_ = 0;

    std::chrono::steady_clock::time_point clock_;
    double untimed_ = 0.0;
    std::size_t sharing_ = 1;
};

}  // namespace chainrule
