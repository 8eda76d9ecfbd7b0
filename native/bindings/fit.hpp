// A fit as Python knows it: rows, state, course, outcome.
#pragma once

#include <nanobind/nanobind.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include "arrays.hpp"
#include "chainrule/train.hpp"

namespace chainrule::bindings {

/// The rows that a session is given: X, y and what each row counts, if that differs.
using Table = std::tuple<Array, Array, std::optional<Array>>;

/// chainrule::PartialEpoch with arrays of Python.
struct Partial {
    std::uint64_t batch = 0;
    double loss = 0.0, weight = 0.0, gradient_norm = 0.0, seconds = 0.0;
    std::uint64_t update = 0;
    nb::object parameters, slots;  // at its beginning
};

/// What a rule remembers; `parameters` are those of the best epoch, if an advance has seen it.
struct RuleMemory {
    double best;
    std::uint64_t best_epoch, waited;
    nb::object parameters = nb::none();
};

inline const char* name_of(Ended ended) {
    switch (ended) {
        case Ended::diverged:
            return "diverged";
        case Ended::interrupted:
            return "interrupted";
        case Ended::stopped:
            return "stopped";
        default:
            return "done";
    }
}

/// One advance of a session: the state that it begins with, how far it goes and, afterwards, the
/// state that it came to and what was recorded. One object, since making each takes a while.
struct Advance {
    // chainrule::State, with arrays of Python that are written to.
    nb::object parameters, slots;
    std::uint64_t update, epoch;
    std::optional<Partial> partial;
    std::vector<RuleMemory> rules;

    // chainrule::Course, with arrays of Python.
    std::variant<double, Array> learning_rates;  // one for all updates, or (epochs, n_batches)
    std::optional<std::size_t> epochs, updates;
    std::optional<Array> orders;

    Records records;
    bool validated = false;
    bool interrupted = false;

    std::size_t n_epochs() const { return records.losses.size(); }

    /// The curves as the rows of an array.
    void write_curves(const Filled& to) const {
        double* row = filled<double>(to, "curves", {4, n_epochs()});
        for (const std::vector<double>* curve : {&records.losses, &records.gradient_norms,
                                                 &records.learning_rates, &records.seconds}) {
            row = std::copy_n(curve->data(), n_epochs(), row);
        }
    }

    nb::object validation_losses() const {
        if (!validated) {
            return nb::none();
        }
        const std::vector<double>& losses = records.validation_losses;
        NewArray<double> made({losses.size()});
        std::copy_n(losses.data(), losses.size(), made.numbers);
        return made.array;
    }

    const char* ended() const { return name_of(records.ended); }

    /// An interrupt was heard, however the fit ended: what was learned until then is reported.
    void interrupt() {
        interrupted = true;
        if (records.ended == Ended::stopped) {
            return;
        }
        if (records.ended == Ended::diverged) {  // the last epoch is undone
            for (std::vector<double>* curve : {&records.losses, &records.gradient_norms,
                                               &records.learning_rates, &records.seconds}) {
                curve->pop_back();
            }
        }
        records.ended = Ended::interrupted;
    }
};

/// An array among the attributes of an object, where signatures do not check it.
template <class AnyArray>
AnyArray array(const nb::object& object, const char* name) {
    AnyArray found;
    if (!nb::try_cast(object, found)) {
        const bool filled = std::is_same_v<AnyArray, Filled>;
        throw nb::type_error(
            (std::string(name) + " must be an array" + (filled ? " that can be written to" : ""))
                .c_str());
    }
    return found;
}

}  // namespace chainrule::bindings
