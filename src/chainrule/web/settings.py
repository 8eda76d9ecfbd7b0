"""Everything that decides a run, as one plain object: a page shows it, a link holds it."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Plain = dict[str, bool | int | float | str | list[float] | dict[str, Any] | None]
"""An object of a registry as data: its type or name, and its fields."""

Kind = Literal[
    "circle", "xor", "gauss", "spiral", "moons", "line", "wave", "formula",
    "lesson_line", "lesson_people", "lesson_iris", "equation", "points", "table",
]  # fmt: skip

Name = Annotated[str, Meta(max_length=200)]
Seed = Annotated[int, Meta(ge=0, le=2**53)]
Coordinate = Annotated[float, Meta(ge=-1e6, le=1e6)]


class DataSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which rows, and how many of them are held out."""

    kind: Kind = "lesson_line"
    n: Annotated[int, Meta(ge=2, le=20_000)] = 200
    noise: Annotated[float, Meta(ge=0, le=1)] = 0.1
    seed: Seed = 0
    validation: Annotated[float, Meta(ge=0, le=0.9)] = 0.0
    formula: Annotated[str, Meta(max_length=200)] = ""
    low: Coordinate = -1.0
    high: Coordinate = 1.0
    points: Annotated[
        tuple[Annotated[tuple[Coordinate, ...], Meta(min_length=2, max_length=3)], ...],
        Meta(max_length=2_000),
    ] = ()
    task: Literal["binary", "regression"] = "binary"
    table: Name = ""
    target: Name = ""
    features: Annotated[tuple[Name, ...], Meta(max_length=200)] | None = None


class LayerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One layer; a dense one has units and an activation, dropout a rate."""

    kind: Literal["dense", "dropout", "batch_norm", "layer_norm"] = "dense"
    units: Annotated[int, Meta(ge=1, le=64)] | None = None
    activation: Name = "tanh"
    initializer: Name | None = None
    bias: bool = True
    rate: Annotated[float, Meta(ge=0, lt=1)] | None = None


Layers = Annotated[tuple[LayerSettings, ...], Meta(min_length=1, max_length=8)]


class LearnerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How it learns: by gradients, or in one of three ways without them."""

    name: Literal["gradient", "perceptron_rule", "alternating", "guessing"] = "gradient"
    learning_rate: Annotated[float, Meta(gt=0, le=1e6)] = 1.0
    step: Annotated[float, Meta(gt=0, le=1e6)] = 1.0
    rule: Literal["fixed", "proportional", "halving"] = "fixed"
    first: Annotated[int, Meta(ge=0, le=1)] = 0
    low: Coordinate = 0.0
    high: Coordinate = 9.0
    integers: bool = True
    tolerance: Annotated[float, Meta(ge=0, le=1e6)] = 0.0


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that decides a run: two runs with equal settings are equal, bit for bit.

    Attributes
    ----------
    version : int
        Of this form; 1.
    learner, data, layers
        How, from what, and what learns. The last layer is the output.
    loss, optimizer, schedule, penalties, stop
        Objects of the library as plain data.
    batch_size, shuffle, clip_norm, seed
        As in `chainrule.train`.
    initial : mapping of str to float, optional
        The first weights by name, in place of those that the seed makes.
    epochs : int, optional
        When to stop.
    """

    version: Literal[1] = 1
    learner: LearnerSettings = LearnerSettings()
    data: DataSettings = DataSettings()
    layers: Layers = (LayerSettings(units=1, activation="identity"),)
    loss: Plain = msgspec.field(default_factory=lambda: {"name": "half_mean_squared_error"})
    optimizer: Plain = msgspec.field(default_factory=lambda: {"type": "SGD", "learning_rate": 0.1})
    schedule: Plain = msgspec.field(default_factory=lambda: {"type": "ConstantRate"})
    batch_size: Annotated[int, Meta(ge=1, le=20_000)] | Literal["full"] = "full"
    shuffle: bool = True
    clip_norm: Annotated[float, Meta(gt=0)] | None = None
    penalties: Annotated[tuple[Plain, ...], Meta(max_length=4)] = ()
    stop: Annotated[tuple[Plain, ...], Meta(max_length=4)] = ()
    epochs: Annotated[int, Meta(ge=1, le=10**9)] | None = None
    seed: Seed = 0
    initial: Annotated[dict[Name, float], Meta(max_length=20_000)] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain data; `settings_from` reads them again."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        return data

    def changed(self, changes: dict[str, Any]) -> "Settings":
        """The same with some top-level keys replaced; raises `msgspec.ValidationError`.

        Examples
        --------
        >>> Settings().changed({"seed": 3}).seed
        3
        """
        return settings_from({**self.to_dict(), **changes})


def settings_from(data: dict[str, Any]) -> Settings:
    """The settings that plain data describe; raises `msgspec.ValidationError`."""
    return msgspec.convert(data, Settings)
