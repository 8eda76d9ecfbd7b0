"""A network and its numbers: the smallest thing that can be saved and predicts."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..engines import choose_engine
from ..errors import InvalidTypeError, shown
from ..network import Network
from ..objective import Objective
from ..parameters import Parameters, as_parameters
from ..plan import Data, Plan
from ..typing import Array, ArrayLike


@dataclass(frozen=True)
class TrainedNetwork:
    """A network with its parameters, without the data, loss and history that they came from.

    Parameters
    ----------
    network : Network
    parameters : Parameters
        They must fit the network.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.models import TrainedNetwork
    >>> network = cr.mlp(2, (3,), 1)
    >>> TrainedNetwork(network, network.initial_parameters(seed=0)).predict([[1.0, 2.0]]).shape
    (1, 1)
    """

    network: Network
    parameters: Parameters

    def __post_init__(self) -> None:
        if not isinstance(self.network, Network):
            raise InvalidTypeError(f"network (={shown(self.network)}) must be a Network")
        if not isinstance(self.parameters, Parameters):
            raise InvalidTypeError(f"parameters (={shown(self.parameters)}) must be Parameters")
        as_parameters(self.network.layout, self.parameters, self.parameters.vector.dtype)

    def predict(self, X: ArrayLike) -> Array:
        """The outputs for the rows of X, shape (n, n_out), in the parameters' type."""
        dtype = self.parameters.vector.dtype
        return self._predictor(self.network.check_input(X, dtype))

    @cached_property
    def _predictor(self) -> Callable[[Array], Array]:
        dtype = self.parameters.vector.dtype
        plan = Plan(Objective(self.network, "mean_squared_error"), seed=0, dtype=dtype)
        row = (np.zeros((1, n), dtype) for n in (self.network.n_in, self.network.n_out))
        engine, _ = choose_engine("auto", plan, Data(*row))
        return engine.predictor(self.network, self.parameters)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_predictor"}
