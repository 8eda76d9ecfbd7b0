"""What happened, epoch by epoch."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..registry import unknown


@dataclass
class History:
    """The curves of a fit: one number for each epoch.

    Attributes
    ----------
    loss : list of float
        The weighted mean (for a sum loss: the sum) of the batch losses, penalties included, each
        taken before its update. nan in an epoch that diverged.
    validation_loss : list of float
        The loss on the validation data after the epoch, without penalties; empty without such
        data.
    metrics : dict of str to list of float
        Each metric after the epoch, on the validation data where there is any, else on the
        training data.
    gradient_norm : list of float
        The Euclidean norm of the gradient at the epoch's last update, before clipping.
    learning_rate : list of float
        The learning rate of the epoch's last update; nan for L-BFGS, which has none.
    seconds : list of float
        How long the engine worked on each epoch.
    """

    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    gradient_norm: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    rising: set[str] = field(default_factory=set)
    """The metrics for which greater is better."""

    def __len__(self) -> int:
        return len(self.loss)

    def curve(self, name: str) -> Sequence[float]:
        """The curve of that name: "loss", "validation_loss", a metric's name, ...

        Raises
        ------
        UnknownNameError
            If no such curve was recorded.
        """
        curves = {**self.__dict__, **self.metrics}
        del curves["metrics"], curves["rising"]
        if not curves.get(name):
            recorded = [key for key, curve in curves.items() if curve]
            raise unknown("curve", name, recorded)
        found: Sequence[float] = curves[name]
        return found
