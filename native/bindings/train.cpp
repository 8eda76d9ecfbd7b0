// Whole epochs of training.
#include "chainrule/train.hpp"

#include <nanobind/stl/optional.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "bind.hpp"
#include "rows.hpp"

namespace chainrule::bindings {

namespace {

/// Lets Python's signal handlers run. A KeyboardInterrupt is swallowed, since the report tells it;
/// anything else that a handler raises is kept for the end.
class Signals {
  public:
    bool arrived() {
        const nb::gil_scoped_acquire held;
        if (PyErr_CheckSignals() == 0) {
            return false;
        }
        if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
            PyErr_Clear();
            interrupted_ = true;
        } else {
            raised_ = std::make_exception_ptr(nb::python_error());
        }
        return true;
    }

    /// At the end: the report, unless a handler raised something.
    void settle(Ended& ended) {
        if (ended == Ended::done && arrived() && interrupted_) {
            ended = Ended::interrupted;
        }
        if (raised_) {
            std::rethrow_exception(raised_);
        }
        if (interrupted_ && ended != Ended::interrupted) {
            PyErr_SetInterrupt();  // the report tells something else: let Python raise it
        }
    }

  private:
    bool interrupted_ = false;
    std::exception_ptr raised_;
};

const char* name_of(Ended ended) {
    switch (ended) {
        case Ended::diverged:
            return "diverged";
        case Ended::interrupted:
            return "interrupted";
        default:
            return "done";
    }
}

nb::object as_array(const std::vector<double>& values) {
    NewArray<double> made({values.size()});
    std::copy(values.begin(), values.end(), made.numbers);
    return made.array;
}

nb::object advance(const PlanDescription& plan, const Array& parameters, const Array& slots,
                   std::uint64_t update, std::uint64_t epoch, const Array& X, const Array& y,
                   const std::optional<Array>& weight, const Array& learning_rates,
                   const std::optional<Array>& orders) {
    return with_type_of(parameters, "parameters", [&]<class T>(T) -> nb::object {
        const Network<T> network(plan.objective.layers);
        const std::size_t size = network.n_parameters();
        const std::size_t n_slots = make_optimizer<T>(plan.optimizer)->n_slots();
        const Rows<T> data = rows_of<T>(X, y, weight, network.n_in(), network.n_out());
        const std::size_t epochs = learning_rates.ndim() == 2 ? learning_rates.shape(0) : 0;
        const std::size_t n_batches = Training<T>::n_batches(data.n, plan.batch_rows);
        const double* rates =
            numbers<double>(learning_rates, "learning_rates", {epochs, n_batches});
        const std::int64_t* order = nullptr;
        if (orders) {
            order = numbers<std::int64_t>(*orders, "orders", {epochs, data.n});
            const auto wrong = [&](std::int64_t k) { return k < 0 || std::size_t(k) >= data.n; };
            if (std::any_of(order, order + epochs * data.n, wrong)) {
                throw nb::value_error("orders must be row numbers from 0 to n - 1");
            }
        }
        const T* given_parameters = numbers<T>(parameters, "parameters", {size});
        const T* given_slots = numbers<T>(slots, "slots", {n_slots, size});
        NewArray<T> new_parameters({size}), new_slots({n_slots, size});
        std::copy_n(given_parameters, size, new_parameters.numbers);
        std::copy_n(given_slots, n_slots * size, new_slots.numbers);

        State<T> state{new_parameters.numbers, new_slots.numbers, size, n_slots, update, epoch};
        Signals signals;
        Records records;
        {
            const nb::gil_scoped_release released;
            Training<T> training(plan, state, data, epochs, rates, order,
                                 [&signals] { return signals.arrived(); });
            records = training.advance();
        }
        signals.settle(records.ended);
        return nb::make_tuple(new_parameters.array, new_slots.array, state.update, state.epoch,
                              as_array(records.losses), as_array(records.gradient_norms),
                              as_array(records.learning_rates), as_array(records.seconds),
                              name_of(records.ended));
    });
}

}  // namespace

void bind_train(nb::module_& m) {
    using namespace nb::literals;
    m.def("advance", &advance, "plan"_a, "parameters"_a, "slots"_a, "update"_a, "epoch"_a, "X"_a,
          "y"_a, "sample_weight"_a.none(), "learning_rates"_a, "orders"_a.none(),
          "Train for as many epochs as learning_rates (epochs, n_batches) has rows: parameters, "
          "slots, update, epoch, then for each epoch the loss, the gradient's norm, the learning "
          "rate and the seconds, and why it ended.");
}

}  // namespace chainrule::bindings
