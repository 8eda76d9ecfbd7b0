"""Whether the fields of a dataclass hold what they are declared to hold."""

from collections.abc import Iterable
from dataclasses import fields
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from ..errors import InvalidTypeError, shown


def check_fields(record: Any) -> None:
    """Raise unless every field is of its declared type, and every text can be written as UTF-8.

    Raises
    ------
    InvalidTypeError
        If one is not; the message names it.
    """
    kind: Any = type(record)
    for name, hint in _hints(kind).items():
        value = getattr(record, name)
        if not _is(value, hint):
            raise InvalidTypeError(
                f"{name} (={shown(value)}) of {type(record).__name__} must be of the type {hint}"
            )


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {f.name: hints[f.name] for f in fields(kind)}


def _is(value: Any, hint: Any) -> bool:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return any(_is(value, argument) for argument in arguments)
    if origin is Literal:
        return any(value == a and type(value) is type(a) for a in arguments)
    if origin is tuple:
        return type(value) is tuple and _are(value, arguments[0])
    if hint is str:
        return type(value) is str and _is_utf8(value)
    if hint is float:
        return type(value) in (int, float)
    if hint is NoneType:
        return value is None
    return isinstance(value, hint) and (hint is not int or type(value) is int)


def _are(values: Iterable[Any], hint: Any) -> bool:
    return all(_is(value, hint) for value in values)


def _is_utf8(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
