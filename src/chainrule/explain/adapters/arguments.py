"""What stands in which place: a model that has its own parameters may be followed by rows."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...errors import ChainruleError
from ...network import Network
from ...objective import Objective
from ...parameters import Parameters, as_parameters
from ...plan import State
from ...subject import network_of
from ...typing import float_array


def in_place(model: Any, parameters: Any, x: Any, y: Any) -> tuple[Any, Any, Any]:
    """Parameters, x and y; a model that has its own parameters may be followed by x and y."""
    if isinstance(model, Network | Objective) or parameters is None or y is not None:
        return parameters, x, y
    if x is None:
        return None, parameters, None
    if isinstance(parameters, Parameters | State) or _are_parameters(model, parameters):
        return parameters, x, y
    return None, parameters, x


def _are_parameters(model: Any, given: Any) -> bool:
    """Whether a mapping or a vector can be read as the parameters of a model's network."""
    layout = network_of(model).layout
    try:
        if not isinstance(given, Mapping) and float_array("parameters", given).ndim != 1:
            return False
        as_parameters(layout, given, np.float64)
    except ChainruleError:
        return False
    return True
