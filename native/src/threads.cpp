#include "chainrule/threads.hpp"

#include <chrono>
#include <cstdlib>
#include <mutex>
#include <new>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#if defined(__linux__)
#include <sched.h>
#endif
#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

#include "chainrule/flush_to_zero.hpp"

namespace chainrule {

namespace {

/// How often a waiting thread looks before it sleeps: for tens of microseconds, longer than the
/// serial parts of an update.
constexpr int looks = 1500;

void pause() {
#if defined(__SSE2__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("isb");  // "yield" takes no time on most processors
#endif
}

/// Wait until a number differs from `old`: spin for a while, then sleep.
unsigned wait_for_change(const std::atomic<unsigned>& number, unsigned old) {
    for (int i = 0; i < looks; ++i) {
        const unsigned now = number.load(std::memory_order_acquire);
        if (now != old) {
            return now;
        }
        pause();
    }
    number.wait(old, std::memory_order_acquire);
    return number.load(std::memory_order_acquire);
}

bool exact() {
    const char* value = std::getenv("CHAINRULE_THREADS_EXACT");
    return value != nullptr && std::string_view(value) == "1";
}

}  // namespace

std::size_t processors() {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        return std::max(CPU_COUNT(&set), 1);
    }
#endif
    return std::max(std::thread::hardware_concurrency(), 1U);
}

std::size_t threads_that_gain(double nanoseconds, double exchange, std::size_t threads) {
    constexpr double wake = 2.5e4;
    if (threads < 2 || exact()) {
        return std::max<std::size_t>(threads, 1);
    }
    return 1 + std::size_t(std::min(nanoseconds / (wake + exchange), double(threads - 1)));
}

/// One thread of the pool: it waits for an offer, works for a team, and waits again.
class Worker {
  public:
    Worker() : thread_([this] { loop(); }) {}

    void offer(Team* team, std::size_t k) {
        team_ = team;
        k_ = k;
        ticket_.fetch_add(1, std::memory_order_release);  // from even to odd
        ticket_.notify_one();
    }
    /// Whether the offer could be taken back: then the worker had not begun.
    bool take_back() { return close(ticket_.load(std::memory_order_relaxed)); }
    void join() {
        offer(nullptr, 0);
        thread_.join();
    }

  private:
    /// An odd ticket becomes even once: by the worker that begins, or by the team that takes it
    /// back.
    bool close(unsigned ticket) {
        return (ticket & 1) != 0 &&
               ticket_.compare_exchange_strong(ticket, ticket + 1, std::memory_order_acq_rel);
    }

    void loop() {
        const FlushToZero flush;
        for (unsigned seen = 0;;) {
            const unsigned now = wait_for_change(ticket_, seen);
            seen = now;
            if (!close(now)) {
                continue;
            }
            seen = now + 1;
            Team* team = team_;
            if (team == nullptr) {
                return;
            }
            team->call(k_);
            // After the last decrement the team may be destroyed.
            if (team->pending_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
                team->pending_.notify_one();
            }
        }
    }

    alignas(64) std::atomic<unsigned> ticket_{0};
    Team* team_ = nullptr;
    std::size_t k_ = 0;
    std::thread thread_;
};

namespace {

/// All threads of the process. The memory is never freed, so that it outlives every static object.
struct Pool {
    std::mutex mutex;
    std::vector<Worker*> idle;
    std::size_t busy = 0;   // threads at work, callers included
    std::size_t forks = 0;  // the number of forks that led to this process

    void join_idle() {
        for (Worker* worker : idle) {
            worker->join();
            delete worker;
        }
        idle.clear();
    }
};

Pool& pool() {
    alignas(Pool) static unsigned char memory[sizeof(Pool)];
    static Pool* const made = [] {
        Pool* p = new (memory) Pool;
#if defined(__unix__) || defined(__APPLE__)
        // A forked process has only the thread that forked: idle ones are joined before, and busy
        // ones are forgotten in the child.
        pthread_atfork(
            [] {
                pool().mutex.lock();
                pool().join_idle();
            },
            [] { pool().mutex.unlock(); },
            [] {
                const std::size_t forks = pool().forks + 1;
                new (&pool()) Pool;
                pool().forks = forks;
            });
#endif
        return p;
    }();
    return *made;
}

/// Makes the pool before any thread could need it, since a fork in the midst would leave it locked,
/// and joins the idle threads at the end of the process.
struct AtExit {
    AtExit() { pool(); }
    ~AtExit() {
        const std::lock_guard lock(pool().mutex);
        pool().join_idle();
    }
} at_exit;

}  // namespace

Team::Team(std::size_t threads) : counted_(threads > 0) {
    if (!counted_) {
        return;
    }
    Pool& all = pool();
    const std::lock_guard lock(all.mutex);
    forks_ = all.forks;
    ++all.busy;
    if (threads < 2) {
        return;
    }
    std::size_t more = threads - 1;
    if (!exact()) {
        const std::size_t there = processors();
        more = std::min(more, there > all.busy ? there - all.busy : 0);
    }
    workers_.reserve(more);
    try {
        for (std::size_t k = 0; k < more; ++k) {
            if (all.idle.empty()) {
                workers_.push_back(new Worker);
            } else {
                workers_.push_back(all.idle.back());
                all.idle.pop_back();
            }
        }
    } catch (const std::system_error&) {
        // The system has no more threads: these suffice.
    }
    all.busy += workers_.size();
    next_ = std::vector<Next>(size());
}

Team::~Team() {
    if (!counted_) {
        return;
    }
    Pool& all = pool();
    const std::lock_guard lock(all.mutex);
    if (forks_ == all.forks) {
        all.idle.insert(all.idle.end(), workers_.begin(), workers_.end());
        all.busy -= size();
    }
}

void Team::start() {
    if (workers_.empty()) {
        return;
    }
    if (forks_ != pool().forks) {
        workers_.clear();  // they belong to the parent process
        return;
    }
    pending_.store(static_cast<unsigned>(workers_.size()), std::memory_order_relaxed);
    for (std::size_t k = 0; k < workers_.size(); ++k) {
        workers_[k]->offer(this, k + 1);
    }
}

void Team::call(std::size_t k) noexcept {
    try {
        call_(of_, k);
    } catch (...) {
        if (!failed_.exchange(true)) {
            failure_ = std::current_exception();
        }
    }
}

void Team::finish(const std::function<void()>& meanwhile) {
    if (forks_ != pool().forks) {  // its threads belong to the parent process
        workers_.clear();
        throw Forked();
    }
    // A worker that has not begun by now would find nothing to do, and may take long to wake.
    for (Worker* worker : workers_) {
        if (worker->take_back()) {
            pending_.fetch_sub(1, std::memory_order_relaxed);
        }
    }
    for (unsigned left = workers_.empty() ? 0 : pending_.load(std::memory_order_acquire); left > 0;
         left = pending_.load(std::memory_order_acquire)) {
        if (forks_ != pool().forks) {
            workers_.clear();
            throw Forked();
        }
        if (meanwhile) {
            meanwhile();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        } else {
            wait_for_change(pending_, left);
        }
    }
    if (failed_.exchange(false)) {
        std::rethrow_exception(std::exchange(failure_, nullptr));
    }
}

}  // namespace chainrule
