// The objective, and its derivative by every parameter.
#include "chainrule/backprop.hpp"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>

#include <utility>

#include "bind.hpp"
#include "chainrule/flush_to_zero.hpp"
#include "rows.hpp"
#include "signals.hpp"

namespace chainrule::bindings {

namespace {

using Weight = std::optional<Array>;
using Position = std::optional<std::pair<std::uint64_t, std::uint64_t>>;

nb::object value_and_gradient(const ObjectiveDescription& description, const Array& parameters,
                              const Array& X, const Array& y, const Weight& weight,
                              const Position& position, std::size_t threads) {
    return with_type_of(parameters, "parameters", [&]<class T>(T) -> nb::object {
        const std::size_t n = n_rows(X, "X");
        Backprop<T> backprop(description, n, position.has_value(), true, threads);
        const Network<T>& network = backprop.objective().network;
        const T* p = numbers<T>(parameters, "parameters", {network.n_parameters()});
        const Rows<T> rows = rows_of<T>(X, y, weight, network.n_in(), network.n_out());
        Pass pass;
        if (position) {
            pass = {true, Key{position->first, position->second, 0}, 0};
        }
        NewArray<T> gradient({network.n_parameters()});
        Signals signals;
        double value = 0.0;
        try {
            const Released released;
            const FlushToZero flush;
            Team team(backprop.useful_threads());
            Poll poll([&signals] { return signals.arrived(); });
            const Polled polled(&poll);
            value = backprop.value_and_gradient(p, rows, pass, gradient.numbers, team);
        } catch (const Interruption&) {
        }
        signals.rethrow_all();
        return nb::make_tuple(value, gradient.array);
    });
}

double value(const ObjectiveDescription& description, const Array& parameters, const Array& X,
             const Array& y, const Weight& weight, std::size_t threads) {
    return with_type_of(parameters, "parameters", [&]<class T>(T) -> double {
        const std::size_t n = n_rows(X, "X");
        Backprop<T> backprop(description, n, false, false, threads);
        const Network<T>& network = backprop.objective().network;
        const T* p = numbers<T>(parameters, "parameters", {network.n_parameters()});
        const Rows<T> rows = rows_of<T>(X, y, weight, network.n_in(), network.n_out());
        Signals signals;
        double value = 0.0;
        {
            const Released released;
            Team team(backprop.useful_threads());
            Poll poll([&signals] { return signals.arrived(); });
            value = backprop.value(p, rows, team, &poll);
        }
        signals.rethrow_all();
        return value;
    });
}

std::size_t useful_threads(const ObjectiveDescription& description, std::size_t rows,
                           std::size_t threads) {
    return Backprop<float>(description, rows, true, true, threads).useful_threads();
}

}  // namespace

void bind_backprop(nb::module_& m) {
    using namespace nb::literals;
    m.def("value_and_gradient", &value_and_gradient, "objective"_a, "parameters"_a, "X"_a, "y"_a,
          "sample_weight"_a.none(), "position"_a.none(), "threads"_a = 1,
          "The value and the gradient; position is (seed, update) in training, None at "
          "evaluation.");
    m.def("value", &value, "objective"_a, "parameters"_a, "X"_a, "y"_a, "sample_weight"_a.none(),
          "threads"_a = 1, "The loss at evaluation, without the penalties.");
    m.def("useful_threads", &useful_threads, "objective"_a, "rows"_a, "threads"_a,
          "How many threads an update of so many rows is shared by, of those that there are.");
}

}  // namespace chainrule::bindings
