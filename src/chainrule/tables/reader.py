"""How the rows of a table become a network's, for explanations, diagnoses and plots."""

from typing import Any, final

import numpy as np

from ..errors import InvalidValueError
from ..losses import Loss
from ..subject import RawRows, Reader, checked_row
from ..typing import Array
from .encoder import Encoder
from .formats import Format, typed_numbers
from .read import read_table
from .schema import check_columns
from .target import Target


@final
class TableReader(Reader):
    """Rows of a table in the columns' own words and units; arrays are a network's own inputs."""

    def __init__(self, encoder: Encoder, target: Target, form: Format | None) -> None:
        self.encoder, self.target, self.form = encoder, target, form
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
            check_columns(table, [self.target.name])
            values = typed_numbers(native[self.target.name], self.form, self.target.name)
            if values.null_count:
                raise InvalidValueError(
                    f"the target {self.target.name!r} is missing in a row to be explained; of such "
                    "a row the prediction can be explained, the loss cannot"
                )
            y = self.target.encode(values)
        given: tuple[tuple[str, str], ...] = ()
        if len(table) == 1:
            first = {c.name: native[c.name][0].as_py() for c in self.encoder.columns}
            given = tuple((k, "missing" if v is None else str(v)) for k, v in first.items())
        return RawRows(X, n, y, given, tuple(notes))

    def targets(self, y: Any, loss: Loss | None) -> Array:
        """Targets as the network takes them, or labels and values as the table has them."""
        given = np.asarray(y)
        if given.ndim == 2 and given.shape[1] == self.target.n_out and given.dtype.kind in "fiub":
            return given.astype(np.float64)
        name = self.target.name
        return self.target.encode(read_table({name: given.reshape(-1).tolist()}).to_native()[name])

    def prediction(self, a: Array) -> Any:
        """The label of the largest output, or the value in its own unit."""
        return self.target.predictions(a[None])[0]

    def in_units(self, a: Array) -> Array | None:
        """Values in the target's own unit; None for classes."""
        return self.target.outputs(a) if self.target.slope is not None else None

    def sensitivities(self, jacobian: Array, X: Array) -> Array:
        """By one unit of each column, in the target's own unit."""
        return jacobian * self.encoder.slopes(X) * (self.target.slope or 1.0)
