"""Presets: how a network for a table is built and trained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any, Literal, get_args

import numpy as np

from ..errors import (
    InvalidValueError,
    require_boolean,
    require_choice,
    require_integer,
    require_number,
    shown,
)
from ..layers import ByColumn, Dense, Layer, PeriodicEmbedding, Scale
from ..losses import CrossEntropy, Loss
from ..network import Network, mlp
from ..optimizers import LBFGS, Adam, Optimizer
from ..schedules import CosLog, Schedule
from .fitting import (
    check_hidden,
    choose_batch_size,
    choose_optimizer,
    choose_penalties,
    unjudged_epochs,
)
from .presets import MEMBERS, Preset, check_preset
from .target import ClassTarget
from .target_group import Targets, parts_of

Parametrization = Literal["standard", "ntk"]

PATIENCE = 20
UPDATES = 2500
MANY_ROWS = 10_000
MOST_ROWS_TO_REFIT = 100_000
"""With more rows a quarter of them more says little, and takes as long as before."""
_MOST_WAVES, _MOST_MEMBERS = 1000, 1000
BY_ACCURACY = ("accuracy", "balanced_accuracy")
"""Metrics that look at labels alone: label smoothing spoils the others."""


@dataclass(frozen=True)
class Recipe:
    """How a network for a table is built and trained: what a preset and the options given mean.

    The values of "auto" and "best" are those of RealMLP's simplified recipe (TD-S; Holzmüller,
    Grinsztajn & Steinwart 2024, Better by Default, arXiv 2407.04491) unless it is said otherwise.

    Parameters
    ----------
    preset : {"plain", "auto", "best"}
    hidden : tuple of int
        Units of the hidden layers.
    activation : str
        Of the hidden layers.
    epochs : int
        The largest number of passes over the rows.
    batch_size : int or "full"
        Rows of one update.
    optimizer : Optimizer
    schedule : Schedule or str
        How the learning rate changes.
    penalties : as in `chainrule.train`
    label_smoothing : float
        How far the targets of classes are moved towards equal shares.
    scale_factor : float
        The learning rate factor of a `Scale` before the first layer; 0 for none.
    parametrization : {"standard", "ntk"}
        "ntk" gives W the learning rate factor 1 / sqrt(n_in) and b 0.1, and starts the last layer
        at 0 (see `Dense`).
    embedding : int
        Outputs of a `PeriodicEmbedding` for each number; 0 for none.
    patience : int
        Epochs without improvement until it stops.
    calibrate : bool
        Whether rows held out decide a temperature for the probabilities.
    refit : bool
        Whether the rows held out are learned from in the end, for as many epochs as were best.
    members : int
        How many networks are trained in the end, of which the mean predicts.
    """

    preset: Preset
    hidden: tuple[int, ...]
    activation: str
    epochs: int
    batch_size: int | Literal["full"]
    optimizer: Optimizer
    schedule: Schedule | str
    penalties: Any
    label_smoothing: float
    scale_factor: float
    parametrization: Parametrization
    embedding: int
    patience: int
    calibrate: bool
    refit: bool
    members: int

    def check(self, target: Targets) -> None:
        """Raise unless every value is one that it may be."""
        require_integer("epochs", self.epochs, at_least=0)
        require_integer("patience", self.patience, at_least=1)
        require_number("label_smoothing", self.label_smoothing, at_least=0, below=1)
        require_number("scale_factor", self.scale_factor, at_least=0)
        require_choice("parametrization", self.parametrization, get_args(Parametrization))
        require_integer("embedding", self.embedding, at_least=0, at_most=_MOST_WAVES)
        if self.embedding == 1:
            raise InvalidValueError("embedding (=1) must be 0 or at least 2")
        require_boolean("calibrate", self.calibrate)
        require_boolean("refit", self.refit)
        require_integer("members", self.members, at_least=1, at_most=_MOST_MEMBERS)
        if self.label_smoothing and not isinstance(target, ClassTarget):
            raise InvalidValueError(
                f"label_smoothing (={shown(self.label_smoothing)}) must be 0 for {target.name}: "
                "only one target of classes has labels to smooth"
            )

    def to_dict(self) -> dict[str, Any]:
        """The recipe as words and numbers."""
        own = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {
            name: value if isinstance(value, str | int | float) else repr(value)
            for name, value in own.items()
        }

    def network(self, sizes: Sequence[int], target: Targets) -> Network:
        """The network, on zeros and ones.

        Parameters
        ----------
        sizes : sequence of int
            For each code how many inputs it stands for, 0 for a number: `Encoder.sizes`.
        target : ClassTarget, NumericTarget or TargetGroup
        """
        n_in = sum(max(size, 1) for size in sizes)
        if self.parametrization == "standard":
            dense = mlp(n_in, self.hidden, target.n_out, self.activation, target.output)
            return Network([*self._front(sizes, n_in)[0], *dense.layers])
        front, width = self._front(sizes, n_in)
        widths = [width, *self.hidden]
        layers: list[Layer] = list(front)
        for a, b in pairwise(widths):
            layers.append(_ntk(a, b, self.activation, "lecun_normal"))
        return Network([*layers, _ntk(widths[-1], target.n_out, target.output, "zeros")])

    def _front(self, sizes: Sequence[int], n_in: int) -> tuple[list[Layer], int]:
        """What stands before the dense layers, and its outputs."""
        layers: list[Layer] = []
        if self.scale_factor:
            layers.append(Scale(n_in, learning_rate_factor=self.scale_factor))
        if not self.embedding:
            return layers, n_in
        starts = np.cumsum([0, *(max(size, 1) for size in sizes)]).tolist()
        numbers = [start for start, size in zip(starts, sizes, strict=False) if size == 0]
        if not numbers:
            return layers, n_in
        others = sorted(set(range(n_in)) - set(numbers))
        waves = PeriodicEmbedding(len(numbers), self.embedding, learning_rate_factor=0.1)
        groups: list[tuple[Sequence[int], Layer]] = [(numbers, waves)]
        if others:
            groups.append((others, Scale(len(others))))
        layer = ByColumn(groups, n_in)
        layers.append(layer)
        return layers, layer.n_out or n_in

    def loss(self, target: Targets) -> str | Loss:
        """What is minimised."""
        if self.label_smoothing and isinstance(target, ClassTarget):
            return CrossEntropy(label_smoothing=self.label_smoothing)
        return target.loss

    def natural_ends(self, n: int) -> list[int]:
        """The epochs that may be the last of a refit: where the rate has come down, else any.

        In the middle of a cycle the parameters are wherever a large step has left them.
        """
        epochs = self.epochs
        if isinstance(self.schedule, CosLog) and self.schedule.steps is None:
            n_cycles = 2**self.schedule.cycles - 1
            ends = (2**k - 1 for k in range(1, self.schedule.cycles + 1))
            last = (round(epochs * end / n_cycles) for end in ends)
            return sorted({end for end in last if 1 <= end <= epochs})
        first = unjudged_epochs(self.batch_size, n, epochs, self.optimizer)
        return list(range(first + 1, epochs + 1))


def _ntk(n_in: int, n_out: int, activation: str, initializer: str) -> Dense:
    factor = n_in**-0.5
    return Dense(
        n_in, n_out, activation, initializer=initializer, learning_rate_factor=factor,
        bias_learning_rate_factor=0.1,
    )  # fmt: skip


OPTIONS = (
    "hidden", "activation", "epochs", "batch_size", "optimizer", "learning_rate", "schedule",
    "penalties", "label_smoothing", "scale_factor", "parametrization", "embedding", "patience",
    "calibrate", "refit", "members",
)  # fmt: skip
"""What a preset decides of a network and its training."""


def choose_recipe(
    preset: Preset, given: Mapping[str, Any], target: Targets, n: int, metric: str | None = None
) -> Recipe:
    """What a preset means for a table, with the options that are given in place of its own.

    Parameters
    ----------
    preset : {"plain", "auto", "best"}
    given : mapping
        Some of `OPTIONS`; None leaves the choice to the preset.
    target : ClassTarget, NumericTarget or TargetGroup
    n : int
        Rows to learn from.
    metric : str, optional
        What decides which epoch is best.
    """
    check_preset(preset)
    chosen = {name: value for name, value in given.items() if value is not None}
    rate = chosen.pop("learning_rate", None)
    own = _plain() if preset == "plain" else _realmlp(preset, target, n, metric)
    optimizer = choose_optimizer(chosen.pop("optimizer", own["optimizer"]), rate)
    if isinstance(optimizer, LBFGS) and preset != "plain":
        own |= _OF_LBFGS
    of = own | chosen
    of["optimizer"] = optimizer
    of["hidden"] = check_hidden(of["hidden"])
    of["batch_size"] = choose_batch_size(of["batch_size"], n, optimizer, preset)
    of["penalties"] = choose_penalties(of["penalties"], n)
    if _is_auto(of["epochs"]):
        of["epochs"] = choose_epochs(of["batch_size"], n)
    require_integer("epochs", of["epochs"], at_least=0)
    if _is_auto(of["patience"]):
        of["patience"] = max(PATIENCE, of["epochs"] // 2)
    recipe = Recipe(preset, **of)
    recipe.check(target)
    return recipe


def _is_auto(value: Any) -> bool:
    """Whether it is that word: an array compares number by number."""
    return isinstance(value, str) and value == "auto"


def _plain() -> dict[str, Any]:
    return {
        "hidden": (64, 64), "activation": "relu", "epochs": 200, "batch_size": "auto",
        "optimizer": "adam", "schedule": "constant", "penalties": "auto", "label_smoothing": 0.0,
        "scale_factor": 0.0, "parametrization": "standard", "embedding": 0, "patience": PATIENCE,
        "calibrate": False, "refit": False, "members": MEMBERS["plain"],
    }  # fmt: skip


def _realmlp(preset: Preset, target: Targets, n: int, metric: str | None) -> dict[str, Any]:
    classes = any(isinstance(part, ClassTarget) for part in parts_of(target))
    smooth = isinstance(target, ClassTarget) and metric in (None, *BY_ACCURACY)
    return {
        "hidden": (128, 128, 128), "epochs": "auto", "batch_size": "auto",
        "activation": "selu",
        "optimizer": Adam(0.04 if classes else 0.07, beta2=0.95),
        "schedule": CosLog(unit="update"), "penalties": (),
        "label_smoothing": 0.1 if smooth else 0.0, "scale_factor": 6.0, "parametrization": "ntk",
        "embedding": 4 if preset == "best" else 0, "patience": "auto", "calibrate": True,
        "refit": preset == "best" or n <= MOST_ROWS_TO_REFIT, "members": MEMBERS[preset],
    }  # fmt: skip


_OF_LBFGS = {
    "schedule": "constant", "scale_factor": 0.0, "parametrization": "standard", "epochs": 200,
    "penalties": "auto", "refit": False,
}  # fmt: skip
"""A solver that finds its steps by itself takes no rates."""


def choose_epochs(batch_size: int | str, n: int) -> int:
    """As many epochs as come to a number of updates, 4 to 256.

    Up to 10,000 rows 2,500 updates, with more rows sqrt(n / 10,000) times as many: a small table
    has to be seen often, of a large one every row tells the same.
    """
    rows = n if isinstance(batch_size, str) else min(batch_size, n)
    updates = UPDATES * max(1.0, (n / MANY_ROWS) ** 0.5)
    return int(np.clip(updates / ceil(n / rows), 4, 256))
