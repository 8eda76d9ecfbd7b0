// The built-in optimizers that work element by element.
#pragma once

#include "../list.hpp"
#include "adadelta.hpp"
#include "adagrad.hpp"
#include "adam.hpp"
#include "adamax.hpp"
#include "nadam.hpp"
#include "rmsprop.hpp"
#include "sgd.hpp"

namespace chainrule {

using Optimizers = List<SGD, Adagrad, RMSprop, Adadelta, Adam, Adamax, Nadam>;

}  // namespace chainrule
