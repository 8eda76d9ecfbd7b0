#include <atomic>
#include <exception>
#include <functional>
#include <thread>

#include "checks.hpp"
#include "fit.hpp"

using namespace chainrule;

namespace {

/// f(k) on so many threads of our own; what one of them throws is thrown again.
void at_once(std::size_t n, const std::function<void(std::size_t)>& f) {
    std::vector<std::exception_ptr> failures(n);
    std::vector<std::thread> threads;
    for (std::size_t k = 0; k < n; ++k) {
        threads.emplace_back([&, k] {
            try {
                f(k);
            } catch (...) {
                failures[k] = std::current_exception();
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (const std::exception_ptr& failure : failures) {
        if (failure) {
            std::rethrow_exception(failure);
        }
    }
}

}  // namespace

std::string together() {
    constexpr std::size_t n = 12;
    std::vector<Fit<float>> fits;
    std::vector<Outcome<float>> alone;
    for (std::size_t i = 0; i < n; ++i) {
        Problem problem = i % 2 == 0 ? shared_problem(4) : any_problem(1000 + i, Size::large);
        problem.seed += i;
        fits.emplace_back(problem);
        alone.push_back(fits.back().train(1));
    }
    const auto check = [&](std::size_t i, std::size_t threads) {
        expect(fits[i].train(threads) == alone[i], "a fit beside others is another");
    };
    // Each asks for a team of its own.
    at_once(4, [&](std::size_t k) {
        for (std::size_t i = 0; i < n; ++i) {
            check((i + 3 * k) % n, 1 + (i + k) % 3);
        }
    });
    // One team, a thread for each fit: as train_many does it.
    for (const std::size_t threads : {2, 3, 7}) {
        std::atomic<std::size_t> asked{0};
        std::atomic<std::size_t> next{0};
        Team team(threads);
        team.run(
            [&](std::size_t) {
                for (std::size_t i = next++; i < n; i = next++) {
                    check(i, 1);
                }
            },
            [&] { ++asked; });
    }
    return std::to_string(n) + " fits, alone and beside others";
}

std::string predictions() {
    Problem problem = shared_problem(1);
    problem.rows = 4000;  // four runs of 1,024 rows, the last with a rest
    problem.plan.batch_rows = 4000;
    const Fit<double> fit(problem);
    auto predictor = fit.predictor(fit.train(3).parameters);
    const std::vector<double> alone = fit.predict(predictor, 1);
    at_once(4, [&](std::size_t k) {
        for (std::size_t i = 0; i < 4; ++i) {
            expect(fit.predict(predictor, 1 + (i + k) % 4) == alone, "outputs depend on others");
        }
    });
    return "4000 rows, by four threads at once";
}
