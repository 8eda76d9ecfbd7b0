// The parts of the module, one for each concept.
#pragma once

#include <nanobind/nanobind.h>

namespace chainrule::bindings {

void bind_lists(nanobind::module_& m);
void bind_descriptions(nanobind::module_& m);
void bind_backprop(nanobind::module_& m);
void bind_train(nanobind::module_& m);
void bind_updater(nanobind::module_& m);
void bind_predictor(nanobind::module_& m);
void bind_random(nanobind::module_& m);

}  // namespace chainrule::bindings
