// Descriptions of plans.
#include <nanobind/stl/map.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <new>
#include <utility>

#include "bind.hpp"
#include "chainrule/description.hpp"
#include "chainrule/network.hpp"

namespace chainrule::bindings {

namespace nb = nanobind;
using namespace nb::literals;

void bind_descriptions(nb::module_& m) {
    nb::class_<Description>(m, "Description", "A built-in object: its class and hyperparameters.")
        .def(
            "__init__",
            [](Description* self, std::string name, std::map<std::string, Value> values) {
                new (self) Description{std::move(name), std::move(values)};
            },
            "name"_a, "values"_a);
    nb::class_<LayerDescription>(
        m, "LayerDescription",
        "A layer: its class, its hyperparameters, the classes of its activations by the names of "
        "their hyperparameters, and the layers inside it.")
        .def(
            "__init__",
            [](LayerDescription* self, std::string name, std::map<std::string, Value> values,
               std::map<std::string, std::string> activations,
               std::vector<LayerDescription> layers) {
                new (self) LayerDescription{std::move(name), std::move(values),
                                            std::move(activations), std::move(layers)};
            },
            "name"_a, "values"_a, "activations"_a, "layers"_a);
    nb::class_<Segment>(m, "Segment", "A range of the parameter vector that is treated alike.")
        .def(
            "__init__",
            [](Segment* self, std::size_t start, std::size_t stop, double learning_rate_factor,
               bool penalised, bool trainable) {
                new (self) Segment{start, stop, learning_rate_factor, penalised, trainable};
            },
            "start"_a, "stop"_a, "learning_rate_factor"_a, "penalised"_a, "trainable"_a);
    nb::class_<ObjectiveDescription>(m, "ObjectiveDescription", "What is minimised.")
        .def(
            "__init__",
            [](ObjectiveDescription* self, std::vector<LayerDescription> layers,
               std::vector<Segment> segments, Description loss, std::vector<Description> penalties,
               bool from_logits) {
                const Network<double> network(layers);  // once, and not for each session
                const std::size_t n_in = network.n_in(), n_out = network.n_out();
                if ((segments.empty() ? 0 : segments.back().stop) != network.n_parameters()) {
                    throw nb::value_error("the segments must be those of all parameters");
                }
                new (self) ObjectiveDescription{std::move(layers),
                                                std::move(segments),
                                                std::move(loss),
                                                std::move(penalties),
                                                from_logits,
                                                n_in,
                                                n_out};
            },
            "layers"_a, "segments"_a, "loss"_a, "penalties"_a, "from_logits"_a);
    nb::class_<PlanDescription>(m, "PlanDescription", "How it is minimised; clip_norm 0: as it is.")
        .def(
            "__init__",
            [](PlanDescription* self, std::shared_ptr<ObjectiveDescription> objective,
               std::shared_ptr<Description> optimizer, std::size_t batch_rows, bool shuffle,
               std::uint64_t seed, double clip_norm) {
                if (batch_rows == 0) {
                    throw nb::value_error("batch_rows (=0) must be >= 1");
                }
                new (self) PlanDescription{std::move(objective),
                                           std::move(optimizer),
                                           batch_rows,
                                           shuffle,
                                           seed,
                                           clip_norm};
            },
            "objective"_a, "optimizer"_a, "batch_rows"_a, "shuffle"_a, "seed"_a, "clip_norm"_a);
}

}  // namespace chainrule::bindings
