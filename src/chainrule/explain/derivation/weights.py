"""The weight that is explained: its place, its names, and whether it has a derivative."""

from dataclasses import dataclass

from ...errors import InvalidTypeError, UnknownNameError, shown
from ...layers import Layer
from ...network import Network
from ...parameters import Layout, Parameters, ParameterView
from ...typing import Array
from ..adapters import Names
from .records import Weight


@dataclass(frozen=True)
class WeightRef:
    """One number of one array."""

    view: ParameterView
    index: tuple[int, ...]

    @staticmethod
    def find(layout: Layout, name: str) -> "WeightRef":
        """The weight of a name.

        Raises
        ------
        UnknownNameError
            If nothing has that name, or it names a whole array of several numbers.
        """
        if not isinstance(name, str):
            raise InvalidTypeError(f"weight (={shown(name)}) must be a name such as 'h1.w2'")
        view, index = layout.locate(name)
        first = tuple(0 for _ in view.spec.shape)
        if index is None and view.stop - view.start != 1:
            raise UnknownNameError(
                f"{name!r} names an array of the shape {view.spec.shape}; name one number of it, "
                f"such as {layout.full_name(view, first)!r}"
            )
        return WeightRef(view, first if index is None else index)

    @property
    def penalised(self) -> bool:
        """Whether penalties apply to it."""
        return bool(self.view.spec.penalised and self.view.spec.trainable)

    def of(self, vector: Array) -> float:
        """Its entry in a vector of all parameters."""
        return float(self.view.of(vector)[self.index])

    def owner(self, network: Network) -> Layer:
        """The layer that it belongs to; of a frozen one, the layer inside."""
        return network.layers[self.view.layer].inner

    def record(self, names: Names, parameters: Parameters) -> Weight:
        """The weight with all its names."""
        return Weight(
            names.parameter(self.view, self.index),
            names.layout.full_name(self.view, self.index),
            names.layout.unit_name(self.view, self.index),
            self.of(parameters.vector),
            self.view.spec.trainable,
        )


def not_computed(network: Network, view: ParameterView) -> str:
    """Why there is no derivative by an array; "" where there is one."""
    reason = network.layers[view.layer].inner.why_no_gradient(view.key)
    return reason and f"{view.name} {reason}"
