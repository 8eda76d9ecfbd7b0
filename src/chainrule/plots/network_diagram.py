"""A network as circles and lines."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..errors import (
    InvalidValueError,
    ShapeError,
    require_boolean,
    require_instance,
    require_integer,
)
from ..explain.adapters import Names
from ..layers import Layer
from ..network import Network
from ..parameters import Parameters, ParameterView, as_parameters
from ..rules import called
from ..subject import network_of, subject_of
from ..typing import Array, ArrayLike
from .arguments import drawable, names_of
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
    A layer without weights W is drawn where it changes the number of units, by plain lines. Long
    layers are elided, and what is elided is counted.

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
        A layer with at least two more is elided to this many circles.
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
        require_instance("network", network, Network, "a Network")
        if labels is not None:
            require_boolean("labels", labels)
        self.network = network
        self.parameters = _of(network, "parameters", parameters)
        self.gradient = _of(network, "gradient", gradient)
        self.max_units = max_units
        layout, known = network.layout, Names(network)
        self.views: dict[int, dict[str, ParameterView]] = {
            W.layer: {view.key: view for view in layout.by_layer[W.layer]}
            for _, W, _, _ in layout.units
        }
        widths = [network.n_in, *known.widths]
        sized = [i for i, layer in enumerate(network.layers) if layer.n_in is not None]
        drawn = [i for i in sized if i in self.views or widths[i] != widths[i + 1]]
        self.columns = drawn or sized[-1:]
        weights = sum(views["W"].stop - views["W"].start for views in self.views.values())
        self.labels = weights <= _MOST_LABELS if labels is None else labels
        self.names = [[known.input(i).text for i in range(network.n_in)]]
        self.names += [[known.unit(i, j).text for j in range(widths[i + 1])] for i in self.columns]
        self._rename(input_names, output_names)
        self.activations = None if x is None else self._activations(x)
        self.canvas = self._build()

    @classmethod
    def from_network(
        cls,
        network: Any,
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
        """Draw a network, or whatever was fitted with its learned parameters and its names.

        The arguments are the constructor's; parameters may be anything that `train` takes as
        initial ones.
        """
        known = network_of(network)
        if known is not network or parameters is not None:
            subject = subject_of(network, parameters)
            parameters, reader = subject.parameters, subject.reader
            input_names = reader.inputs or None if input_names is None else input_names
            output_names = reader.outputs or None if output_names is None else output_names
        made = cls(
            known, parameters, gradient, x, labels=labels, input_names=input_names,
            output_names=output_names, max_units=max_units,
        )  # fmt: skip
        return made.plot(ax)

    @classmethod
    def from_estimator(cls, estimator: Any, **options: Any) -> Self:
        """Draw whatever was fitted, with its columns' names; options as of `from_network`."""
        network_of(estimator, "estimator")  # raises unless it has one
        return cls.from_network(estimator, **options)

    def _rename(self, inputs: Sequence[str] | None, outputs: Sequence[str] | None) -> None:
        """Take the names that are given for the first and the last column."""
        network = self.network
        for what, given, c, wanted in (
            ("input_names", inputs, 0, network.n_in),
            ("output_names", outputs, -1, network.n_out),
        ):
            if given is not None:
                self.names[c] = names_of(what, given, wanted, what.replace("_names", "s"))

    def _activations(self, x: ArrayLike) -> list[Array]:
        """The values in each column, for one input."""
        if self.parameters is None:
            raise InvalidValueError("x needs parameters: without them no value can be computed")
        row = drawable("x", x)
        if row.shape != (self.network.n_in,):
            raise ShapeError(
                f"x has the shape {row.shape}, but the network takes ({self.network.n_in},)"
            )
        values, a = [row], row[None]
        for i, layer in enumerate(self.network.layers):
            a, _ = layer.forward(self.parameters.layer(i), a, None)
            if i in self.columns:
                values.append(a[0])
        return values

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
        coloured = self.gradient or self.parameters
        top = max(y for column in places for _, y in column.values())
        edges = []
        for c, i in enumerate(self.columns):
            W = self.views.get(i, {}).get("W")
            for j, end in places[c + 1].items():
                for k, start in places[c].items():
                    if j < 0 or k < 0:
                        continue
                    label = self._label(numbers, W, (k, j)) if numbers and W else ""
                    value = float(coloured[W.name][k, j]) if coloured and W else None
                    edges.append(Edge(start, end, label, value))
        add_edges(canvas, edges, 9.0 if longest < 4 and len(edges) <= 12 else 8.0)
        for c, column in enumerate(places):
            self._draw_column(canvas, c, column, top, numbers)
        if coloured:
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
            b = self.views.get(self.columns[c - 1], {}).get("b") if c > 0 else None
            if b is not None and numbers:
                canvas.words.append(
                    Words(x, y - RADIUS - 0.2, self._label(numbers, b, (k,)), 9, on_white=True)
                )
        heading = self._heading(c)
        lines = heading.count("\n")
        canvas.words.append(Words(x, top + RADIUS + 0.28 + 0.075 * lines, heading, 9))

    def _heading(self, c: int) -> str:
        """What a column is: its place, its activation, and the layers without weights after it."""
        layers = self.network.layers
        if c == 0:
            return "\n".join(["inputs", *map(_kind, layers[: self.columns[0]])])
        i = self.columns[c - 1]
        stop = self.columns[c] if c < len(self.columns) else len(layers)
        inner = layers[i].inner
        kind = called(inner.last_activation or inner)
        frozen = ", frozen" if inner is not layers[i] else ""
        place = "output" if c == len(self.columns) else "hidden"
        return "\n".join([f"{place}, {kind}{frozen}", *map(_kind, layers[i + 1 : stop])])

    def _label(
        self, numbers: dict[tuple[str, int, int], str], view: ParameterView, index: tuple[int, ...]
    ) -> str:
        """The short name of a number, with its value and its derivative where they are known."""
        key = (view.name, *index) if len(index) == 2 else (view.name, index[0], 0)
        value = None if self.parameters is None else self.parameters[view.name][index]
        derivative = None if self.gradient is None else self.gradient[view.name][index]
        return named(numbers[key], value, derivative)


def _of(network: Network, name: str, given: Any) -> Parameters | None:
    """Numbers that belong to the network, in whatever form they are given."""
    return None if given is None else as_parameters(network.layout, given, np.float64, name)


def _kind(layer: Layer) -> str:
    return f"then {called(layer.inner)}"


def _shown(n: int, most: int) -> list[int]:
    """The units that are drawn, from the first to the last, with -1 where some are left out."""
    return list(range(n)) if n <= most + 1 else [*range(most - 1), -1, n - 1]
