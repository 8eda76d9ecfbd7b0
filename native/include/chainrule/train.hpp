// Whole epochs of training.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "backprop.hpp"
#include "description.hpp"
#include "interrupt.hpp"
#include "optimizers/base.hpp"

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

enum class Ended { done, diverged, interrupted };

/// For each epoch: the loss, the norm of the last update's gradient, its learning rate, the time.
struct Records {
    std::vector<double> losses, gradient_norms, learning_rates, seconds;
    Ended ended = Ended::done;
};

template <class T>
class Training {
  public:
    /// @param learning_rates (epochs, n_batches)
    /// @param orders (epochs, n), or null for the plan's own
    Training(const PlanDescription& plan, State<T>& state, const Rows<T>& data, std::size_t epochs,
             const double* learning_rates, const std::int64_t* orders, Interrupted interrupted);

    /// Train until the epochs are done, a number is not finite any more, or someone interrupts.
    Records advance();

    static std::size_t n_batches(std::size_t n, std::size_t batch_rows) {
        return n == 0 ? 0 : 1 + (n - 1) / batch_rows;
    }

  private:
    /// Parameters that are updated alike.
    struct Range {
        std::size_t start, stop;
        double learning_rate_factor;
        bool decays;
    };

    bool epoch(std::size_t k, Records& records);
    double update(const Rows<T>& batch, double learning_rate, bool last);
    double gradient_norm() const;
    void keep_state();
    void restore_state();
    bool finite() const;

    const PlanDescription& plan_;
    State<T>& state_;
    Rows<T> data_;
    std::size_t epochs_, n_batches_;
    const double* learning_rates_;
    const std::int64_t* orders_;
    Poll poll_;
    Backprop<T> backprop_;
    std::unique_ptr<Optimizer<T>> optimizer_;
    double weight_decay_;
    std::vector<Range> ranges_;
    Buffer<T> gradient_, kept_parameters_, kept_slots_;
    Buffer<std::int64_t> order_;
    std::uint64_t kept_update_ = 0;
    double norm_ = 0.0;
};

}  // namespace chainrule
