"""The objective as a function of some parameters, while the others stay where they are."""

from collections.abc import Sequence

import numpy as np

from ..backprop import value_and_gradient
from ..diagnose import Snapshot
from ..errors import InvalidValueError, items_of, shown
from ..losses import LOSSES
from ..parameters import Parameters
from ..typing import Array, IntArray


class Section:
    """C(p) and dC/dp for the parameters of the given names.

    Parameters
    ----------
    look : Snapshot
        The network, its data, and the values of all parameters.
    names : sequence of str, optional
        Single numbers: "w1", "layers[0].W[1, 0]", ...; by default all that are trainable.

    Raises
    ------
    UnknownNameError, InvalidValueError
        If a name is unknown, means a whole array, or comes twice.
    """

    def __init__(self, look: Snapshot, names: Sequence[str] | None = None) -> None:
        self.look = look
        if names is None:
            self.places: IntArray = np.flatnonzero(look.network.layout.trainable)
            return
        named = items_of("names", names, "names of parameters, such as ('w1', 'b1')")
        self.places = np.array([_place(look, name) for name in named], dtype=np.int64)
        if len(set(self.places.tolist())) < len(self.places):
            raise InvalidValueError(f"names (={shown(names)}) must be different parameters")

    @property
    def start(self) -> Array:
        """Their present values."""
        present: Array = self.look.parameters.vector[self.places]
        return present

    @property
    def cost_label(self) -> str:
        """What the cost is, in words."""
        loss = self.look.objective.loss
        name = next((name for name, known in LOSSES.items() if known == loss), "cost")
        return name.replace("_", " ")

    def _pass(self, values: Array) -> tuple[float, Parameters]:
        p = self.look.parameters.copy()
        p.vector[self.places] = values
        return value_and_gradient(self.look.objective, p, self.look.data.X, self.look.data.y)

    def __call__(self, values: Array) -> float:
        """C(p)."""
        return self._pass(values)[0]

    def gradient(self, values: Array) -> Array:
        """dC/dp."""
        gradient: Array = self._pass(values)[1].vector[self.places]
        return gradient

    def range_around(self, index: int, given: Sequence[float] | None = None) -> Sequence[float]:
        """The given range, or the present value and as much to both sides, at least 2."""
        if given is not None:
            return given
        value = float(self.start[index])
        reach = max(2.0, abs(value))
        return value - reach, value + reach


def _place(look: Snapshot, name: str) -> int:
    view, index = look.network.layout.locate(name)
    if index is None:
        first = look.network.layout.full_name(view, (0,) * len(view.spec.shape))
        raise InvalidValueError(
            f"{name!r} is a whole array; name one number of it, such as {first}"
        )
    return view.start + int(np.ravel_multi_index(index, view.spec.shape))
