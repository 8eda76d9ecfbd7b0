#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "checks.hpp"
#include "fit.hpp"

using namespace chainrule;

namespace {

constexpr std::size_t forever = 100'000'000;

template <class F>
bool throws(F&& f) {
    try {
        f();
    } catch (const std::exception&) {
        return true;
    }
    return false;
}

}  // namespace

std::string interrupts() {
    Dice dice(7);
    const Fit<float> endless(shared_problem(forever));
    std::size_t most = 0;
    for (std::size_t k = 0; k < 9; ++k) {
        const std::size_t threads = std::vector<std::size_t>{1, 3, 7}[k % 3];
        const auto delay = std::chrono::microseconds(dice.below(60'000));
        std::atomic<bool> stop{false};
        std::thread other([&] {
            std::this_thread::sleep_for(delay);
            stop = true;
        });
        const Outcome<float> outcome = endless.train(threads, [&] { return stop.load(); });
        other.join();
        expect(outcome.records.ended == Ended::interrupted, "a fit went on");
        expect(outcome.update == 2 * outcome.epoch || outcome.update == 2 * outcome.epoch + 1,
               "not a whole number of updates");
        // The same way, as far as it went.
        if (outcome.update == 2 * outcome.epoch && outcome.epoch > 0) {
            const Outcome<float> again = Fit<float>(shared_problem(outcome.epoch)).train(1);
            expect(again.parameters == outcome.parameters && again.slots == outcome.slots,
                   "an interrupted fit took another way");
        }
        most = std::max(most, std::size_t(outcome.update));
    }
    expect(most > 0, "every fit was interrupted before it began");
    return "9 interrupts, after up to " + std::to_string(most) + " updates";
}

std::string failures() {
    const auto boom = [](std::size_t k) {
        if (k % 3 == 1) {
            throw std::runtime_error("thread " + std::to_string(k));
        }
    };
    std::size_t heard = 0;
    for (std::size_t i = 0; i < 200; ++i) {
        Team team(4);
        heard += throws([&] { team.each(8, [&](std::size_t, std::size_t k) { boom(k); }); });
        std::atomic<std::size_t> sum{0};
        team.each(100, [&](std::size_t, std::size_t k) { sum += k; });
        expect(sum == 4950, "a team is no good after an exception");
    }
    expect(heard == 200, "an exception was lost");

    Problem wrong = shared_problem(1);
    wrong.objective.segments.pop_back();
    expect(throws([&] { Fit<float>(wrong).train(1); }), "segments that cover too little");
    wrong = shared_problem(1);
    wrong.n_slots = 1;
    expect(throws([&] { Fit<float>(wrong).train(1); }), "too few slots for Adam");
    wrong = shared_problem(1);
    wrong.objective.layers[1].values =
        std::map<std::string, Value>{{"n_in", 41.0}, {"n_out", 20.0}, {"bias", 1.0}};
    expect(throws([&] { Fit<float>(wrong).train(1); }), "layers that do not follow each other");
    wrong = shared_problem(1);
    wrong.objective.layers[0].activations["activation"] = "Nonsense";
    expect(throws([&] { Fit<float>(wrong).train(1); }), "an activation that there is not");
    return "200 exceptions and 4 descriptions that are wrong";
}

/// Copies while the pool sleeps. Not while another thread takes memory: the address sanitizer's
/// allocator, unlike the C library's, stays locked in a copy.
std::string forks() {
    const Fit<float> fit(shared_problem(3));
    const Outcome<float> before = fit.train(1);
    expect(fit.train(3) == before, "depends on threads");
    const auto copy_is_well = [&] {
        const pid_t child = fork();
        if (child == 0) {
            bool well = false;
            try {
                well = fit.train(3) == before && fit.train(7) == before;
            } catch (...) {
            }
            _exit(well ? 0 : 1);
        }
        int status = 0;
        expect(child > 0 && waitpid(child, &status, 0) == child, "no copy");
        expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the copy fits something else");
    };
    for (int k = 0; k < 4; ++k) {
        copy_is_well();
        expect(fit.train(3) == before, "the process fits something else after a copy");
    }
    return "4 copies of the process";
}
