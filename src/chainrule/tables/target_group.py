"""Several targets of one network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..errors import require
from ..losses import Loss
from ..typing import Array
from .joint_loss import JointLoss, log_softmax
from .target import ClassTarget, NumericTarget, target_from_dict, target_to_dict


@dataclass(frozen=True)
class TargetGroup:
    """Targets that one network predicts: its outputs are those of the first one, then the next.

    Quantities alone are trained with the mean squared error, with classes among them with
    `JointLoss`.

    Parameters
    ----------
    parts : tuple of ClassTarget and NumericTarget
    """

    parts: tuple[ClassTarget | NumericTarget, ...]

    output: ClassVar[str] = "identity"

    def __post_init__(self) -> None:
        require(len(self.parts) > 1, "parts", self.parts, "be several targets")

    @property
    def name(self) -> str:
        """The names of all, with commas."""
        return ", ".join(part.name for part in self.parts)

    @property
    def _quantities(self) -> bool:
        return all(isinstance(part, NumericTarget) for part in self.parts)

    @property
    def loss(self) -> str | Loss:
        """What is minimised."""
        if self._quantities:
            return NumericTarget.loss
        return JointLoss(sizes=tuple(part.n_out for part in self.parts))

    @property
    def n_out(self) -> int:
        """The number of outputs of all."""
        return sum(part.n_out for part in self.parts)

    @property
    def output_names(self) -> tuple[str, ...]:
        """What each output stands for; of classes it is z, before the softmax."""
        return tuple(
            f"z of {name}" if isinstance(part, ClassTarget) else name
            for part in self.parts
            for name in part.output_names
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of the outputs' units."""
        return tuple(note for part in self.parts for note in part.notes)

    @property
    def slope(self) -> Array | None:
        """How each target changes with one unit of its output, shape (n_out, 1).

        None with classes among them.
        """
        if not self._quantities:
            return None
        return np.array([[part.slope] for part in self.parts], dtype=np.float64)

    def split(self, a: Array) -> list[Array]:
        """Each target's own outputs as it takes them: of classes their probabilities."""
        ends = np.cumsum([part.n_out for part in self.parts])[:-1]
        return [
            np.exp(log_softmax(z)) if isinstance(part, ClassTarget) else z
            for part, z in zip(self.parts, np.split(a, ends, axis=1), strict=True)
        ]

    def outputs(self, a: Array) -> Array:
        """Probabilities, and quantities in their own units, shape (n, n_out)."""
        return np.hstack([p.outputs(z) for p, z in zip(self.parts, self.split(a), strict=True)])

    def predictions(self, a: Array) -> dict[str, Array]:
        """The labels or values of each target, by its name."""
        outputs = self.split(a)
        return {p.name: p.predictions(z) for p, z in zip(self.parts, outputs, strict=True)}


Targets = ClassTarget | NumericTarget | TargetGroup
"""What a network predicts: one target or several."""


def parts_of(targets: Targets) -> tuple[ClassTarget | NumericTarget, ...]:
    """The targets, one after the other."""
    return targets.parts if isinstance(targets, TargetGroup) else (targets,)


def split_outputs(targets: Targets, a: Array) -> list[Array]:
    """A network's outputs by target."""
    return targets.split(a) if isinstance(targets, TargetGroup) else [a]


def probabilities(targets: Targets, a: Array) -> Any:
    """The probabilities of each target that is classes: of one target an array, else by name."""
    if not isinstance(targets, TargetGroup):
        return a
    outputs = zip(targets.parts, targets.split(a), strict=True)
    return {part.name: own for part, own in outputs if isinstance(part, ClassTarget)}


def join_targets(parts: Sequence[ClassTarget | NumericTarget]) -> Targets:
    """One target as it is, several as a group."""
    return parts[0] if len(parts) == 1 else TargetGroup(tuple(parts))


def targets_to_dict(targets: Targets) -> dict[str, Any]:
    """One target or several as plain data."""
    if not isinstance(targets, TargetGroup):
        return target_to_dict(targets)
    return {"type": "TargetGroup", "parts": [target_to_dict(part) for part in targets.parts]}


def targets_from_dict(data: Mapping[str, Any]) -> Targets:
    """What `targets_to_dict` described."""
    if data["type"] != "TargetGroup":
        return target_from_dict(data)
    return TargetGroup(tuple(target_from_dict(part) for part in data["parts"]))
