// Threads that share the work of one call.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <vector>

namespace chainrule {

/// A process was forked while its threads shared work: the child has none of them, and cannot go
/// on.
struct Forked : std::runtime_error {
    Forked()
        : std::runtime_error(
              "this process was forked inside a call that several threads share, and cannot go on "
              "with it; leave it by os._exit, or start processes by the method 'spawn'") {}
};

/// How many threads may work at once in this process: the processors that it may run on.
std::size_t processors();

/// How many of at most `threads` threads to use for work of some nanoseconds: one more for each
/// time that it takes to wake a thread and to move to its cache what the others have changed, which
/// is `exchange`. All of them under CHAINRULE_THREADS_EXACT=1.
std::size_t threads_that_gain(double nanoseconds, double exchange, std::size_t threads);

class Worker;

/// The threads of one call, the caller among them: at most `threads`, and fewer while other calls
/// run, so that there are not more threads than processors; with CHAINRULE_THREADS_EXACT=1, exactly
/// `threads`. A team of 0 is its caller alone and is not counted among the threads at work: for a
/// caller that another team counts. Results must not depend on the number of threads: work has to
/// be cut into pieces that depend on the work alone.
class Team {
  public:
    explicit Team(std::size_t threads);
    ~Team();
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

    std::size_t size() const { return 1 + workers_.size(); }

    /// f(k) on the caller's thread with k = 0, and at most once on each other thread: a thread that
    /// has not begun when the caller is done does not run f. So f has to take its work from a
    /// shared counter. Returns when all are done; an exception of any thread is thrown again. While
    /// the caller waits, it calls `meanwhile` now and then.
    template <class F>
    void run(F&& f, const std::function<void()>& meanwhile = nullptr) {
        using Function = std::remove_reference_t<F>;
        call_ = [](void* of, std::size_t k) { (*static_cast<Function*>(of))(k); };
        of_ = const_cast<void*>(static_cast<const void*>(std::addressof(f)));
        start();
        call(0);
        finish(meanwhile);
    }

    /// Whether a thread has thrown: what is left is not done any more.
    bool failed() const { return failed_.load(std::memory_order_relaxed); }

    /// f(k, i) for every i below n, on the first thread k that is free.
    template <class F>
    void each(std::size_t n, F&& f) {
        if (workers_.empty() || n < 2) {
            for (std::size_t i = 0; i < n; ++i) {
                f(std::size_t{0}, i);
            }
            return;
        }
        std::atomic<std::size_t> next{0};
        run([&](std::size_t k) {
            for (std::size_t i = next++; i < n && !failed(); i = next++) {
                f(k, i);
            }
        });
    }

    /// f(k, i) for every i below n, by the threads k below `at_most`: each begins with a range of
    /// its own, whose data may still be in its cache, and then takes from the others.
    template <class F>
    void share(std::size_t n, std::size_t at_most, F&& f) {
        const std::size_t threads = std::min({size(), at_most, n});
        if (threads < 2) {
            for (std::size_t i = 0; i < n; ++i) {
                f(std::size_t{0}, i);
            }
            return;
        }
        for (std::size_t k = 0; k < threads; ++k) {
            next_[k].number.store(n * k / threads, std::memory_order_relaxed);
        }
        run([&](std::size_t k) {
            for (std::size_t part = 0; k < threads && part < threads; ++part) {
                const std::size_t of = (k + part) % threads;
                const std::size_t stop = n * (of + 1) / threads;
                for (std::size_t i = next_[of].number++; i < stop && !failed();
                     i = next_[of].number++) {
                    f(k, i);
                }
            }
        });
    }

  private:
    friend class Worker;

    struct alignas(64) Next {
        std::atomic<std::size_t> number{0};
    };

    void start();
    void call(std::size_t k) noexcept;
    void finish(const std::function<void()>& meanwhile);

    std::vector<Worker*> workers_;
    std::vector<Next> next_;  // for each thread, the next item of its range
    std::size_t forks_ = 0;
    bool counted_;  // among those at work
    void (*call_)(void*, std::size_t) = nullptr;
    void* of_ = nullptr;
    alignas(64) std::atomic<unsigned> pending_{0};
    std::atomic<bool> failed_{false};
    std::exception_ptr failure_;
};

}  // namespace chainrule
