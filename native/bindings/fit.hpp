// A fit as Python knows it: rows, state, course, outcome.
#pragma once

#include <nanobind/nanobind.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "arrays.hpp"
#include "chainrule/train.hpp"

namespace chainrule::bindings {

/// The rows that a session is given: those of the arrays, or some of them, by their numbers.
struct Table {
    Array X, y;
    std::optional<Array> weight, selected;
};

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

/// chainrule::State with arrays of Python, which are written to.
struct FitState {
    nb::object parameters, slots;
    std::uint64_t update, epoch;
    std::optional<Partial> partial;
    std::vector<RuleMemory> rules;
};

/// chainrule::Course with arrays of Python.
struct FitCourse {
    std::variant<double, Array> learning_rates;  // one for all updates, or (epochs, n_batches)
    std::optional<std::size_t> epochs, updates;
    std::optional<Array> orders;
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

/// Curves of one length, as the rows of an array: made at once, since each array takes a while.
inline nb::object as_rows(std::initializer_list<const std::vector<double>*> curves) {
    const std::size_t n = (*curves.begin())->size();
    NewArray<double> made({curves.size(), n});
    double* row = made.numbers;
    for (const std::vector<double>* curve : curves) {
        row = std::copy_n(curve->data(), n, row);
    }
    return made.array;
}

/// What an advance did, besides what it wrote to its state.
struct Outcome {
    Records records;
    bool validated = false;
    bool interrupted = false;

    nb::object curves() const {
        return as_rows(
            {&records.losses, &records.gradient_norms, &records.learning_rates, &records.seconds});
    }
    nb::object validation_losses() const {
        return validated ? as_rows({&records.validation_losses}) : nb::none();
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
