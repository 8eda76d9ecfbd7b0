"""What pushed one row's output, column by column."""

from dataclasses import dataclass
from math import floor, log10
from typing import Any, ClassVar, Literal, final

import numpy as np

from ..backprop import forward, output_gradients
from ..errors import (
    ChainruleError,
    InvalidValueError,
    require,
    require_choice,
    require_integer,
    require_text,
)
from ..random import check_seed
from ..registry import nearest
from ..subject import Subject
from ..typing import Array
from .adapters import Names, Rows
from .attribution import integrated_gradients, shapley_values
from .formula.number_format import figure, short
from .report.document import Document, Heading, Line, Paragraph, Table, line
from .report.explained import Explained

Method = Literal["integrated_gradients", "shapley"]
METHODS = ("integrated_gradients", "shapley")
SHOWN = 10
"""The columns that are shown by themselves, unless all are asked for."""


@dataclass(frozen=True)
class Contribution:
    """What one column adds to the output.

    Attributes
    ----------
    column : str
    shown : str
        Its value in this row, as the table has it.
    value : float
        What it adds, in the output's unit.
    error : float or None
        The standard error of that, where it was sampled.
    """

    column: str
    shown: str
    value: float
    error: float | None


@final
@dataclass(frozen=True, eq=False, repr=False)
class ColumnExplanation(Explained):
    """What each column of a row adds to an output: baseline + contributions = output.

    Attributes
    ----------
    row : str
        What the row is called; "" if it is the only one.
    target : str
        The output that is explained, by its name: a class's probability, or a value.
    prediction : str
        The label predicted; "" where the output is the prediction.
    method : str
        "integrated_gradients" or "shapley".
    baseline : float
        The output where every input has its mean.
    output : float
        The output of this row.
    contributions : tuple of Contribution
        The largest first.
    remainder : float
        output - baseline - the sum of the contributions: what the quadrature leaves.
    n_permutations : int or None
        How many were sampled.
    seed : int or None
        What decided them.
    notes : tuple of str
    """

    row: str
    target: str
    prediction: str
    method: str
    baseline: float
    output: float
    contributions: tuple[Contribution, ...]
    remainder: float
    n_permutations: int | None
    seed: int | None
    notes: tuple[str, ...]

    kind: ClassVar[str] = "columns"

    def document(self, zoom: str = "scalar") -> Document:
        """The ten columns that count most; with the zoom level "all" every column."""
        require_text("zoom", zoom)
        row = self.row or "this row"
        document: Document = [
            Heading(line(f"What pushes {self.target} of {row} to {self.written(self.output)}")),
            self._table(None if zoom == "all" else SHOWN),
            Paragraph(line(self._sum())),
            Paragraph(line(self._how())),
        ]
        if self.prediction:
            document.insert(1, Paragraph(line(f"Prediction: {self.prediction}.")))
        return document + [Paragraph(line("Note: ", note, ".")) for note in self.notes]

    def written(self, value: float, sign: bool = False) -> str:
        """A number with the decimals that give the largest one five digits."""
        sizes = [abs(v) for v in (self.baseline, self.output) if np.isfinite(v)]
        sizes += [abs(c.value) for c in self.contributions if np.isfinite(c.value)]
        largest = max(sizes, default=0.0)
        if not 1e-6 <= largest < 1e9 or not np.isfinite(value):
            return f"{value:{'+' if sign else ''}.4e}"
        return f"{value:{'+' if sign else ''},.{max(4 - floor(log10(largest)), 0)}f}"

    def _table(self, top: int | None) -> Table:
        sampled = self.n_permutations is not None
        blank: list[Line] = [()] * sampled
        rows = [[line("every input at its mean"), (), line(self.written(self.baseline)), *blank]]
        for c in self.contributions[:top]:
            cells = [line(c.column), line(c.shown), line(self.written(c.value, sign=True))]
            rows.append(cells + ([line(self.written(c.error or 0.0))] if sampled else []))
        rest = [c.value for c in self.contributions[top:]] if top is not None else []
        if rest:
            others = f"{len(rest)} other column{'s' * (len(rest) > 1)}"
            rows.append([line(others), (), line(self.written(sum(rest), sign=True)), *blank])
        rows.append([line("this row"), (), line(self.written(self.output)), *blank])
        header = ("column", "value", "adds", "standard error")[: 3 + sampled]
        return Table(rows, header, right=(1, 2, 3)[: 2 + sampled])

    def _sum(self) -> str:
        total = sum(c.value for c in self.contributions)
        left = "rounding" if self.n_permutations else "the quadrature"
        return (
            f"{self.written(self.baseline)} {'-' if total < 0 else '+'} "
            f"{self.written(abs(total))} = {self.written(self.output)}; {left} leaves "
            f"{short(abs(self.remainder))}."
        )

    def _how(self) -> str:
        if self.n_permutations is None:
            return (
                "Integrated gradients, along the line from the means of the inputs to this row; "
                "a column's contribution is the sum over its inputs."
            )
        return (
            f"Shapley values, sampled with {self.n_permutations} orders of the columns and the "
            f"seed {self.seed}; a column that has not joined keeps the means of its inputs."
        )


@np.errstate(all="ignore")
def derive_columns(
    subject: Subject,
    rows: Rows,
    *,
    output: int | str | None,
    method: str,
    background: Any,
    n_permutations: int,
    seed: int,
) -> ColumnExplanation:
    """The contributions of one row's columns."""
    require_choice("method", method, METHODS)
    require_integer("n_permutations", n_permutations, at_least=4)
    seed = check_seed(seed)
    network, parameters, reader = subject.network, subject.parameters, subject.reader
    names = Names(network, reader)
    x, baseline = rows.X[0], _baseline(subject, background)
    a = forward(network, parameters, np.stack([baseline, x]))[0]
    k = _which(subject, names, a[1], output)
    units = reader.in_units(np.array([[0.0], [1.0]]) * np.ones(a.shape[1]))
    zero, one = (0.0, 1.0) if units is None else np.reshape(units, (2, -1))[:, k]

    def f(X: Array) -> Array:
        values: Array = zero + (one - zero) * forward(network, parameters, X)[0][:, k]
        return values

    def gradient(X: Array) -> Array:
        slopes: Array = (one - zero) * output_gradients(network, parameters, X, (k,))[:, 0]
        return slopes

    columns = [column for column in reader.columns if column[1]] or [
        (names.column(i) or names.input(i).text, 1) for i in range(len(x))
    ]
    group = np.repeat(np.arange(len(columns)), [n for _, n in columns])
    sampled = method == "shapley"
    values: Array
    errors: Array | None
    if sampled:
        values, errors = shapley_values(f, x, baseline, group, n_permutations, seed)
    else:
        found = integrated_gradients(f, gradient, x, baseline)
        values, errors = np.bincount(group, found), None
    shown = dict(rows.given)
    start, end = f(np.stack([baseline, x])).tolist()
    order = np.argsort(-np.abs(values), kind="stable").tolist()
    predicted = reader.prediction(a[1])
    return ColumnExplanation(
        row=rows.labels[0],
        target=names.output_name(k) or names.output(k).text,
        prediction="" if predicted is None or units is not None else str(predicted),
        method=method,
        baseline=start,
        output=end,
        contributions=tuple(
            Contribution(
                columns[g][0],
                shown.get(columns[g][0]) or figure(x[np.searchsorted(group, g)]),
                float(values[g]),
                None if errors is None else float(errors[g]),
            )
            for g in order
        ),
        remainder=end - start - float(values.sum()),
        n_permutations=n_permutations + n_permutations % 2 if sampled else None,
        seed=seed if sampled else None,
        notes=rows.notes,
    )


def _baseline(subject: Subject, background: Any) -> Array:
    """The means of the inputs: of the rows given, else of those learned from."""
    if background is not None:
        try:
            X = subject.network.check_input(subject.reader.rows(background).X, np.float64)
            require(len(X) > 0, "X", X, "have rows")
        except ChainruleError as error:
            raise InvalidValueError(f"background cannot be used: {error}") from None
        means: Array = X.mean(axis=0)
        return means
    if subject.reader.means is None:
        raise InvalidValueError(
            "background (=None) must be given: this model does not know the means of the rows "
            "that it has learned from; give these rows, such as background=X"
        )
    return subject.reader.means


def _which(subject: Subject, names: Names, a: Array, output: int | str | None) -> int:
    """The output that is explained: the one asked for, else the largest."""
    n = len(a)
    if output is None:
        return int(a.argmax())
    known = [names.output_name(k) or names.output(k).text for k in range(n)]
    if isinstance(output, str):
        short_names = [name.partition(" = ")[2] or name.removeprefix("class ") for name in known]
        for choice in (known, short_names):
            if output in choice:
                return choice.index(output)
        hint = nearest(output, short_names)
        raise InvalidValueError(f"output (={output!r}) must be one of {short_names}{hint}")
    require_integer("output", output, at_least=0)
    require(output < n, "output", output, f"be < {n}, the number of outputs")
    return int(output)
