// Whole epochs of training, of one network or of many.
#include "chainrule/train.hpp"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "bind.hpp"
#include "job.hpp"
#include "signals.hpp"

namespace chainrule::bindings {

namespace {

using Validation = std::optional<std::tuple<Array, Array, std::optional<Array>>>;

nb::object advance(const PlanDescription& plan, Filled parameters, Filled slots,
                   std::uint64_t update, std::uint64_t epoch, Array X, Array y,
                   std::optional<Array> weight, Rates learning_rates, std::size_t epochs,
                   std::optional<Array> orders, Validation validation, std::vector<Rule> rules,
                   std::size_t threads) {
    const std::unique_ptr<Job> job = make_job(
        {&plan, std::move(parameters), std::move(slots), update, epoch, std::move(X), std::move(y),
         std::move(weight), std::move(learning_rates), epochs, std::move(orders),
         std::move(validation), std::move(rules)});
    Signals signals;
    {
        const nb::gil_scoped_release released;
        job->run(threads, [&signals] { return signals.arrived(); });
    }
    if (signals.arrived() && signals.interrupted()) {
        job->interrupt();
    }
    signals.rethrow();
    return job->report();
}

/// Which fits go side by side, in the order of their first ones.
std::vector<std::vector<Job*>> groups_of(const std::vector<std::unique_ptr<Job>>& jobs) {
    std::vector<std::vector<Job*>> groups;
    std::vector<std::size_t> open;  // those with room
    for (const std::unique_ptr<Job>& job : jobs) {
        const std::size_t most = job->side_by_side();
        const auto found = std::find_if(open.begin(), open.end(), [&](std::size_t g) {
            return most > 1 && job->goes_with(*groups[g].front());
        });
        if (found == open.end()) {
            groups.push_back({job.get()});
            if (most > 1) {
                open.push_back(groups.size() - 1);
            }
            continue;
        }
        groups[*found].push_back(job.get());
        if (groups[*found].size() == most) {
            open.erase(found);
        }
    }
    return groups;
}

/// A group's fits: together where that is faster, else one after the other.
void run_group(const std::vector<Job*>& group, const std::atomic<bool>& stop,
               const Interrupted& interrupted) {
    if (!stop && group.size() > 1) {
        group.front()->run_with({group.begin() + 1, group.end()}, interrupted);
        return;
    }
    for (Job* job : group) {
        if (stop) {
            job->ended = Ended::interrupted;
        } else {
            job->run(1, interrupted);
        }
    }
}

/// Each group of fits by one thread, whichever comes to it first.
nb::object advance_many(const nb::list& fits, std::size_t threads, const nb::object& progress) {
    std::vector<std::unique_ptr<Job>> jobs;
    for (const nb::handle item : fits) {
        const auto fit = nb::cast<nb::tuple>(item);
        const auto optional = [&](std::size_t i) {
            return fit[i].is_none() ? std::nullopt : std::make_optional(nb::cast<Array>(fit[i]));
        };
        jobs.push_back(make_job(
            {&nb::cast<const PlanDescription&>(fit[0]), nb::cast<Filled>(fit[1]),
             nb::cast<Filled>(fit[2]), nb::cast<std::uint64_t>(fit[3]),
             nb::cast<std::uint64_t>(fit[4]), nb::cast<Array>(fit[5]), nb::cast<Array>(fit[6]),
             optional(7), nb::cast<Rates>(fit[8]), nb::cast<std::size_t>(fit[9]), optional(10),
             nb::cast<Validation>(fit[11]), nb::cast<std::vector<Rule>>(fit[12])}));
    }
    std::atomic<std::size_t> done{0};
    std::atomic<bool> stop{false};
    std::function<void()> tell;
    if (!progress.is_none()) {
        tell = [&] { progress(done.load()); };
    }
    Signals signals(tell);
    {
        const nb::gil_scoped_release released;
        const auto heard = [&] {
            if (signals.arrived()) {
                stop = true;
            }
            return stop.load();
        };
        std::chrono::steady_clock::time_point asked = std::chrono::steady_clock::now();
        const auto meanwhile = [&] {
            const auto now = std::chrono::steady_clock::now();
            if (now - asked > std::chrono::milliseconds(50)) {
                heard();
                asked = now;
            }
        };
        std::atomic<std::size_t> next{0};
        const std::vector<std::vector<Job*>> groups = groups_of(jobs);
        Team team(std::min(threads, groups.size()));
        team.run(
            [&](std::size_t k) {
                for (std::size_t i = next++; i < groups.size(); i = next++) {
                    Interrupted interrupted = [&stop] { return stop.load(); };
                    if (k == 0) {
                        meanwhile();
                        interrupted = heard;
                    }
                    run_group(groups[i], stop, interrupted);
                    done += groups[i].size();
                }
            },
            meanwhile);
    }
    signals.rethrow();
    nb::list reports;
    for (const std::unique_ptr<Job>& job : jobs) {
        reports.append(job->report());
    }
    return nb::make_tuple(reports, signals.interrupted());
}

}  // namespace

void bind_train(nb::module_& m) {
    using namespace nb::literals;
    m.def("advance", &advance, "plan"_a, "parameters"_a, "slots"_a, "update"_a, "epoch"_a, "X"_a,
          "y"_a, "sample_weight"_a.none(), "learning_rates"_a, "epochs"_a = 0,
          "orders"_a = nb::none(),
          "validation"_a = nb::none(), "rules"_a = std::vector<Rule>(), "threads"_a = 1,
          "Train parameters and slots for some epochs, with learning_rates (epochs, n_batches) or "
          "one: update, epoch, then for each epoch the loss, the gradient's norm, the learning "
          "rate, the seconds and the validation loss, what the rules remember, which one said "
          "stop, and why it ended.");
    m.def("advance_many", &advance_many, "fits"_a, "threads"_a, "progress"_a.none(),
          "Fits given as tuples of the arguments of `advance` but the last: their reports, and "
          "whether there was an interrupt. progress(n) is told how many are done.");
    m.def("processors", &processors, "How many processors this process may run on.");
    m.def(
        "variable", [](const char* name) { return std::getenv(name); }, "name"_a,
        "A variable of the environment, or None.");
}

}  // namespace chainrule::bindings
