// The built-in penalties.
#pragma once

#include "../list.hpp"
#include "l1.hpp"
#include "l2.hpp"

namespace chainrule {

using Penalties = List<L1, L2>;

}  // namespace chainrule
