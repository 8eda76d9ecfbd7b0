"""What a page may ask, typed and bounded: whatever else comes is refused before anything runs."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from .settings import Layers, Name, Seed

Id = Annotated[int, Meta(ge=0, le=2**53)]
Size = Annotated[int, Meta(ge=0, le=128)]
Pair = tuple[float, float]


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """A message of the page; `id` is repeated in the reply."""

    id: Id


class Hello(Message, frozen=True, tag="hello"):
    """The first message: a new session, or the one before."""

    protocol: Literal[1] = 1
    session: Annotated[str, Meta(max_length=64)] | None = None
    settings: dict[str, Any] | None = None


class Configure(Message, frozen=True, tag="configure"):
    """Some settings, by their top-level keys."""

    settings: dict[str, Any]


class Reset(Message, frozen=True, tag="reset"):
    """Back to the first weights, or to others."""

    seed: Seed | None = None


class Play(Message, frozen=True, tag="play"):
    """Train on."""


class Pause(Message, frozen=True, tag="pause"):
    """Stop training."""


class Speed(Message, frozen=True, tag="speed"):
    """How fast training goes on."""

    updates_per_second: Annotated[float, Meta(ge=0.2, le=1e9)] | None = None


class StepBy(Message, frozen=True, tag="step"):
    """A few samples, batches or epochs, or updates back."""

    by: Literal["sample", "batch", "epoch", "back"]
    count: Annotated[int, Meta(ge=1, le=10_000)] = 1


class Seek(Message, frozen=True, tag="seek"):
    """To an update that has been done."""

    update: Annotated[int, Meta(ge=0, le=2**53)]
    branch: Annotated[int, Meta(ge=0)] | None = None


class Edit(Message, frozen=True, tag="edit"):
    """One weight or bias."""

    weight: Name
    value: Annotated[float, Meta(ge=-1e9, le=1e9)]


class EditLayers(Message, frozen=True, tag="edit_layers"):
    """Other layers; units that stay keep their numbers."""

    layers: Layers


class View(Message, frozen=True, tag="view"):
    """What frames carry; what is left out stays as it is."""

    boundary: Size | msgspec.UnsetType = msgspec.UNSET
    units: Size | msgspec.UnsetType = msgspec.UNSET
    axes: Annotated[tuple[Size, ...], Meta(min_length=1, max_length=2)] | msgspec.UnsetType = (
        msgspec.UNSET
    )
    row: Annotated[int, Meta(ge=0)] | msgspec.UnsetType | None = msgspec.UNSET
    gradients: Literal["none", "batch", "row"] | msgspec.UnsetType = msgspec.UNSET
    curves: bool | msgspec.UnsetType = msgspec.UNSET
    health: bool | msgspec.UnsetType = msgspec.UNSET
    predictions: bool | msgspec.UnsetType = msgspec.UNSET
    path: tuple[Name, Name] | msgspec.UnsetType | None = msgspec.UNSET
    rate: Annotated[float, Meta(ge=1, le=60)] | msgspec.UnsetType = msgspec.UNSET


class Ack(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="ack"):
    """A frame was drawn."""

    frame: Annotated[int, Meta(ge=0, le=2**32)]
    id: Id = 0


class Explain(Message, frozen=True, tag="explain"):
    """The chain rule of a weight, or how a unit comes to its output."""

    weight: Name | None = None
    unit: Name | None = None
    row: Annotated[int, Meta(ge=0)] | None = None
    live: bool = True


class ExplainOff(Message, frozen=True, tag="explain_off"):
    """No more explanations."""


class Preview(Message, frozen=True, tag="preview"):
    """What the next updates will do."""

    updates: Annotated[int, Meta(ge=1, le=100)] = 1


class Surface(Message, frozen=True, tag="surface"):
    """The cost over two weights."""

    weights: tuple[Name, Name]
    size: Annotated[int, Meta(ge=5, le=61)] = 41
    low: Pair | None = None
    high: Pair | None = None


class Stability(Message, frozen=True, tag="stability"):
    """The largest learning rate of gradient descent."""


class Compare(Message, frozen=True, tag="compare"):
    """A second run with one difference."""

    difference: Annotated[dict[str, Any], Meta(max_length=1)] | None = None


class Points(Message, frozen=True, tag="points"):
    """Data drawn by hand."""

    points: list[Any]
    task: Literal["binary", "regression"] | None = None


class Row(Message, frozen=True, tag="row"):
    """One row: inputs, target, output, loss."""

    row: Annotated[int, Meta(ge=0)]
    set: Literal["training", "validation"] = "training"


class Tour(Message, frozen=True, tag="tour"):
    """A lesson's tour."""

    name: Name


class Export(Message, frozen=True, tag="export"):
    """Something to take away."""

    what: Literal["code", "model", "history", "settings"]


AnyMessage = (
    Hello | Configure | Reset | Play | Pause | Speed | StepBy | Seek | Edit | EditLayers | View
    | Ack | Explain | ExplainOff | Preview | Surface | Stability | Compare | Points | Row | Tour
    | Export
)  # fmt: skip

_DECODER = msgspec.json.Decoder(AnyMessage)


class _Numbered(msgspec.Struct):
    id: Any = None


def read_message(text: str | bytes) -> AnyMessage:
    """The message that a text is.

    Raises
    ------
    msgspec.MsgspecError
        If it is none.

    Examples
    --------
    >>> read_message('{"id": 1, "type": "step", "by": "back"}').count
    1
    """
    message: AnyMessage = _DECODER.decode(text)
    return message


def id_of(text: str | bytes) -> int | None:
    """The id of a message that cannot be read, for the reply; None where it has none."""
    try:
        found = msgspec.json.decode(text, type=_Numbered).id
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return found if type(found) is int and 0 <= found <= 2**53 else None
