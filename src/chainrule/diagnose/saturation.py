"""Units pressed against the bounds of their activation."""

from dataclasses import dataclass

import numpy as np

from ..domain import Interval
from ..typing import IntArray
from .finding import Finding, of
from .snapshot import Snapshot, require_snapshot

_FLAT = 0.05
"""Saturated: the derivative is below this share of its largest value."""
_MANY = 0.5
"""From this share on, a hidden layer hardly learns."""


@dataclass(frozen=True)
class Saturation(Finding):
    """How far a bounded activation (sigmoid, tanh) is out on its flat ends.

    There da/dz, and with it the gradient, is next to nothing. An output may rest there where it
    is right; where it is wrong it is stuck.

    Attributes
    ----------
    layer : str
        The layer, with its activation.
    output : bool
        Whether it is the last one.
    share : float
        The share of (sample, unit) pairs whose derivative is below 5 % of its largest value.
    units : ndarray of int
        The units that are saturated for every sample.
    stuck : ndarray of int
        For the output layer: the samples with an output that is saturated at the wrong end.
    """

    title = "saturation"
    remedy = (
        "scale the inputs to about -1..1, start from smaller weights, or take binary_cross_entropy "
        "after a sigmoid, whose gradient does not vanish there"
    )

    layer: str
    output: bool
    share: float
    units: IntArray
    stuck: IntArray
    n_units: int
    n_samples: int

    @property
    def problem(self) -> bool:
        """Half of a hidden layer is saturated, or an output is stuck."""
        return len(self.stuck) > 0 if self.output else self.share >= _MANY

    def __str__(self) -> str:
        text = (
            f"{self.layer}: {100 * self.share:.1f} % of the activations, "
            f"{of(len(self.units), self.n_units, 'units')} for every sample"
        )
        if self.output:
            text += f"; {of(len(self.stuck), self.n_samples, 'samples')} at the wrong end"
        return text


def saturation(look: Snapshot) -> list[Saturation]:
    """Saturation of each layer whose activation has two bounds."""
    require_snapshot(look)
    found = []
    for i, (layer, cache) in look.activated.items():
        f = layer.activation
        width = f.range.high - f.range.low if isinstance(f.range, Interval) else np.inf
        z = np.linspace(-20.0, 20.0, 2001)[:, None]
        slopes, of_any = f.slopes(cache.z, cache.a), f.slopes(z, f.value(z))
        if slopes is None or of_any is None or not np.isfinite(width):
            continue
        flat = np.abs(slopes) < _FLAT * float(of_any.max())
        output = i == look.output_layer
        wrong = np.zeros(look.data.n, dtype=bool)
        # With a canonical loss the gradient is a - y, whatever the derivative.
        if output and look.objective.from_logits is None:
            wrong = (flat & (np.abs(cache.a - look.data.y) > width / 2)).any(axis=1)
        found.append(
            Saturation(
                look.layer_name(i),
                output,
                float(flat.mean()),
                np.flatnonzero(flat.all(axis=0)),
                np.flatnonzero(wrong),
                flat.shape[1],
                look.data.n,
            )
        )
    return found
