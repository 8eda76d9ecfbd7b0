"""How the rows of a table become a network's, for explanations, diagnoses and plots."""

from collections.abc import Sequence
from typing import Any, final

import numpy as np

from ..errors import InvalidValueError
from ..losses import Loss
from ..subject import RawRows, Reader, checked_row
from ..typing import Array
from .encoder import Encoder
from .formats import Format, typed_numbers
from .naming import check_columns
from .read import read_table
from .target import Target
from .target_group import Targets, parts_of


@final
class TableReader(Reader):
    """Rows of a table in the columns' own words and units; arrays are a network's own inputs."""

    def __init__(self, encoder: Encoder, target: Targets, formats: Sequence[Format | None]) -> None:
        self.encoder, self.target, self.formats = encoder, target, formats
        self.inputs = encoder.feature_names
        self.columns = tuple((c.name, len(c.feature_names)) for c in encoder.columns)
        self.means = np.array(encoder.means) if encoder.means else None
        self.outputs, self.notes = target.output_names, target.notes

    def rows(self, x: Any, row: int | None = None, *, with_targets: bool = False) -> RawRows:
        """Rows of whatever `read_table` takes."""
        if isinstance(x, np.ndarray):
            return super().rows(x, row)
        table = read_table(x)
        n = len(table)
        if row is not None:
            checked_row(row, n)
            table = table[[row]]
        X, notes = self.encoder.transform(table, np.float64)
        native = table.to_native()
        y = None
        if with_targets:
            check_columns(table, [part.name for part in parts_of(self.target)])
            y = np.hstack(
                [
                    self._targets(part, native[part.name], form)
                    for part, form in zip(parts_of(self.target), self.formats, strict=True)
                ]
            )
        given: tuple[tuple[str, str], ...] = ()
        if len(table) == 1:
            first = {c.name: native[c.name][0].as_py() for c in self.encoder.columns}
            given = tuple((k, "missing" if v is None else str(v)) for k, v in first.items())
        return RawRows(X, n, y, given, tuple(notes))

    @staticmethod
    def _targets(part: Target, column: Any, form: Format | None) -> Array:
        values = typed_numbers(column, form, part.name)
        if values.null_count:
            raise InvalidValueError(
                f"the target {part.name!r} is missing in a row to be explained; of such a row the "
                "prediction can be explained, the loss cannot"
            )
        return part.encode(values)

    def targets(self, y: Any, loss: Loss | None) -> Array:
        """Targets as the network takes them, or labels and values as the table has them.

        Of several targets the values are columns, in the targets' order.
        """
        given = np.asarray(y)
        if given.ndim == 2 and given.shape[1] == self.target.n_out and given.dtype.kind in "fiub":
            return given.astype(np.float64)
        parts = parts_of(self.target)
        table = {
            part.name: column.tolist()
            for part, column in zip(parts, given.reshape(-1, len(parts)).T, strict=True)
        }
        native = read_table(table).to_native()
        return np.hstack([part.encode(native[part.name]) for part in parts])

    def prediction(self, a: Array) -> Any:
        """The label of the largest output, or the value in its own unit; of several targets all."""
        found = self.target.predictions(a[None])
        if isinstance(found, dict):
            return ", ".join(f"{name} {values[0]}" for name, values in found.items())
        return found[0]

    def in_units(self, a: Array) -> Array | None:
        """Values in the target's own unit; None for classes."""
        return self.target.outputs(a) if self.target.slope is not None else None

    def sensitivities(self, jacobian: Array, X: Array) -> Array:
        """By one unit of each column, in the target's own unit."""
        slope = 1.0 if self.target.slope is None else self.target.slope
        return jacobian * self.encoder.slopes(X) * slope
