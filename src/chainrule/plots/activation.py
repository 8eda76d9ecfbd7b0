"""An activation and its derivative."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..activations import ACTIVATIONS, Activation, ElementwiseActivation
from ..errors import DataError, InvalidValueError, items_of, require_boolean, shown
from ..subject import network_of
from ..typing import Array
from .arguments import spaced
from .display import Display
from .style import Pen, axes_or_new, pens, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class ActivationDisplay(Display):
    """f(z) as a line and f'(z) dashed, for one activation or several together.

    Where a curve jumps it is broken; a dot stands at what is taken there.

    Parameters
    ----------
    activations : sequence of ElementwiseActivation
    z : ndarray, shape (n,)
        Where they are computed.
    """

    def __init__(self, activations: Sequence[ElementwiseActivation], z: Array) -> None:
        if not activations:
            raise DataError("activations is empty: nothing to draw")
        self.activations = list(activations)
        self.z = z
        column = z[:, None]
        self.values = {f.name: f.value(column)[:, 0] for f in self.activations}
        self.derivatives = {
            f.name: f.derivative(column, f.value(column))[:, 0] for f in self.activations
        }

    @classmethod
    def from_activation(
        cls,
        activation: str | Activation | Sequence[str | Activation],
        z_range: Sequence[float] = (-5, 5),
        *,
        resolution: int = 401,
        derivative: bool = True,
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw activations by name or as objects.

        Parameters
        ----------
        activation : str or Activation, or a sequence of them
            Each must work unit by unit, which softmax does not.
        z_range : (low, high), default (-5, 5)
        resolution : int, default 401
        derivative : bool, default True
            Whether to draw the derivative, too.
        ax : matplotlib Axes, optional

        Raises
        ------
        UnknownNameError, InvalidValueError
            If a name is unknown, or the activation has no curve.
        """
        given = (
            (activation,)
            if isinstance(activation, str | Activation)
            else items_of("activation", activation, "an activation, its name, or several of them")
        )
        found: list[ElementwiseActivation] = []
        for one in given:
            f = ACTIVATIONS.get_object(one)
            if not isinstance(f, ElementwiseActivation):
                raise InvalidValueError(
                    f"activation (={shown(f.name)}) must be a function of one number; in {f.name} "
                    "every output depends on all inputs of its layer"
                )
            found.append(f)
        z = spaced("z_range", z_range, resolution)
        return cls(found, z).plot(ax, derivative=derivative)

    @classmethod
    def from_estimator(
        cls, estimator: Any, z_range: Sequence[float] = (-5, 5), **options: Any
    ) -> Self:
        """Draw the activations of a fitted network, each once; options as of `from_activation`.

        Raises
        ------
        DataError
            If none of them is a function of one number.
        """
        found: list[Activation] = []
        for layer in network_of(estimator, "estimator").layers:
            f = layer.inner.last_activation
            if isinstance(f, ElementwiseActivation) and f not in found:
                found.append(f)
        return cls.from_activation(found, z_range, **options)

    def plot(self, ax: "Axes | None" = None, *, derivative: bool = True) -> Self:
        """Draw the curves."""
        require_boolean("derivative", derivative)
        ax = axes_or_new(ax)
        for f, pen in zip(self.activations, pens(2 * len(self.activations))[::2], strict=True):
            alone = len(self.activations) == 1
            self._draw(ax, f, self.values[f.name], pen._replace(linestyle="-"), "f(z)", alone)
            if derivative:
                dashed = pens(2)[1] if alone else pen
                curve = self.derivatives[f.name]
                self._draw(ax, f, curve, dashed._replace(linestyle="--"), "f'(z)", alone)
        names = ", ".join(f.name for f in self.activations)
        what = "f(z), f'(z)" if derivative else "f(z)"
        tidy(ax, f"{names}, with derivative" if derivative else names, "pre-activation z", what)
        ax.legend(frameon=False)
        return self.on(ax)

    def _draw(
        self, ax: "Axes", f: ElementwiseActivation, curve: Array, pen: Pen, what: str, alone: bool
    ) -> None:
        """One curve, broken where it jumps at a kink."""
        label = what if alone else f"{f.name}, {what}"
        z, shown = self.z, curve
        for kink in f.kinks:
            if not z[0] < kink.at < z[-1]:
                continue
            sides = np.array([[kink.at - 1e-9], [kink.at], [kink.at + 1e-9]])
            values = f.value(sides)[:, 0]
            if what != "f(z)":
                values = f.derivative(sides, f.value(sides))[:, 0]
            if abs(values[2] - values[0]) > 1e-6:
                # The curve up to the jump, a gap, and the curve after it.
                before = int(np.searchsorted(z, kink.at))
                after = int(np.searchsorted(z, kink.at, side="right"))
                ends = [kink.at, kink.at, kink.at]
                z = np.concatenate([z[:before], ends, z[after:]])
                gap = [values[0], np.nan, values[2]]
                shown = np.concatenate([shown[:before], gap, shown[after:]])
                ax.plot(kink.at, values[1], "o", color=pen.color, markersize=6, zorder=3)
        ax.plot(z, shown, color=pen.color, linestyle=pen.linestyle, linewidth=1.8, label=label)
