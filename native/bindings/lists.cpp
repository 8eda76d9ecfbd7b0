// What is built in, and what the processor can do.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bind.hpp"
#include "chainrule/activations/base.hpp"
#include "chainrule/kernels.hpp"
#include "chainrule/layers/base.hpp"
#include "chainrule/losses/base.hpp"
#include "chainrule/optimizers/base.hpp"
#include "chainrule/penalties/base.hpp"

namespace chainrule::bindings {

void bind_lists(nanobind::module_& m) {
    m.def("activations", &activation_names, "The class names of the activations.");
    m.def("losses", &loss_names, "The class names of the losses.");
    m.def("penalties", &penalty_names, "The class names of the penalties.");
    m.def("optimizers", &optimizer_names, "The class names of the optimizers.");
    m.def("layers", &layer_names, "The class names of the layers.");
    m.def("instruction_sets", &instruction_sets,
          "The instruction sets that this processor has, the fastest first.");
    m.def(
        "instruction_set", [] { return std::string(instruction_set().name); },
        "The instruction set in use: the fastest, or the one that CHAINRULE_ISA names.");
    m.def("instruction_set_note", &instruction_set_note,
          "Why the set that CHAINRULE_ISA names is not in use, or an empty string.");
}

}  // namespace chainrule::bindings
