// The objective, and its derivative by every parameter.
#include "chainrule/backprop.hpp"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>

#include <utility>

#include "bind.hpp"
#include "rows.hpp"

namespace chainrule::bindings {

namespace {

using Weight = std::optional<Array>;
using Position = std::optional<std::pair<std::uint64_t, std::uint64_t>>;

nb::object value_and_gradient(const ObjectiveDescription& description, const Array& parameters,
                              const Array& X, const Array& y, const Weight& weight,
                              const Position& position) {
    return with_type_of(parameters, "parameters", [&]<class T>(T) -> nb::object {
        const std::size_t n = n_rows(X, "X");
        Backprop<T> backprop(description, n, position.has_value(), true);
        const Network<T>& network = backprop.objective().network;
        const T* p = numbers<T>(parameters, "parameters", {network.n_parameters()});
        const Rows<T> rows = rows_of<T>(X, y, weight, network.n_in(), network.n_out());
        Pass pass;
        if (position) {
            pass = {true, Key{position->first, position->second, 0}, 0};
        }
        NewArray<T> gradient({network.n_parameters()});
        double value = 0.0;
        {
            const nb::gil_scoped_release released;
            value = backprop.value_and_gradient(p, rows, pass, gradient.numbers);
        }
        return nb::make_tuple(value, gradient.array);
    });
}

double value(const ObjectiveDescription& description, const Array& parameters, const Array& X,
             const Array& y, const Weight& weight) {
    return with_type_of(parameters, "parameters", [&]<class T>(T) -> double {
        const std::size_t n = n_rows(X, "X");
        Backprop<T> backprop(description, n, false, false);
        const Network<T>& network = backprop.objective().network;
        const T* p = numbers<T>(parameters, "parameters", {network.n_parameters()});
        const Rows<T> rows = rows_of<T>(X, y, weight, network.n_in(), network.n_out());
        const nb::gil_scoped_release released;
        return backprop.value(p, rows);
    });
}

}  // namespace

void bind_backprop(nb::module_& m) {
    using namespace nb::literals;
    m.def("value_and_gradient", &value_and_gradient, "objective"_a, "parameters"_a, "X"_a, "y"_a,
          "sample_weight"_a.none(), "position"_a.none(),
          "The value and the gradient; position is (seed, update) in training, None at "
          "evaluation.");
    m.def("value", &value, "objective"_a, "parameters"_a, "X"_a, "y"_a, "sample_weight"_a.none(),
          "The loss at evaluation, without the penalties.");
}

}  // namespace chainrule::bindings
