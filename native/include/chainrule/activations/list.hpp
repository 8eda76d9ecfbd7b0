// The built-in activations.
#pragma once

#include "../list.hpp"
#include "elu.hpp"
#include "exp.hpp"
#include "gelu.hpp"
#include "identity.hpp"
#include "leaky_relu.hpp"
#include "mish.hpp"
#include "relu.hpp"
#include "selu.hpp"
#include "sigmoid.hpp"
#include "silu.hpp"
#include "softmax.hpp"
#include "softplus.hpp"
#include "step.hpp"
#include "tanh.hpp"

namespace chainrule {

using Activations = List<Identity, Step, Sigmoid, Tanh, ReLU, LeakyReLU, ELU, SELU, Softplus, SiLU,
                         GELU, Mish, Exp, Softmax>;

}  // namespace chainrule
