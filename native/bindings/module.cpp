#include "bind.hpp"

NB_MODULE(_core, m) {
    // A predictor that a script still holds when it ends is no mistake.
    nanobind::set_leak_warnings(false);
    m.doc() = "The compiled core: what it is told, and what it computes.";
    chainrule::bindings::bind_lists(m);
    chainrule::bindings::bind_descriptions(m);
    chainrule::bindings::bind_backprop(m);
    chainrule::bindings::bind_train(m);
    chainrule::bindings::bind_updater(m);
    chainrule::bindings::bind_predictor(m);
    chainrule::bindings::bind_random(m);
}
