"""How one row becomes a prediction."""

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from ..rules import called
from ..subject import Subject
from ..typing import Array
from .adapters import Names, Rows
from .derivation.jacobians import Stage, backward_vectors, stages_of
from .derivation.records import Value
from .derivation.statements import stage_value
from .formula import Math, number
from .formula.number_format import figure
from .report.document import Document, Heading, Paragraph, Span, Table, equals, line
from .report.explained import Explained
from .report.tables import forward_table

UNITS, INPUTS, ADDENDS = 8, 12, 3
"""How many units of a layer, inputs of the network and addends of a unit are shown."""


@dataclass(frozen=True)
class Input:
    """One input: its symbol, its own name ("" if it has none) and its value."""

    symbol: Math
    name: str
    value: float


@dataclass(frozen=True)
class LayerWalk:
    """What one layer makes of its inputs.

    Attributes
    ----------
    layer : str
        ``layers[0] Dense``.
    inputs, units : tuple of str
        What its inputs and its units are called.
    contributions : ndarray, shape (n_in, n_out), or None
        x_i W_ij: what input i adds to z of unit j; None for a layer without such addends.
    bias : ndarray, shape (n_out,), or None
    z, a : ndarray, shape (n_out,)
        Pre-activations and outputs; both are the outputs for a layer without an activation.
    """

    layer: str
    inputs: tuple[str, ...]
    units: tuple[str, ...]
    contributions: Array | None
    bias: Array | None
    z: Array
    a: Array


@dataclass(frozen=True)
class Output:
    """One output: its unit, its own name ("" if it has none) and its value.

    `in_units` is the value in the target's own unit, None where it has none.
    """

    symbol: Math
    name: str
    value: float
    in_units: float | None


@final
@dataclass(frozen=True, eq=False, repr=False)
class PredictionExplanation(Explained):
    """The walk of one row through a network.

    Attributes
    ----------
    row : str
        What the row is called; "" if it is the only one.
    given : tuple of (str, str)
        For a row of a table: each column's name and its value as read.
    inputs : tuple of Input
        What the network gets.
    steps : tuple of Value
        Every z and a with its formula, in a small network; else empty.
    layers : tuple of LayerWalk
    outputs : tuple of Output
    prediction : str
        For a table: the label or the value predicted.
    sensitivities : ndarray, shape (n_out, n_in)
        d output / d input.
    in_units : ndarray, shape (n_out, n_in), or None
        The same for a table, in the target's own unit for each unit of the column.
    notes : tuple of str
    """

    row: str
    given: tuple[tuple[str, str], ...]
    inputs: tuple[Input, ...]
    steps: tuple[Value, ...]
    layers: tuple[LayerWalk, ...]
    outputs: tuple[Output, ...]
    prediction: str
    sensitivities: Array
    in_units: Array | None
    notes: tuple[str, ...]

    kind: ClassVar[str] = "prediction"

    def document(self, zoom: str = "scalar") -> Document:
        """The walk; it has one zoom level only."""
        of = f" {self.row}" if self.row else " this row"
        return [
            Heading(line(f"How{of} becomes a prediction")),
            *self._inputs(),
            *self._steps(),
            *(item for layer in self.layers for item in self._layer(layer)),
            *self._outputs(),
            *self._sensitivities(),
            *(Paragraph(line("Note: ", note, ".")) for note in self.notes),
        ]

    def _inputs(self) -> Document:
        document: Document = []
        if self.given:
            rows = [[line(name), line(value)] for name, value in self.given]
            document += [
                Heading(line("The row, as the table has it")),
                Table(rows, ("column", "value"), right=(1,)),
            ]
        rows = [[line(i.symbol), line(i.name), line(number(i.value))] for i in self.inputs[:INPUTS]]
        named = any(i.name for i in self.inputs)
        if not named:
            rows = [[cells[0], cells[2]] for cells in rows]
        header = ("input", "name", "value") if named else ("input", "value")
        document += [
            Heading(line("What the network gets")),
            Table(rows, header, right=(len(header) - 1,)),
        ]
        return document + _more(len(self.inputs) - INPUTS, "input")

    def _steps(self) -> Document:
        if not self.steps:
            return []
        return [Heading(line("Step by step")), forward_table(self.steps)]

    def _layer(self, layer: LayerWalk) -> Document:
        rows = []
        for j, unit in enumerate(layer.units[:UNITS]):
            cells = [line(unit), line(number(float(layer.z[j]))), line(number(float(layer.a[j])))]
            if layer.contributions is not None:
                cells.append(line(self._addends(layer, j)))
            rows.append(cells)
        title = ("unit", "z", "a", "z is the sum of")[: len(rows[0])]
        document: Document = [
            Heading(line(layer.layer)),
            Table(rows, title, right=(1, 2), remarks=len(title) == 4),
        ]
        document += _more(len(layer.units) - UNITS, "unit")
        return document

    def _addends(self, layer: LayerWalk, j: int) -> str:
        assert layer.contributions is not None
        parts = layer.contributions[:, j]
        order = np.argsort(-np.abs(parts), kind="stable").tolist()
        shown = order if len(order) <= ADDENDS + 1 else order[:ADDENDS]
        addends = [f"{number(float(parts[i])).text} ({layer.inputs[i]})" for i in shown]
        rest = order[len(shown) :]
        if rest:
            addends.append(f"{number(float(parts[rest].sum())).text} ({len(rest)} others)")
        if layer.bias is not None:
            addends.append(f"{number(float(layer.bias[j])).text} (bias)")
        return ", ".join(addends)

    def _outputs(self) -> Document:
        rows = []
        named = any(o.name for o in self.outputs)
        for o in self.outputs[:INPUTS]:
            value = equals(o.symbol, number(o.value))
            cells = [line(value)]
            if named:
                cells.append(line(o.name))
            if o.in_units is not None:
                cells.append(line(number(o.in_units)))
            rows.append(cells)
        titles = ["output"] + ["name"] * named + ["in its own unit"] * (len(rows[0]) - 1 - named)
        document: Document = [
            Heading(line("The outputs")),
            Table(rows, titles, right=(2,) if len(titles) > 2 else ()),
        ]
        document += _more(len(self.outputs) - INPUTS, "output")
        if self.prediction:
            document.append(Paragraph(line(f"Prediction: {self.prediction}.")))
        return document

    def _sensitivities(self) -> Document:
        matrix = self.sensitivities if self.in_units is None else self.in_units
        order = np.argsort(-np.abs(self.sensitivities).max(axis=0), kind="stable")[:INPUTS]
        which = range(min(len(self.outputs), UNITS))
        rows = [
            [line(self.inputs[i].name or self.inputs[i].symbol)]
            + [line(number(float(matrix[k, i]))) for k in which]
            for i in order.tolist()
        ]
        header: list[Span] = ["input"]
        header += [self.outputs[k].name or self.outputs[k].symbol for k in which]
        how = "d output / d input, the inputs that count most first"
        if self.in_units is not None:
            how = "d output / d column, in the columns' own units, those that count most first"
        return [
            Heading(line(how)),
            Table(rows, header, right=tuple(range(1, len(header)))),
            *_more(len(self.inputs) - INPUTS, "input"),
        ]


def _more(n: int, noun: str) -> Document:
    return [Paragraph(line(f"and {n:,} more {noun}{'s' * (n > 1)}"))] if n > 0 else []


@np.errstate(all="ignore")
def derive_prediction(subject: Subject, rows: Rows) -> PredictionExplanation:
    """The walk of one row."""
    network, parameters, reader = subject.network, subject.parameters, subject.reader
    names = Names(network, reader)
    stages = stages_of(network, parameters, rows.X)
    last, n_out = stages[-1], stages[-1].after.shape[1]
    # d output / d input: the rows of the identity, taken back through the network.
    repeated = stages_of(network, parameters, np.repeat(rows.X, n_out, axis=0))
    jacobian = repeated[0].back(backward_vectors(repeated, np.eye(n_out), 0)[-1])
    own = reader.in_units(last.after)
    return PredictionExplanation(
        row=rows.labels[0],
        given=rows.given,
        inputs=tuple(
            Input(names.input(i), names.column(i), float(v)) for i, v in enumerate(rows.X[0])
        ),
        steps=_steps(stages, names),
        layers=tuple(_walks(stages, names)),
        outputs=tuple(
            Output(
                names.after(last, j),
                names.output_name(j),
                float(last.after[0, j]),
                None if own is None else float(own[0, j]),
            )
            for j in range(n_out)
        ),
        prediction=_shown(reader.prediction(last.after[0])),
        sensitivities=jacobian,
        in_units=reader.sensitivities(jacobian, rows.X),
        notes=rows.notes,
    )


def _shown(prediction: Any) -> str:
    if prediction is None:
        return ""
    return figure(prediction) if isinstance(prediction, float) else str(prediction)


def _steps(stages: list[Stage], names: Names) -> tuple[Value, ...]:
    if sum(stage.after.shape[1] for stage in stages) > 2 * UNITS:
        return ()
    return tuple(
        stage_value(stages, k, names, 0, j)
        for k, stage in enumerate(stages)
        for j in range(stage.after.shape[1])
    )


def _walks(stages: list[Stage], names: Names) -> list[LayerWalk]:
    walks = []
    for k, stage in enumerate(stages):
        if stage.part == "a":
            continue
        outputs = stages[k + 1].after[0] if stage.part == "z" else stage.after[0]
        addends = stage.owner.contributions(stage.views, stage.before[0])
        contributions, bias = addends or (None, None)
        n_in = stage.before.shape[1]
        sources = [
            (names.column(i) or names.input(i).text) if k == 0 else names.before(stages, k, i).text
            for i in range(n_in)
        ]
        units = [names.unit(stage.layer, j).text for j in range(len(outputs))]
        title = f"layers[{stage.layer}] {called(stage.owner)}"
        walks.append(
            LayerWalk(
                title, tuple(sources), tuple(units), contributions, bias, stage.after[0], outputs
            )
        )
    return walks
