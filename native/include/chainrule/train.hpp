// Whole epochs of training.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "backprop.hpp"
#include "description.hpp"
#include "elementwise.hpp"
#include "interrupt.hpp"
#include "single_network.hpp"
#include "optimizers/base.hpp"
#include "stopping.hpp"
#include "threads.hpp"

namespace chainrule {

/// What changes while training goes on; the arrays are the caller's.
template <class T>
struct State {
    T* parameters = nullptr;
    T* slots = nullptr;  // (n_slots, size)
    std::size_t size = 0;
    std::size_t n_slots = 0;
    std::uint64_t update = 0;
    std::uint64_t epoch = 0;
};

enum class Ended { done, diverged, interrupted, stopped };

/// For each epoch: the loss, the norm of the last update's gradient, its learning rate, the time,
/// the loss on the validation rows where there are any.
struct Records {
    std::vector<double> losses, gradient_norms, learning_rates, seconds, validation_losses;
    Ended ended = Ended::done;
    std::size_t rule = 0;  // the first that said stop
};

/// The epochs that are asked for.
struct Course {
    std::size_t epochs = 0;
    const double* learning_rates = nullptr;  // (epochs, n_batches), or one for all updates
    bool one_rate = false;
    const std::int64_t* orders = nullptr;  // (epochs, n), or null for the plan's own
};

/// What is looked at after each epoch.
template <class T>
struct Watch {
    Rows<T> validation;  // n = 0: none
    std::vector<StopRule> rules;
    std::vector<T*> best;  // for each rule, where it keeps the best parameters
};

template <class T>
class Training {
  public:
    Training(const PlanDescription& plan, State<T>& state, const Rows<T>& data,
             const Course& course, Watch<T>& watch, std::size_t threads, Interrupted interrupted);

    /// Train until the epochs are done, a number is not finite any more, a rule says stop, or
    /// someone interrupts.
    Records advance();

    /// The same step by step, for who works out the gradients of many at once: a batch is there
    /// for as long as `next` says so; `take` is told the value of what `lane` asks, and how many
    /// share the time; `finish` reports.
    bool next();
    GradientTask<T> lane();
    void take(double value, std::size_t sharing = 1);
    void go_on();  // alone, to the end
    Records finish();

    static std::size_t n_batches(std::size_t n, std::size_t batch_rows) {
        return n == 0 ? 0 : 1 + (n - 1) / batch_rows;
    }

  private:
    /// At most so many rows and epochs are trained on again, or one epoch, to find the last
    /// parameters that were finite.
    static constexpr std::size_t replayed_rows = 1024, replayed_epochs = 8;

    /// Parameters of one part that are updated alike.
    struct Range {
        std::size_t start, stop;
        double learning_rate_factor;
        bool decays;
    };

    void make_ranges();
    std::span<const Range> ranges_of(const Part& part) const {
        return {ranges_.data() + first_range_[part.k], ranges_.data() + first_range_[part.k + 1]};
    }
    void begin_epoch();
    void end_epoch();
    bool last_batch() const { return batch_ + 1 == n_batches_; }
    double update();
    T clip() const;
    void step(const Part& part, T* g, T scale);
    double squares(const Part& part, const T* g) const;
    double norm() const;
    void record(double value);
    bool count();
    bool look();
    void share_time();
    void keep_state();
    void restore_state();

    const PlanDescription& plan_;
    State<T>& state_;
    Rows<T> data_;
    Course course_;
    Watch<T>& watch_;
    std::size_t n_batches_, threads_;
    Poll poll_;
    Backprop<T> backprop_;
    std::unique_ptr<SingleNetwork<T>> small_;  // works out the gradient of a tiny network
    std::unique_ptr<Backprop<T>> validation_;
    std::unique_ptr<Optimizer<T>> optimizer_;
    const Elementwise<T>& elementwise_;
    double weight_decay_;
    std::vector<Range> ranges_;
    std::vector<std::size_t> first_range_;  // of each part, and the end
    std::vector<double> squares_;  // of the gradient, for each part
    Buffer<T> gradient_, kept_parameters_, kept_slots_;
    Buffer<std::int64_t> order_;
    std::unique_ptr<Team> team_;
    Records records_;

    // Where the epoch stands.
    std::size_t epoch_ = 0, batch_ = 0;
    Rows<T> rows_;
    const std::int64_t* epoch_order_ = nullptr;
    double loss_ = 0.0, weight_ = 0.0, rate_ = 0.0;
    bool over_ = false;

    std::chrono::steady_clock::time_point clock_;
    double untimed_ = 0.0;
    std::size_t sharing_ = 1;
    std::uint64_t kept_update_ = 0, kept_epoch_ = 0;
    std::size_t keep_every_ = 1;  // epochs
    double norm_ = 0.0;
};

}  // namespace chainrule
