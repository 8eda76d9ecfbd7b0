"""One look at a network: a forward and a backward pass that all diagnoses share."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..backprop import forward
from ..errors import InvalidTypeError, InvalidValueError
from ..layers import Activated, ActivatedLayer, Frozen, Layer
from ..losses import Loss, weighted_total
from ..network import Network
from ..objective import Objective
from ..parameters import Parameters, as_parameters
from ..plan import Data
from ..training import TrainingResult
from ..typing import Array, ArrayLike


@dataclass(frozen=True)
class Snapshot:
    """A network with parameters and data, in float64 and as at evaluation: nothing is dropped.

    Parameters
    ----------
    objective : Objective
        The network, its loss, the penalties.
    parameters : Parameters
    data : Data
    """

    objective: Objective
    parameters: Parameters
    data: Data

    @property
    def network(self) -> Network:
        """The network."""
        return self.objective.network

    @property
    def loss(self) -> float:
        """The loss over all samples, without penalties."""
        return weighted_total(self.losses, None, self.objective.loss.reduction)[0]

    @cached_property
    def _forward(self) -> tuple[Array, list[Any]]:
        return forward(self.network, self.parameters, self.data.X)

    @property
    def outputs(self) -> Array:
        """The network's outputs, shape (n, n_out)."""
        return self._forward[0]

    @cached_property
    def losses(self) -> Array:
        """The loss of every sample, shape (n,)."""
        fused, caches = self.objective.canonical, self._forward[1]
        if fused is not None:
            return fused.value(caches[-1].z, self.data.y)
        return self.objective.loss.value(self.outputs, self.data.y)

    @cached_property
    def activated(self) -> dict[int, tuple[ActivatedLayer, Activated]]:
        """Every layer that ends in an activation, by its index, with its X, z and a."""
        layers = {i: unfrozen(layer) for i, layer in enumerate(self.network.layers)}
        caches = self._forward[1]
        return {i: (x, caches[i]) for i, x in layers.items() if isinstance(x, ActivatedLayer)}

    @property
    def output_layer(self) -> int:
        """The index of the last layer that ends in an activation."""
        return max(self.activated)

    @cached_property
    def deltas(self) -> dict[int, Array]:
        """dloss_i/dz for each layer that ends in an activation, shape (n, n_units)."""
        y, caches = self.data.y, self._forward[1]
        fused, last = self.objective.canonical, len(self.network.layers) - 1
        grad = self.objective.loss.gradient(self.outputs, y)
        deltas: dict[int, Array] = {}
        for i in reversed(range(last + 1)):
            layer, views, cache = (
                unfrozen(self.network.layers[i]),
                self.parameters.layer(i),
                caches[i],
            )
            if not isinstance(layer, ActivatedLayer):
                grad, _ = layer.backward(views, cache, grad)
                continue
            if i == last and fused is not None:
                deltas[i] = fused.gradient(cache.z, y)
            else:
                deltas[i] = layer.activation.vjp(cache.z, cache.a, grad)
            grad, _ = layer.backward_z(views, cache, deltas[i])
        return dict(sorted(deltas.items()))

    def layer_name(self, layer: int) -> str:
        """``layers[0] (relu)``."""
        activation = self.activated[layer][0].activation.name
        return f"layers[{layer}] ({activation})"


def unfrozen(layer: Layer) -> Layer:
    """The layer itself, or the one inside `Frozen`."""
    return layer.layer if isinstance(layer, Frozen) else layer


def snapshot(
    network: Network | TrainingResult,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: str | Loss | None = None,
    parameters: Any = None,
) -> Snapshot:
    """Look at a network, or at what `train` returned.

    Parameters
    ----------
    network : Network or TrainingResult
        A result brings its parameters, its loss and its penalties along.
    X : array_like, shape (n, n_in)
        The inputs.
    y : array_like, shape (n, n_out), or (n,) for one output
        The targets.
    loss : str or Loss, optional
        Needed for a network.
    parameters : Parameters, mapping or vector, optional
        Needed for a network; for a result, the learned ones by default.

    Raises
    ------
    InvalidTypeError
        If the network is neither.
    InvalidValueError
        If a network comes without a loss or without parameters.
    ShapeError, DataError
        If the data do not fit.
    """
    if isinstance(network, TrainingResult):
        objective = network.plan.objective
        if loss is not None:
            objective = Objective(objective.network, loss, objective.penalties)
        parameters = network.parameters if parameters is None else parameters
    elif isinstance(network, Network):
        for name, value in (("loss", loss), ("parameters", parameters)):
            if value is None:
                raise InvalidValueError(
                    f"{name} (=None) must be given with a network; a result of train brings its own"
                )
        objective = Objective(network, loss)  # type: ignore[arg-type]
    else:
        raise InvalidTypeError(
            f"network must be a Network or a TrainingResult, not {type(network).__name__}"
        )
    data = Data.check(objective, X, y, dtype=np.float64)
    return Snapshot(objective, as_parameters(objective.network.layout, parameters, float), data)
