"""Objects of the library from the plain data of settings."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from ..activations import ACTIVATIONS
from ..errors import ChainruleError
from ..initializers import INITIALIZERS
from ..layers import BatchNorm, Dense, Dropout, Layer, LayerNorm
from ..losses import LOSSES, Loss
from ..registry import Registry, unknown
from ..training import EarlyStopping, StopRule, Target, Tolerance
from .refusal import RefusedError, refusal
from .settings import Settings

T = TypeVar("T")

STOP_RULES: Registry[StopRule] = Registry(
    "stop rule",
    StopRule,  # type: ignore[type-abstract]
    {
        "target": Target(0.01),
        "early_stopping": EarlyStopping(),
        "tolerance": Tolerance(),
    },
)
"""The rules that a session evaluates by itself."""


def registered(registry: Registry[T], data: Mapping[str, Any], place: str) -> T:
    """The object of a registry that plain data describe; `RefusedError` names what is wrong."""
    name = str(data.get("type"))
    if name not in registry.classes:
        raise RefusedError(f"{place}.type", str(unknown(registry.kind, name, registry.classes)))
    return _made_from(place, data, lambda: registry.from_dict(data), registry.classes[name])


def loss_of(data: Mapping[str, Any]) -> Loss:
    """The loss that plain data name, with what they change of it."""
    name, changes = str(data.get("name")), {k: v for k, v in data.items() if k != "name"}
    if name not in LOSSES:
        raise RefusedError("loss.name", str(unknown("loss", name, LOSSES)))
    base = LOSSES[name]
    return _made_from("loss", changes, lambda: replace(base, **changes), type(base))


def _made_from(place: str, data: Mapping[str, Any], make: Any, kind: type) -> Any:
    known = [f.name for f in fields(kind) if f.init] if is_dataclass(kind) else []
    for key, value in data.items():
        if key != "type" and key not in known:
            raise RefusedError(f"{place}.{key}", str(unknown("setting", key, known)))
        if isinstance(value, str) and len(value) > 100:
            raise RefusedError(f"{place}.{key}", f"{key} must be shorter")
    try:
        return make()
    except ChainruleError as error:
        word = str(error).split(" ", 1)[0]
        raise refusal(error, f"{place}.{word}" if word in known else place) from None
    except (TypeError, ValueError, OverflowError) as error:
        raise RefusedError(place, f"{place} cannot be made: {error}") from None


def layers_of(settings: Settings, n_in: int) -> list[Layer]:
    """The layers, from the number of inputs on."""
    made: list[Layer] = []
    width = n_in
    for i, layer in enumerate(settings.layers):
        place = f"layers.{i}"
        if layer.kind == "dense":
            if layer.activation not in ACTIVATIONS:
                error = unknown("activation", layer.activation, ACTIVATIONS)
                raise RefusedError(f"{place}.activation", str(error))
            if layer.initializer is not None and layer.initializer not in INITIALIZERS:
                error = unknown("initializer", layer.initializer, INITIALIZERS)
                raise RefusedError(f"{place}.initializer", str(error))
            if layer.units is None:
                raise RefusedError(f"{place}.units", "units must be given: how many, 1 to 64")
            made.append(
                Dense(
                    width, layer.units, layer.activation, bias=layer.bias,
                    initializer=layer.initializer,
                )
            )  # fmt: skip
            width = layer.units
        elif layer.kind == "dropout":
            made.append(Dropout(0.5 if layer.rate is None else layer.rate))
        else:
            made.append(BatchNorm(width) if layer.kind == "batch_norm" else LayerNorm(width))
    return made
