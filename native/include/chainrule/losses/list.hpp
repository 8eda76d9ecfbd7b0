// The built-in losses.
#pragma once

#include "../list.hpp"
#include "../tables/joint_loss.hpp"
#include "absolute_error.hpp"
#include "binary_cross_entropy.hpp"
#include "cross_entropy.hpp"
#include "hinge.hpp"
#include "huber.hpp"
#include "log_cosh.hpp"
#include "poisson.hpp"
#include "quantile.hpp"
#include "squared_error.hpp"

namespace chainrule {

using Losses = List<SquaredError, AbsoluteError, Huber, Quantile, LogCosh, Poisson,
                    BinaryCrossEntropy, CrossEntropy, Hinge>;
/// Losses that are made for the targets of a table: nobody asks for them by name.
using TableLosses = List<JointLoss>;

}  // namespace chainrule
