"""One look at a network: a forward and a backward pass that all diagnoses share."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..backprop import forward
from ..errors import InvalidTypeError, InvalidValueError, require_instance, require_integer
from ..layers import Activated, ActivatedLayer
from ..losses import Loss, weighted_total
from ..network import Network
from ..objective import Objective
from ..parameters import Parameters
from ..plan import Data
from ..rules import called
from ..subject import Subject, subject_of
from ..typing import Array


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
        from_logits, caches = self.objective.from_logits, self._forward[1]
        if from_logits is not None:
            return from_logits.value(caches[-1].z, self.data.y)
        return self.objective.loss.value(self.outputs, self.data.y)

    @cached_property
    def activated(self) -> dict[int, tuple[ActivatedLayer, Activated]]:
        """Every layer that ends in an activation, by its index, with its X, z and a."""
        layers = [layer.inner for layer in self.network.layers]
        caches = self._forward[1]
        return {
            i: (layer, caches[i])
            for i, layer in enumerate(layers)
            if isinstance(layer, ActivatedLayer) and layer.last_activation is not None
        }

    @property
    def output_layer(self) -> int:
        """The index of the last layer that ends in an activation."""
        return max(self.activated)

    @cached_property
    def deltas(self) -> dict[int, Array]:
        """dloss_i/dz for each layer that ends in an activation, shape (n, n_units)."""
        y, caches = self.data.y, self._forward[1]
        from_logits, last = self.objective.from_logits, len(self.network.layers) - 1
        grad = self.objective.loss.gradient(self.outputs, y)
        deltas: dict[int, Array] = {}
        for i in reversed(range(last + 1)):
            layer, views = self.network.layers[i].inner, self.parameters.layer(i)
            cache = caches[i]
            if i not in self.activated:
                grad, _ = layer.backward(views, cache, grad)
                continue
            if i == last and from_logits is not None:
                deltas[i] = from_logits.gradient(cache.z, y)
            else:
                deltas[i] = self.activated[i][0].activation.vjp(cache.z, cache.a, grad)
            grad, _ = layer.transform_vjp(views, cache, deltas[i])
        return dict(sorted(deltas.items()))

    def layer_name(self, layer: int) -> str:
        """``layers[0] (relu)``."""
        require_integer("layer", layer, at_least=0, at_most=len(self.network.layers) - 1)
        inner = self.network.layers[layer].inner
        return f"layers[{layer}] ({called(inner.last_activation or inner)})"


def snapshot(
    network: Any,
    X: Any,
    y: Any = None,
    *,
    loss: str | Loss | None = None,
    parameters: Any = None,
) -> Snapshot:
    """Look at a network, or at whatever was fitted.

    Parameters
    ----------
    network : Network, Objective, TrainingResult, Pipeline or estimator
        What was fitted brings its parameters, its loss and its penalties along.
    X : array_like, shape (n, n_in)
        The inputs; for a pipeline, whatever `read_table` takes.
    y : array_like, shape (n, n_out), or (n,) for one output
        The targets; for a classifier, the labels. A pipeline finds them in the table.
    loss : str or Loss, optional
        Needed for a network.
    parameters : Parameters, mapping or vector, optional
        Needed for a network; else the learned ones by default.

    Raises
    ------
    InvalidTypeError
        If it is nothing that has a network.
    NotFittedError, InvalidValueError
        If a network comes without parameters or without a loss.
    ShapeError, DataError
        If the data do not fit.
    """
    return snapshot_of(subject_of(network, parameters, loss), X, y)


def snapshot_of(subject: Subject, X: Any, y: Any = None) -> Snapshot:
    """The same for a subject."""
    if subject.loss is None:
        raise InvalidValueError(
            "loss (=None) must be given with a network; what was fitted brings its own"
        )
    objective, reader = subject.objective, subject.reader
    rows = reader.rows(X, with_targets=y is None)
    targets: Any = rows.y if y is None else reader.targets(y, subject.loss)
    if targets is None:
        raise InvalidTypeError("y (=None) must be given: the loss compares outputs with targets")
    data = Data.check(objective, rows.X, targets, dtype=np.float64)
    return Snapshot(objective, subject.parameters, data)


def require_snapshot(look: Any) -> None:
    """Raise unless it is what `snapshot` returns."""
    require_instance("look", look, Snapshot, "what snapshot(network, X, y, ...) returns")
