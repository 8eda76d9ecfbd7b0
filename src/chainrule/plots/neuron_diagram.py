"""A neuron, or a layer of them, with its sums and activations."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from ..activations import ACTIVATIONS, Activation
from ..errors import ShapeError, require_boolean, require_instance, require_integer, require_text
from ..neuron import Neuron
from ..registry import unknown
from ..subject import subject_of
from ..typing import Array, ArrayLike
from .arguments import drawable, names_of
from .canvas import Canvas, Circle, Line, Words
from .diagram import (
    INPUT_FILL,
    OUTPUT_FILL,
    RADIUS,
    UNIT_FILL,
    Diagram,
    Edge,
    add_edges,
    named,
    stack,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STEP = 1.15
MOST_CIRCLES = 1000
"""The most inputs and units of a layer that is drawn with all of them."""


class NeuronDiagram(Diagram):
    """Inputs and a constant 1, the weighted sums, the activation, the outputs.

    Parameters
    ----------
    weights : array_like, shape (n_in, n_units), or None
        The weights' values, or only their names where None.
    bias : array_like, shape (n_units,), or None
    activation : Activation
    x : array_like, shape (n_in,), optional
        An input: the values of sums and outputs are shown for it.
    n_in, n_units : int
        How many inputs and units.
    input_names : sequence of str, optional
        x1, x2, ... by default.
    has_bias : bool, default True
        Whether there is a constant input.
    """

    def __init__(
        self,
        weights: ArrayLike | None,
        bias: ArrayLike | None,
        activation: Activation,
        x: ArrayLike | None = None,
        *,
        n_in: int,
        n_units: int = 1,
        input_names: Sequence[str] | None = None,
        has_bias: bool = True,
    ) -> None:
        self.activation = activation
        self.weights: Array | None = None if weights is None else drawable("weights", weights)
        self.bias: Array | None = None if bias is None else drawable("bias", bias)
        self.x: Array | None = None if x is None else drawable("x", x)
        self.n_in, self.n_units, self.has_bias = n_in, n_units, has_bias
        for name, array, shape in (
            ("weights", self.weights, (n_in, n_units)),
            ("bias", self.bias, (n_units,)),
            ("x", self.x, (n_in,)),
        ):
            if array is not None and array.shape != shape:
                raise ShapeError(f"{name} has the shape {array.shape}, but must have {shape}")
        self.input_names = (
            [f"x{i + 1}" for i in range(n_in)]
            if input_names is None
            else names_of("input_names", input_names, n_in, "inputs")
        )
        self.z = self.a = None
        if self.x is not None and self.weights is not None:
            z = self.x @ self.weights + (0.0 if self.bias is None else self.bias)
            self.z, self.a = z, activation.value(z[None])[0]
        self.canvas = self._build()

    @classmethod
    def from_neuron(
        cls,
        neuron: Neuron,
        x: ArrayLike | None = None,
        *,
        input_names: Sequence[str] | None = None,
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw a neuron with its weights, and with an input all numbers up to its output."""
        require_instance("neuron", neuron, Neuron, "a Neuron")
        made = cls(
            neuron.weights[:, None], [neuron.bias], neuron.activation, x,
            n_in=len(neuron.weights), input_names=input_names,
        )  # fmt: skip
        return made.plot(ax)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        unit: str = "h1",
        x: ArrayLike | None = None,
        *,
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw one unit of whatever was fitted, with its weights.

        Parameters
        ----------
        estimator : TrainingResult, pipeline or estimator
        unit : str, default "h1"
            ``h1``, ``h2``, ... of the hidden layers, ``o1``, ... of the output.
        x : array_like, shape (n_in,), optional
            The unit's own inputs.
        ax : matplotlib Axes, optional

        Raises
        ------
        UnknownNameError
            If there is no such unit.
        """
        require_text("unit", unit)
        subject = subject_of(estimator, name="estimator")
        network, numbers = subject.network, subject.parameters
        units = {name: (W, b, j) for name, W, b, j in network.layout.units}
        unit = "o1" if unit == "h1" and "h1" not in units else unit
        if unit not in units:
            raise unknown("unit", unit, units)
        W, b, j = units[unit]
        made = cls(
            numbers[W.name][:, [j]],
            None if b is None else numbers[b.name][[j]],
            network.layers[W.layer].inner.last_activation or ACTIVATIONS["identity"],
            x,
            n_in=W.spec.shape[0],
            input_names=(subject.reader.inputs or None) if W.layer == 0 else None,
            has_bias=b is not None,
        )
        return made.plot(ax)

    @classmethod
    def from_layer(
        cls,
        n_in: int,
        n_units: int = 1,
        activation: str | Activation = "identity",
        *,
        bias: bool = True,
        input_names: Sequence[str] | None = None,
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw a layer with names in place of numbers."""
        require_integer("n_in", n_in, at_least=1, at_most=MOST_CIRCLES)
        require_integer("n_units", n_units, at_least=1, at_most=MOST_CIRCLES)
        require_boolean("bias", bias)
        f = ACTIVATIONS.get_object(activation)
        made = cls(
            None, None, f, n_in=n_in, n_units=n_units, input_names=input_names, has_bias=bias
        )
        return made.plot(ax)

    def _build(self) -> Canvas:
        f = self.activation.name
        one = self.n_units == 1
        canvas = Canvas(f"Neuron with {f}" if one else f"Layer of {self.n_units} neurons with {f}")
        rows = self.n_in + self.has_bias
        span = 2.9 if one else 3.6
        at_sum, at_f, at_out = span, span + 1.5, span + 2.7
        units = stack(self.n_units, _STEP * max(1.0, (rows - 1) / max(self.n_units, 1)))
        edges = []
        for i, y in enumerate(stack(rows, _STEP)):
            constant = i == self.n_in
            text = "1" if constant else self.input_names[i]
            if not constant and self.x is not None:
                text += f"\n{self.x[i]:.4g}"
            canvas.circles.append(Circle(0.0, y, RADIUS, text, INPUT_FILL, 9.5))
            for j, unit_y in enumerate(units):
                edges.append(Edge((0.0, y), (at_sum, unit_y), self._label(i, j, constant)))
        add_edges(canvas, edges)
        for j, y in enumerate(units):
            number = "" if one else f"{j + 1}"
            z = f"z{number}" if self.z is None else f"z{number} = {self.z[j]:.4g}"
            a = f"a{number}" if self.a is None else f"{self.a[j]:.4g}"
            canvas.circles += [
                Circle(at_sum, y, RADIUS, "Σ", UNIT_FILL, 14),
                Circle(at_f, y, RADIUS, "f", UNIT_FILL, 13),
                Circle(at_out, y, RADIUS, a, OUTPUT_FILL, 9.5),
            ]
            canvas.lines += [
                Line(at_sum + RADIUS, y, at_f - RADIUS, y, head=True),
                Line(at_f + RADIUS, y, at_out - RADIUS, y, head=True),
            ]
            canvas.words.append(Words((at_sum + at_f) / 2, y + 0.17, z, 9))
        low = min(c.y for c in canvas.circles) - RADIUS
        high = max(c.y for c in canvas.circles) + RADIUS
        plus = " + b" if self.has_bias else ""
        canvas.words += [
            Words(0.0, high + 0.22, "inputs"),
            Words(at_sum, high + 0.22, "sum"),
            Words(at_f, high + 0.22, f),
            Words(at_out, high + 0.22, "output" if one else "outputs"),
            Words((at_sum + at_f) / 2, low - 0.25, f"z = Σ xᵢ wᵢ{plus},  a = f(z)"),
        ]
        return canvas

    def _label(self, i: int, j: int, constant: bool) -> str:
        """The name of a weight, unit by unit and then input by input, with its value if known."""
        number = "" if self.n_units == 1 and constant else f"{j + 1}"
        name = f"b{number}" if constant else f"w{j * self.n_in + i + 1}"
        values: Any = self.bias if constant else self.weights
        return named(name, None if values is None else values[j] if constant else values[i, j])
