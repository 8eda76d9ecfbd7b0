#include "checks.hpp"

#include <type_traits>

#include "fit.hpp"

namespace {

/// Of all fits.
struct Counts {
    std::size_t fits = 0, updates = 0, diverged = 0, parameter_parallel = 0;
};

template <class T>
void check(const Problem& problem, bool all, Counts& counts) {
    const std::string name = "problem " + std::to_string(problem.seed) +
                             (std::is_same_v<T, float> ? " in float" : " in double");
    const Fit<T> fit(problem);
    const Outcome<T> alone = fit.train(1);
    expect(alone.update <= problem.epochs * fit.n_batches(), name + " made too many updates");
    for (const std::size_t threads : {2, 3, 7}) {
        // One number of threads each, so that more problems are seen; all for some.
        if (all || problem.seed % 3 == threads % 3) {
            expect(fit.train(threads) == alone,
                   name + " depends on threads: " + std::to_string(threads));
        }
    }
    expect(fit.train(2, nullptr, 1 + problem.seed % 5) == alone,
           name + " depends on where it is cut");
    auto predictor = fit.predictor(alone.parameters);
    const std::vector<T> outputs = fit.predict(predictor, 1);
    const std::vector<T> shared = fit.predict(predictor, 3);
    expect(std::memcmp(outputs.data(), shared.data(), outputs.size() * sizeof(T)) == 0,
           name + " predicts something else on 3 threads");
    ++counts.fits;
    counts.updates += alone.update;
    const std::size_t batch = std::min(problem.rows, problem.plan.batch_rows);
    counts.parameter_parallel +=
        chainrule::Backprop<T>(problem.objective, batch, true, true).is_parameter_parallel();
    counts.diverged += alone.records.ended == chainrule::Ended::diverged;
}

}  // namespace

std::string shapes(std::uint64_t first, std::size_t count) {
    Counts counts;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const Size size = seed % 8 == 0    ? Size::large
                          : seed % 8 == 4  ? Size::heavy
                          : seed % 16 == 2 ? Size::coupled
                                           : Size::small;
        const Problem problem = any_problem(seed, size);
        check<float>(problem, size == Size::large, counts);
        check<double>(problem, size == Size::large, counts);
    }
    expect(4 * counts.diverged < counts.fits, "too many fits diverge to show much");
    expect(20 * counts.parameter_parallel > counts.fits, "too few fits share weights");
    return std::to_string(counts.fits) + " fits, " + std::to_string(counts.updates) + " updates, " +
           std::to_string(counts.diverged) + " diverged";
}
