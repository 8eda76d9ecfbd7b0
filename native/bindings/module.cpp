#include "bind.hpp"
#include "gil.hpp"

NB_MODULE(_core, m) {
    // A script may hold a predictor until it ends.
    nanobind::set_leak_warnings(false);
    m.doc() = "The compiled core: descriptions of plans, and training and prediction with them.";
    chainrule::bindings::bind_lists(m);
    chainrule::bindings::bind_descriptions(m);
    chainrule::bindings::bind_backprop(m);
    chainrule::bindings::bind_train(m);
    chainrule::bindings::bind_updater(m);
    chainrule::bindings::bind_predictor(m);
    chainrule::bindings::bind_random(m);
    chainrule::bindings::bind_exit(m);
}
