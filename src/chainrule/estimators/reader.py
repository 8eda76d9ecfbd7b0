"""How an estimator's rows and labels become a network's, for explanations, diagnoses and plots."""

from typing import Any, final

import numpy as np

from ..errors import InvalidValueError, shown
from ..losses import Loss
from ..subject import RawRows, Reader, only_columns
from ..typing import Array


@final
class EstimatorReader(Reader):
    """Columns by their names, labels as targets, and outputs as labels.

    Parameters
    ----------
    model : fitted estimator
    n_out : int
        The outputs of its network.
    """

    def __init__(self, model: Any, n_out: int) -> None:
        self.model, self.n_out = model, n_out
        self.inputs = tuple(map(str, getattr(model, "feature_names_in_", ())))
        classes = np.asarray(getattr(model, "classes_", ()))
        self.classes = tuple(classes.tolist()) if classes.ndim == 1 else ()
        if n_out == 1 and len(self.classes) == 2:
            self.outputs = (f"class {self.classes[1]}",)
        elif n_out == len(self.classes):
            self.outputs = tuple(f"class {c}" for c in self.classes)

    def rows(self, x: Any, row: int | None = None, *, with_targets: bool = False) -> RawRows:
        """Rows of a frame, an array or a sparse matrix."""
        return super().rows(only_columns(x, getattr(self.model, "feature_names_in_", ())), row)

    def targets(self, y: Any, loss: Loss | None) -> Any:
        """Labels as the targets of a loss; one value for each quantile; else as they are.

        Raises
        ------
        InvalidValueError
            If a label is none of the classes.
        """
        given, n_out = np.asarray(y), self.n_out
        if given.shape[-1:] == (n_out,) and n_out > 1:
            return y
        if not self.classes:
            if getattr(self.model, "quantiles", None) is None:
                return y
            return np.repeat(given.reshape(-1, 1), n_out, axis=1)
        codes = {label: k for k, label in enumerate(self.classes)}
        labels = given.reshape(-1).tolist()
        for label in labels:
            if label not in codes:
                known = ", ".join(repr(c) for c in self.classes)
                raise InvalidValueError(f"y (={shown(label)}) must be one of the classes: {known}")
        places = np.array([codes[label] for label in labels])
        units = np.array([1] if n_out == 1 else range(n_out))
        indicators: Array = (places[:, None] == units).astype(np.float64)
        return indicators if loss is None else loss.encode(indicators)

    def prediction(self, a: Array) -> Any:
        """The label that the outputs of one row mean."""
        if not self.outputs:
            return None
        codes = self.model._codes(a[None])
        return None if codes.ndim == 2 else str(self.classes[int(codes[0])])
