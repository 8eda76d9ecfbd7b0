"""Lookup of built-in objects by name, with "did you mean"."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Generic, TypeVar

from .errors import (
    InvalidTypeError,
    InvalidValueError,
    UnknownNameError,
    plain_line,
    require_mapping,
    shown,
)

T = TypeVar("T")


_LONGEST_NAME = 100


def nearest(name: Any, known: Iterable[str]) -> str:
    """A clause that proposes the known name most like the given one, or "" if none is near."""
    if not isinstance(name, str) or len(name) > _LONGEST_NAME:
        return ""
    from difflib import get_close_matches

    by_lower = {k.lower(): k for k in known}
    matches = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.5)
    return f"; did you mean {by_lower[matches[0]]!r}?" if matches else ""


def brief(item: object) -> str:
    """A dataclass with the fields that differ from their defaults: ``SGD(learning_rate=0.1)``."""
    if not is_dataclass(item):
        return repr(item)
    kept = []
    for f in fields(item):
        default = f.default_factory() if callable(f.default_factory) else f.default
        value = getattr(item, f.name)
        if f.repr and (type(value) is not type(default) or value != default):
            kept.append(f"{f.name}={value!r}")
    return f"{type(item).__name__}({', '.join(kept)})"


def unknown(kind: str, name: Any, known: Iterable[str]) -> UnknownNameError:
    """The error for an unknown name: the nearest one, and the list."""
    known = list(known)
    return UnknownNameError(
        f"unknown {kind} {shown(name)}{nearest(name, known) or '.'} Known: {', '.join(known)}"
    )


class Registry(Generic[T], Mapping[str, T]):
    """The named built-in objects of one kind.

    Parameters
    ----------
    kind : str
        What the objects are, for messages: "activation".
    base : type
        The abstract class whose instances a lookup accepts as they are.
    objects : mapping of str to object
        Canonical names, in the order in which lists show them.
    aliases : mapping of str to str, optional
        Other spellings of canonical names.
    """

    def __init__(
        self,
        kind: str,
        base: type[T],
        objects: Mapping[str, T],
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        self.kind = kind
        self.base = base
        self.objects = dict(objects)
        self.aliases = dict(aliases or {})
        self.classes = {type(o).__name__: type(o) for o in self.objects.values()}
        self.types = frozenset(self.classes.values())
        self.by_name = self.objects | {a: self.objects[name] for a, name in self.aliases.items()}

    def __getitem__(self, name: str) -> T:
        found = self.by_name.get(name) if isinstance(name, str) else None
        if found is None:
            raise unknown(self.kind, name, self.objects)
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self.by_name

    def __iter__(self) -> Iterator[str]:
        return iter(self.objects)

    def __len__(self) -> int:
        return len(self.objects)

    def get_object(self, name: "str | T", argument: str = "") -> T:
        """The object of that name, or one that is given; messages call it by the argument's name.

        Without one they call it by what it is.
        """
        if isinstance(name, str):
            found = self.by_name.get(name)
            if found is None:
                raise unknown(argument or self.kind, name, self.objects)
            return found
        if type(name) in self.types or isinstance(name, self.base):
            return name
        raise InvalidTypeError(
            f"{argument or self.kind} (={shown(name)}) must be a name or an instance of "
            f"{self.base.__name__}, not {type(name).__name__}"
        )

    def to_dict(self, item: T) -> dict[str, Any]:
        """A built-in object as plain data, to be read back by `from_dict`."""
        if type(item) is not self.classes.get(type(item).__name__):
            raise InvalidValueError(
                f"{self.kind} {type(item).__name__} is not built in and cannot be written as data"
            )
        values = {f.name: getattr(item, f.name) for f in fields(item)} if is_dataclass(item) else {}
        for name, value in values.items():
            if isinstance(value, self.base):  # a schedule within a schedule
                values[name] = self.to_dict(value)
        return {"type": type(item).__name__, **values}

    def from_dict(self, data: Mapping[str, Any]) -> T:
        """The object that `to_dict` described, whether or not JSON made lists of its tuples."""
        require_mapping(self.kind, data)
        values = dict(data)
        name = values.pop("type", None)
        if not isinstance(name, str) or name not in self.classes:
            name = name if isinstance(name, str) else shown(name)
            raise unknown(self.kind, name, self.classes)
        for key, value in values.items():
            if isinstance(value, Mapping):
                values[key] = self.from_dict(value)
            elif isinstance(value, list):
                values[key] = tuple(value)
        try:
            return self.classes[name](**values)
        except TypeError as error:
            raise InvalidValueError(f"{self.kind} {name}: {plain_line(str(error))}") from None
