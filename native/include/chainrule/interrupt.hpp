// Checking from time to time for an interrupt.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <utility>

#include "flush_to_zero.hpp"

namespace chainrule {

using Interrupted = std::function<bool()>;

/// Checks about every 50 ms. The clock is read only once in a while, since that takes longer than
/// an update of a tiny network.
class Poll {
  public:
    explicit Poll(Interrupted interrupted) : interrupted_(std::move(interrupted)) {}

    /// Whether to stop, after so much work (in floating-point operations, roughly).
    bool operator()(double work) {
        work_ += work;
        if (work_ < 1e6 || !interrupted_) {
            return false;
        }
        work_ = 0.0;
        const Clock::time_point now = Clock::now();
        if (now - asked_ < std::chrono::milliseconds(50)) {
            return false;
        }
        const FlushToZero suspended(false);
        stopped_ = interrupted_() || stopped_;
        asked_ = Clock::now();
        return stopped_;
    }

    /// Whether an interrupt was seen.
    bool stopped() const { return stopped_; }

  private:
    using Clock = std::chrono::steady_clock;

    Interrupted interrupted_;
    double work_ = 0.0;
    bool stopped_ = false;
    Clock::time_point asked_ = Clock::now();
};

/// Thrown out of a computation that nothing has come of yet.
struct Interruption : std::exception {
    const char* what() const noexcept override { return "interrupted"; }
};

/// Lets what this thread computes be given up in between, until the end of the scope: `poll` is
/// asked at each `check_interrupt`; a null one is not.
class Polled {
  public:
    explicit Polled(Poll* poll) : before_(current_) { current_ = poll; }
    ~Polled() { current_ = before_; }
    Polled(const Polled&) = delete;
    Polled& operator=(const Polled&) = delete;

    static Poll* current() { return current_; }

  private:
    static inline thread_local Poll* current_ = nullptr;
    Poll* before_;
};

/// Throws `Interruption` if an interrupt has come, before so much work.
inline void check_interrupt(double work) {
    Poll* const poll = Polled::current();
    if (poll != nullptr && (*poll)(work)) {
        throw Interruption();
    }
}

}  // namespace chainrule
