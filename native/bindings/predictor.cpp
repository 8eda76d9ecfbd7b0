// Outputs for rows.
#include "chainrule/predictor.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <utility>

#include "arrays.hpp"
#include "bind.hpp"
#include "signals.hpp"

namespace chainrule::bindings {

namespace {

/// A predictor of either type.
class AnyPredictor {
  public:
    AnyPredictor(std::vector<LayerDescription> layers, const Array& parameters) {
        with_type_of(parameters, "parameters", [&]<class T>(T) {
            const std::size_t size = Network<T>(layers).n_parameters();
            const T* p = numbers<T>(parameters, "parameters", {size});
            of<T>() = std::make_unique<Predictor<T>>(std::move(layers), p);
        });
    }

    void predict(const Array& X, const Filled& a, std::size_t threads) {
        of_float_ ? predict_as<float>(X, a, threads) : predict_as<double>(X, a, threads);
    }

  private:
    template <class T>
    std::unique_ptr<Predictor<T>>& of() {
        if constexpr (std::is_same_v<T, float>) {
            return of_float_;
        } else {
            return of_double_;
        }
    }

    template <class T>
    void predict_as(const Array& X, const Filled& a, std::size_t threads) {
        Predictor<T>& predictor = *of<T>();
        const std::size_t n = X.ndim() == 2 ? X.shape(0) : 1;
        const T* rows = numbers<T>(X, "X", {n, predictor.n_in()});
        T* outputs = filled<T>(a, "outputs", {n, predictor.n_out()});
        Signals signals;
        Poll poll([&signals] { return signals.arrived(); });
        if (predictor.work(n) < 1e5) {  // sooner done than someone else could take the GIL
            predictor.predict(rows, outputs, n, 1, poll);
        } else {
            const Released released;
            predictor.predict(rows, outputs, n, threads, poll);
        }
        signals.rethrow_all();
    }

    std::unique_ptr<Predictor<float>> of_float_;
    std::unique_ptr<Predictor<double>> of_double_;
};

}  // namespace

void bind_predictor(nb::module_& m) {
    using namespace nb::literals;
    nb::class_<AnyPredictor>(m, "Predictor", "A network with its parameters, ready to be called.")
        .def(nb::init<std::vector<LayerDescription>, const Array&>(), "layers"_a, "parameters"_a)
        .def("__call__", &AnyPredictor::predict, "X"_a, "outputs"_a, "threads"_a = 1,
             "Write the outputs (n, n_out) for X (n, n_in).");
}

}  // namespace chainrule::bindings
