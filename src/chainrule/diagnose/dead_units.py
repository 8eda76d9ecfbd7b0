"""Units that are off, and samples for which a whole layer is."""

from dataclasses import dataclass

import numpy as np

from ..activations import Activation
from ..losses import weighted_total
from ..typing import IntArray
from .finding import Finding, of
from .snapshot import Snapshot, require_snapshot

_MANY = 0.1
"""A few dead units cost little; from this share of a layer on, or of the loss, they matter."""


@dataclass(frozen=True)
class DeadUnits(Finding):
    """Where a layer lets no gradient through: da/dz = 0, as for a relu whose sum is not positive.

    A unit that is off for every sample cannot learn. A sample for which every unit of a layer is
    off gets the same prediction whatever its inputs, and the layer's weights learn nothing from
    it: its loss is a plateau.

    Attributes
    ----------
    layer : str
        The layer, with its activation.
    units : ndarray of int
        The units that are off for every sample.
    samples : ndarray of int
        The samples for which every unit is off.
    n_units, n_samples : int
        How many there are of each.
    loss_held : float
        What those samples contribute to the loss.
    loss : float
        The whole loss.
    """

    title = "dead units"
    remedy = (
        "a lower learning rate and new initial weights keep units alive; leaky_relu, elu or tanh "
        "let a gradient through where relu does not"
    )

    layer: str
    units: IntArray
    samples: IntArray
    n_units: int
    n_samples: int
    loss_held: float
    loss: float

    @property
    def share_of_loss(self) -> float:
        """How much of the loss those samples hold, from 0 to 1."""
        return self.loss_held / self.loss if self.loss else 0.0

    @property
    def problem(self) -> bool:
        """A tenth of the units is dead, or of the loss is held by samples without any."""
        return len(self.units) >= _MANY * self.n_units or self.share_of_loss >= _MANY

    def __str__(self) -> str:
        if not len(self.units) and not len(self.samples):
            return f"{self.layer}: none"
        text = (
            f"{self.layer}: {of(len(self.units), self.n_units, 'units')} are off for every sample"
        )
        if len(self.samples):
            text += (
                f"; {of(len(self.samples), self.n_samples, 'samples')} find every unit off and "
                f"hold {self.loss_held:.6g} of the loss of {self.loss:.6g} "
                f"({100 * self.share_of_loss:.1f} %)"
            )
        return text


def dead_units(look: Snapshot) -> list[DeadUnits]:
    """Dead units and lost samples, layer by layer, where a layer's derivative can be 0."""
    require_snapshot(look)
    found = []
    n = look.data.n
    for i, (layer, cache) in look.activated.items():
        slopes = layer.activation.slopes(cache.z, cache.a)
        if slopes is None or not _can_be_off(layer.activation):
            continue
        off = slopes == 0
        samples = np.flatnonzero(off.all(axis=1))
        held = float(look.losses[samples].sum())
        _, divisor = weighted_total(look.losses, None, look.objective.loss.reduction)
        found.append(
            DeadUnits(
                look.layer_name(i),
                np.flatnonzero(off.all(axis=0)),
                samples,
                off.shape[1],
                n,
                held / divisor,
                look.loss,
            )
        )
    return found


def _can_be_off(f: Activation) -> bool:
    """Whether the derivative is 0 somewhere: for relu and step, not for sigmoid or identity."""
    z = np.linspace(-3.0, 3.0, 61)[:, None]
    slopes = f.slopes(z, f.value(z))
    return slopes is not None and bool((slopes == 0).any())
