"""The rows of a playground, and what they are called."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ..losses import Loss
from ..tables import TrainingSet
from ..typing import Array

Task = Literal["binary", "classes", "regression"]


def no_rows() -> Array:
    """No inputs or targets."""
    return np.empty(0)


@dataclass(frozen=True, eq=False)
class PlaygroundData:
    """Rows to learn from and rows held out, and what they are called.

    Attributes
    ----------
    X, y : ndarray, shape (n, n_in) and (n,)
        Inputs, and class numbers or quantities.
    X_validation, y_validation : ndarray
        The rows held out; perhaps none.
    task : {"binary", "classes", "regression"}
        Two classes and one output, several classes and an output for each, or a quantity.
    inputs : tuple of str
    classes : tuple of str
        The names of the classes; () for a quantity.
    target : str
        What is predicted.
    labels : tuple of str
        What the rows are called; () where they have no names.
    message : str
        What else is worth knowing.
    training_set : TrainingSet or None
        The table that they come from.
    """

    X: Array
    y: Array
    task: Task
    inputs: tuple[str, ...]
    X_validation: Array = field(default_factory=no_rows)
    y_validation: Array = field(default_factory=no_rows)
    classes: tuple[str, ...] = ()
    target: str = "y"
    labels: tuple[str, ...] = ()
    message: str = ""
    training_set: TrainingSet | None = None

    @property
    def n_out(self) -> int:
        """The outputs that a network for them has."""
        return len(self.classes) if self.task == "classes" else 1

    @property
    def outputs(self) -> tuple[str, ...]:
        """What the outputs are called."""
        return self.classes if self.task == "classes" else (self.target,)

    def encode(self, y: Array, loss: Loss) -> Array:
        """Targets for a loss, shape (n, n_out): one-hot classes, 0 and 1 (-1 and 1), numbers."""
        if self.task == "regression":
            return y[:, None]
        indicators = np.eye(self.n_out)[y.astype(int)] if self.task == "classes" else y[:, None]
        return loss.encode(indicators)

    def training(self, loss: Loss) -> tuple[Array, Array]:
        """Inputs and targets to learn from."""
        return self.X, self.encode(self.y, loss)

    def validation(self, loss: Loss) -> tuple[Array, Array] | None:
        """Inputs and targets held out; None if there are none."""
        if not len(self.y_validation):
            return None
        return self.X_validation, self.encode(self.y_validation, loss)
