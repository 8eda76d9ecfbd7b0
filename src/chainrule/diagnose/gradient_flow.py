"""Vanishing and exploding gradients, layer by layer."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..backprop import value_and_gradient
from ..typing import Array
from .finding import Finding
from .snapshot import Snapshot, require_snapshot

_FACTOR = 1000.0
"""Between the first and the last layer, the error signal may change by this factor."""


@dataclass(frozen=True)
class GradientFlow(Finding):
    """How large dloss/dz is in each layer: the error signal on its way from the loss to the inputs.

    Attributes
    ----------
    layers : tuple of str
        The layers that end in an activation, from the inputs on.
    signal : ndarray, shape (n_layers,)
        The root mean square of dloss_i/dz over samples and units of each.
    gradient_norm : dict of str to float
        The Euclidean norm of the gradient of each array: ``layers[0].W``, ...
    """

    title = "gradients"
    remedy = (
        "vanishing: relu or its relatives, he_uniform or orthogonal initial weights, BatchNorm; "
        "exploding: smaller initial weights, clip_norm=1, a lower learning rate"
    )

    layers: tuple[str, ...]
    signal: Array
    gradient_norm: dict[str, float]

    @property
    def ratio(self) -> float:
        """The signal at the first layer by that at the last; nan if none comes from the loss."""
        if not self.layers:
            return float("nan")
        first, last = float(self.signal[0]), float(self.signal[-1])
        return first / last if last else float("nan")

    @property
    def verdict(self) -> Literal["vanishing", "exploding", "not finite", ""]:
        """What is wrong, or "": the ratio is below 1/1000 or above 1000."""
        if not np.isfinite(self.signal).all():
            return "not finite"
        if self.ratio < 1.0 / _FACTOR:
            return "vanishing"
        return "exploding" if self.ratio > _FACTOR else ""

    @property
    def problem(self) -> bool:
        """The signal vanishes, explodes or is not finite."""
        return bool(self.verdict)

    def __str__(self) -> str:
        parts = [f"{n} {s:.3g}" for n, s in zip(self.layers, self.signal, strict=True)]
        verdict = f"{self.verdict}: " if self.verdict else ""
        signal = ", ".join(parts) or "no layer ends in an activation"
        return f"{verdict}root mean square of dloss/dz: {signal}"


def gradient_flow(look: Snapshot) -> GradientFlow:
    """The error signal of each layer and the gradient of each array."""
    require_snapshot(look)
    _, gradient = value_and_gradient(look.objective, look.parameters, look.data.X, look.data.y)
    return GradientFlow(
        tuple(look.layer_name(i) for i in look.deltas),
        np.array([np.sqrt(np.mean(delta**2)) for delta in look.deltas.values()]),
        {name: float(np.linalg.norm(gradient[name])) for name in gradient},
    )
