"""A network as circles and lines."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..backprop import forward
from ..errors import InvalidValueError, ShapeError, require_integer
from ..layers import Dense, Frozen, Layer
from ..network import Network
from ..parameters import Parameters, Slot, as_parameters
from ..training import TrainingResult
from ..typing import Array, ArrayLike
from .canvas import Canvas, Circle, Words
from .diagram import (
    INPUT_FILL,
    OUTPUT_FILL,
    RADIUS,
    UNIT_FILL,
    Diagram,
    Edge,
    add_edges,
    key_words,
    named,
    stack,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_LABELS = 30
"""A network with more weights gets no labels unless they are asked for."""


class NetworkDiagram(Diagram):
    """Inputs and units as circles, weights as lines, biases beside their units.

    Without parameters the labels are names. With parameters they are values, too, and a line's
    colour, dash and width show sign and size; with a gradient these show the derivative instead.
    Long layers are elided, and what is elided is counted.

    Parameters
    ----------
    network : Network
    parameters : Parameters, optional
        The values.
    gradient : Parameters, optional
        dL/dp of each, from `value_and_gradient`.
    x : array_like, shape (n_in,), optional
        An input: each circle shows its value for it. Needs parameters.
    labels : bool, optional
        Whether lines and units are labelled; by default for up to 30 weights.
    input_names, output_names : sequence of str, optional
        x1, x2, ... and o1, o2, ... by default.
    max_units : int, default 7
        A layer with at least two more is elided to so many circles.
    """

    def __init__(
        self,
        network: Network,
        parameters: Parameters | None = None,
        gradient: Parameters | None = None,
        x: ArrayLike | None = None,
        *,
        labels: bool | None = None,
        input_names: Sequence[str] | None = None,
        output_names: Sequence[str] | None = None,
        max_units: int = 7,
    ) -> None:
        require_integer("max_units", max_units, at_least=2)
        self.network, self.parameters, self.gradient = network, parameters, gradient
        self.max_units = max_units
        self.dense = [
            i for i, layer in enumerate(network.layers) if isinstance(_bare(layer), Dense)
        ]
        self.slots: dict[int, dict[str, Slot]] = {
            i: {slot.key: slot for slot in network.layout.by_layer[i]} for i in self.dense
        }
        weights = sum(slots["W"].stop - slots["W"].start for slots in self.slots.values())
        self.labels = weights <= _MOST_LABELS if labels is None else labels
        self.names = self._unit_names(input_names, output_names)
        self.activations = None if x is None else self._activations(x)
        self.canvas = self._build()

    @classmethod
    def from_network(
        cls,
        network: Network | TrainingResult,
        parameters: Any = None,
        *,
        gradient: Parameters | None = None,
        x: ArrayLike | None = None,
        labels: bool | None = None,
        input_names: Sequence[str] | None = None,
        output_names: Sequence[str] | None = None,
        max_units: int = 7,
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw a network, or what `train` returned with its learned parameters.

        The arguments are the constructor's; parameters may be anything that `train` takes as
        initial ones.
        """
        if isinstance(network, TrainingResult):
            parameters = network.parameters if parameters is None else parameters
            network = network.network
        if parameters is not None:
            parameters = as_parameters(network.layout, parameters, np.float64)
        if gradient is not None:
            gradient = as_parameters(network.layout, gradient, np.float64)
        made = cls(
            network, parameters, gradient, x, labels=labels, input_names=input_names,
            output_names=output_names, max_units=max_units,
        )  # fmt: skip
        return made.plot(ax)

    def _unit_names(
        self, inputs: Sequence[str] | None, outputs: Sequence[str] | None
    ) -> list[list[str]]:
        """The names in each column."""
        n_in, n_out = self.network.n_in, self.network.n_out
        units = self.network.layout.units
        names = [[f"x{i + 1}" for i in range(n_in)] if inputs is None else list(inputs)]
        names += [[name for name, W, _, _ in units if W.layer == i] for i in self.dense]
        if outputs is not None:
            names[-1] = list(outputs)
        for what, given, wanted in (
            ("input_names", names[0], n_in),
            ("output_names", names[-1], n_out),
        ):
            if len(given) != wanted:
                raise ShapeError(f"{what} has {len(given)} names, but the network has {wanted}")
        return names

    def _activations(self, x: ArrayLike) -> list[Array]:
        """The values in each column, for one input."""
        if self.parameters is None:
            raise InvalidValueError("x needs parameters: without them no value can be computed")
        row = np.asarray(x, dtype=np.float64)
        if row.shape != (self.network.n_in,):
            raise ShapeError(
                f"x has the shape {row.shape}, but the network takes ({self.network.n_in},)"
            )
        _, caches = forward(self.network, self.parameters, row[None])
        return [row, *(caches[i].a[0] for i in self.dense)]

    def _numbers(self) -> dict[tuple[str, int, int], str]:
        """The short names w1, w2, ..., b1, b2, ... by layer and index; j is 0 for a bias."""
        numbers, w, b = {}, 0, 0
        for _, W, bias, j in self.network.layout.units:
            for i in range(W.spec.shape[0]):
                w += 1
                numbers[W.name, i, j] = f"w{w}"
            if bias is not None:
                b += 1
                numbers[bias.name, j, 0] = f"b{b}"
        return numbers

    def _build(self) -> Canvas:
        sizes = [len(names) for names in self.names]
        canvas = Canvas("Network " + "-".join(map(str, sizes)))
        shown = [_shown(n, self.max_units) for n in sizes]
        numbers = self._numbers() if self.labels else {}
        two_lines = self.labels and self.gradient is not None
        longest = max((len(text) for text in numbers.values()), default=0)
        across = 2.0 if not self.labels else 2.4 if self.parameters is None else 3.4
        step = 0.85 if not self.labels else 1.35 + 0.25 * two_lines
        places = [
            {k: (c * across, y) for k, y in zip(units, stack(len(units), step), strict=True)}
            for c, units in enumerate(shown)
        ]
        told = self.gradient or self.parameters
        top = max(y for column in places for _, y in column.values())
        edges = []
        for c, i in enumerate(self.dense):
            W = self.slots[i]["W"]
            for j, end in places[c + 1].items():
                for k, start in places[c].items():
                    if j < 0 or k < 0:
                        continue
                    label = self._label(numbers, W, (k, j)) if numbers else ""
                    value = float(told[W.name][k, j]) if told else None
                    edges.append(Edge(start, end, label, value))
        add_edges(canvas, edges, 9.0 if longest < 4 and len(edges) <= 12 else 8.0)
        for c, column in enumerate(places):
            self._draw_column(canvas, c, column, top, numbers)
        if told:
            what = "weight" if self.gradient is None else "derivative dL/dw"
            low = min(y for column in places for _, y in column.values())
            middle = (len(places) - 1) * across / 2
            canvas.words.append(key_words(middle, low - RADIUS - 0.6, what))
        return canvas

    def _draw_column(
        self,
        canvas: Canvas,
        c: int,
        column: dict[int, tuple[float, float]],
        top: float,
        numbers: dict[tuple[str, int, int], str],
    ) -> None:
        """The circles of a column, what they are called, and the layer's name above."""
        last = c == len(self.names) - 1
        fill = INPUT_FILL if c == 0 else OUTPUT_FILL if last else UNIT_FILL
        for k, (x, y) in column.items():
            if k < 0:
                canvas.words.append(
                    Words(x, y, f"⋮\n{len(self.names[c]) - len(column) + 1} more", 9)
                )
                continue
            name = self.names[c][k]
            inside = len(name) <= 4
            text = name if inside else ""
            if self.activations is not None:
                text = f"{text}\n{self.activations[c][k]:.3g}".strip()
            canvas.circles.append(Circle(x, y, RADIUS, text, fill, 9))
            if not inside:
                side = 1 if last else -1
                anchor: Any = "left" if last else "right" if c == 0 else "center"
                canvas.words.append(Words(x + side * (RADIUS + 0.08), y, name, 9, anchor=anchor))
            if c > 0 and "b" in self.slots[self.dense[c - 1]] and numbers:
                b = self.slots[self.dense[c - 1]]["b"]
                canvas.words.append(
                    Words(x, y - RADIUS - 0.2, self._label(numbers, b, (k,)), 9, on_white=True)
                )
        heading = self._heading(c)
        lines = heading.count("\n")
        canvas.words.append(Words(x, top + RADIUS + 0.28 + 0.075 * lines, heading, 9))

    def _heading(self, c: int) -> str:
        """What a column is: its place, its activation, and the layers without weights after it."""
        if c == 0:
            first = self.network.layers[: self.dense[0]]
            return "\n".join(["inputs", *(_kind(layer) for layer in first)])
        i = self.dense[c - 1]
        stop = self.dense[c] if c < len(self.dense) else len(self.network.layers)
        layer = _bare(self.network.layers[i])
        activation = layer.activation.name if isinstance(layer, Dense) else ""
        frozen = ", frozen" if isinstance(self.network.layers[i], Frozen) else ""
        place = "output" if c == len(self.dense) else "hidden"
        after = [_kind(layer) for layer in self.network.layers[i + 1 : stop]]
        return "\n".join([f"{place}, {activation}{frozen}", *after])

    def _label(
        self, numbers: dict[tuple[str, int, int], str], slot: Slot, index: tuple[int, ...]
    ) -> str:
        """The short name of a number, with its value and its derivative where they are known."""
        key = (slot.name, *index) if len(index) == 2 else (slot.name, index[0], 0)
        value = None if self.parameters is None else self.parameters[slot.name][index]
        derivative = None if self.gradient is None else self.gradient[slot.name][index]
        return named(numbers[key], value, derivative)


def _bare(layer: Layer) -> Layer:
    return layer.layer if isinstance(layer, Frozen) else layer


def _kind(layer: Layer) -> str:
    return f"then {type(_bare(layer)).__name__}"


def _shown(n: int, most: int) -> list[int]:
    """The units that are drawn, from the first to the last, with -1 where some are left out."""
    return list(range(n)) if n <= most + 1 else [*range(most - 1), -1, n - 1]
