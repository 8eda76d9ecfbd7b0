// Whole epochs of training, of one network or of many.
#include "chainrule/train.hpp"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "bind.hpp"
#include "session.hpp"
#include "signals.hpp"

namespace chainrule::bindings {

namespace {

void advance(Session& session, Advance& advance, std::size_t threads) {
    const std::unique_ptr<Run> run = session.prepare(advance);
    Signals signals;
    {
        const Released released;
        run->run(threads, [&signals] { return signals.arrived(); });
    }
    run->finish();
    if (signals.arrived() && signals.interrupted()) {
        advance.interrupt();
    }
    signals.rethrow();
}

/// Which fits go side by side, in the order of their first ones.
std::vector<std::vector<Run*>> groups_of(const std::vector<std::unique_ptr<Run>>& runs) {
    std::vector<std::vector<Run*>> groups;
    std::vector<std::size_t> open;  // those with room
    for (const std::unique_ptr<Run>& run : runs) {
        const std::size_t most = run->side_by_side();
        const auto found = std::find_if(open.begin(), open.end(), [&](std::size_t g) {
            return most > 1 && run->goes_with(*groups[g].front());
        });
        if (found == open.end()) {
            groups.push_back({run.get()});
            if (most > 1) {
                open.push_back(groups.size() - 1);
            }
            continue;
        }
        groups[*found].push_back(run.get());
        if (groups[*found].size() == most) {
            open.erase(found);
        }
    }
    return groups;
}

/// A group's fits: together where that is faster, else one after the other.
void run_group(const std::vector<Run*>& group, const std::atomic<bool>& stop,
               const Interrupted& interrupted) {
    if (!stop && group.size() > 1) {
        group.front()->run_with({group.begin() + 1, group.end()}, interrupted);
        return;
    }
    for (Run* run : group) {
        if (stop) {
            run->records.ended = Ended::interrupted;
        } else {
            run->run(1, interrupted);
        }
    }
}

/// Each group of fits by one thread, whichever comes to it first.
bool advance_many(const std::vector<std::tuple<Session*, Advance*>>& fits, std::size_t threads,
                  const nb::object& progress) {
    std::vector<std::unique_ptr<Run>> runs;
    for (const auto& [session, advance] : fits) {
        runs.push_back(session->prepare(*advance));
    }
    std::atomic<std::size_t> done{0};
    std::atomic<bool> stop{false};
    std::function<void()> tell;
    if (!progress.is_none()) {
        tell = [&] { progress(done.load()); };
    }
    Signals signals(tell);
    {
        const Released released;
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
        const std::vector<std::vector<Run*>> groups = groups_of(runs);
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
                    for (Run* run : groups[i]) {
                        run->release();
                    }
                    done += groups[i].size();
                }
            },
            meanwhile);
    }
    signals.rethrow();
    for (const std::unique_ptr<Run>& run : runs) {
        run->finish();
    }
    return signals.interrupted();
}

}  // namespace

void bind_train(nb::module_& m) {
    using namespace nb::literals;
    nb::class_<StopRule>(m, "Rule", "A stop rule that watches a loss.")
        .def(
            "__init__",
            [](StopRule* self, int kind, bool on_validation, double bound, std::uint64_t patience,
               std::uint64_t start_from_epoch, bool keep) {
                if (kind < 0 || kind > static_cast<int>(StopRule::Kind::target)) {
                    throw nb::value_error("a rule is of no kind that there is");
                }
                new (self) StopRule{static_cast<StopRule::Kind>(kind),
                                    on_validation,
                                    bound,
                                    patience,
                                    start_from_epoch,
                                    keep};
            },
            "kind"_a, "on_validation"_a, "bound"_a, "patience"_a, "start_from_epoch"_a, "keep"_a);
    nb::class_<RuleMemory>(m, "RuleState", "What a rule remembers.")
        .def(
            "__init__",
            [](RuleMemory* self, double best, std::uint64_t best_epoch, std::uint64_t waited) {
                new (self) RuleMemory{best, best_epoch, waited};
            },
            "best"_a, "best_epoch"_a, "waited"_a)
        .def_ro("best", &RuleMemory::best)
        .def_ro("best_epoch", &RuleMemory::best_epoch)
        .def_ro("waited", &RuleMemory::waited)
        .def_ro("parameters", &RuleMemory::parameters,
                "Those of the best epoch, if it was one of an advance.");
    nb::class_<Partial>(m, "PartialEpoch", "Where training stands inside an epoch.")
        .def(
            "__init__",
            [](Partial* self, std::uint64_t batch, double loss, double weight, double gradient_norm,
               double seconds, std::uint64_t update, nb::object parameters, nb::object slots) {
                new (self) Partial{batch,
                                   loss,
                                   weight,
                                   gradient_norm,
                                   seconds,
                                   update,
                                   std::move(parameters),
                                   std::move(slots)};
            },
            "batch"_a, "loss"_a, "weight"_a, "gradient_norm"_a, "seconds"_a, "update"_a,
            "parameters"_a, "optimizer_state"_a)
        .def_ro("batch", &Partial::batch)
        .def_ro("loss", &Partial::loss)
        .def_ro("weight", &Partial::weight)
        .def_ro("gradient_norm", &Partial::gradient_norm)
        .def_ro("seconds", &Partial::seconds)
        .def_ro("update", &Partial::update)
        .def_ro("parameters", &Partial::parameters)
        .def_ro("optimizer_state", &Partial::slots);
    nb::class_<Advance>(m, "Advance",
                        "One advance of a session: the state that it begins with, and how far it "
                        "goes: epochs or updates, with learning_rates (epochs, n_batches) or one "
                        "of them all. Afterwards the new state, and what was recorded.")
        .def(
            "__init__",
            [](Advance* self, nb::object parameters, nb::object slots, std::uint64_t update,
               std::uint64_t epoch, const Partial* partial, std::vector<RuleMemory> rules,
               std::variant<double, Array> learning_rates, std::optional<std::size_t> epochs,
               std::optional<std::size_t> updates, std::optional<Array> orders) {
                new (self) Advance{std::move(parameters),
                                   std::move(slots),
                                   update,
                                   epoch,
                                   partial == nullptr ? std::nullopt : std::make_optional(*partial),
                                   std::move(rules),
                                   std::move(learning_rates),
                                   epochs,
                                   updates,
                                   std::move(orders),
                                   {}};
            },
            "parameters"_a, "optimizer_state"_a, "update"_a, "epoch"_a, "partial"_a.none(),
            "rules"_a, "learning_rates"_a, "epochs"_a.none(), "updates"_a.none(),
            "orders"_a.none() = nb::none())
        .def_ro("parameters", &Advance::parameters)
        .def_ro("optimizer_state", &Advance::slots)
        .def_ro("update", &Advance::update)
        .def_ro("epoch", &Advance::epoch)
        .def_ro("partial", &Advance::partial)
        .def_ro("rules", &Advance::rules)
        .def_prop_ro("n_epochs", &Advance::n_epochs, "The number of epochs that were recorded.")
        .def("write_curves", &Advance::write_curves, "curves"_a,
             "Write each epoch's loss, gradient norm, learning rate and seconds, (4, n_epochs).")
        .def_prop_ro("validation_losses", &Advance::validation_losses,
                     "The validation loss of each epoch, or None.")
        .def_prop_ro("batch_loss", [](const Advance& a) { return a.records.batch_loss; })
        .def_prop_ro("rule", [](const Advance& a) { return a.records.rule; })
        .def_prop_ro("ended", &Advance::ended)
        .def_ro("interrupted", &Advance::interrupted);
    nb::class_<Session>(m, "Session",
                        "A plan and its rows, prepared for training: n of them, by their numbers, "
                        "where some are selected.")
        .def(nb::new_(&make_session), "plan"_a, "rows"_a, "validation"_a.none() = nb::none(),
             "rules"_a = std::vector<StopRule>(), "first"_a = 0, "n"_a.none() = nb::none(),
             "selected"_a.none() = nb::none())
        .def("advance", &advance, "advance"_a, "threads"_a = 1,
             "Train as far as the advance goes, and write to it and its arrays.");
    m.def(
        "advance_many", &advance_many, "fits"_a, "threads"_a, "progress"_a.none(),
        "Carry out (session, advance) of many fits: whether there was an interrupt. progress(n) is "
        "called with how many are done.");
    m.def("processors", &processors, "How many processors this process may run on.");
    m.def(
        "variable", [](const char* name) { return std::getenv(name); }, "name"_a,
        "A variable of the environment, or None.");
}

}  // namespace chainrule::bindings
