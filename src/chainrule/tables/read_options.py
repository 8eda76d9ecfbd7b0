"""What is known about a file beforehand, in place of what would be found out."""

import re
from dataclasses import dataclass, fields, replace
from typing import Any

from ..errors import (
    InvalidTypeError,
    items_of,
    require,
    require_boolean,
    require_choice,
    require_integer,
    require_text,
)
from ..registry import nearest

_ORDERS = ("dmy", "mdy", "ymd")
_CHARACTER = re.compile(r'[^"\r\n]')
_SEPARATOR = re.compile(rf"{_CHARACTER.pattern}|[^\w\s\"']{{2,8}}|\t{{2,8}}|  ")


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How a file is to be read. None means: as it is found in the file, and said.

    Parameters
    ----------
    separator : str, optional
        What stands between two values: one character or several marks, such as ``"::"``; ``" "``
        for one or more blanks, ``"  "`` for two or more.
    decimal : str, optional
        The decimal mark, ``"."`` or ``","``.
    thousands : str, optional
        The mark between groups of three digits, one character.
    encoding : str, optional
        Of text, as Python calls it: ``"latin-1"``, ``"utf-16"``.
    missing : tuple of str, default ()
        Values that mean a missing one, besides the usual marks.
    skip : int, optional
        Lines to skip before the header.
    header : bool, optional
        Whether a line names the columns. Without one they are called column1, column2, ...
    dates : str, optional
        The order of day, month and year, ``"dmy"``, ``"mdy"`` or ``"ymd"``; or a format with %,
        such as ``"%d.%m.%Y %H:%M"``.
    sheet : str or int, optional
        The sheet of a workbook by its name or number; the first is 1.
    text : bool, default False
        Whether all values of a text stay as they are written: no numbers, dates, missing ones.

    Raises
    ------
    InvalidValueError
        If a value cannot be.
    """

    separator: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    encoding: str | None = None
    missing: tuple[str, ...] = ()
    skip: int | None = None
    header: bool | None = None
    dates: str | None = None
    sheet: str | int | None = None
    text: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.missing, str):
            object.__setattr__(self, "missing", (self.missing,))
        object.__setattr__(self, "missing", items_of("missing", self.missing, "texts"))
        for mark in self.missing:
            require_text("missing", mark)
        one = "be one character{}, and no quote or line end"
        several = one.format(", or several marks such as '::'")
        for name, pattern, words in (
            ("separator", _SEPARATOR, several),
            ("thousands", _CHARACTER, one.format("")),
        ):
            mark = getattr(self, name)
            fits = mark is None or (isinstance(mark, str) and bool(pattern.fullmatch(mark)))
            require(fits, name, mark, words)
        if self.decimal is not None:
            require_choice("decimal", self.decimal, (".", ","), "be '.' or ','")
        require(
            self.thousands is None or self.thousands != (self.decimal or "."),
            "thousands",
            self.thousands,
            "be another mark than decimal",
        )
        if self.skip is not None:
            require_integer("skip", self.skip, at_least=0)
        if self.header is not None:
            require_boolean("header", self.header)
        require_boolean("text", self.text)
        if self.dates is not None:
            require_text("dates", self.dates)
            fits = self.dates in _ORDERS or "%" in self.dates
            require(fits, "dates", self.dates, f"be {', '.join(_ORDERS)} or a format with %")
        if self.encoding is not None:
            require(_is_encoding(self.encoding), "encoding", self.encoding, "be one of Python's")

    def changed(self, changes: dict[str, Any]) -> "ReadOptions":
        """The options with those of a call in place of theirs."""
        names = [field.name for field in fields(self)]
        for name in changes:
            if name not in names:
                raise InvalidTypeError(
                    f"read_table has no option {name!r}{nearest(name, names)}; "
                    f"there are {', '.join(names)}"
                )
        return replace(self, **changes) if changes else self


AS_FOUND = ReadOptions()
"""Everything as it is found in the file."""


def _is_encoding(name: Any) -> bool:
    import codecs

    try:
        return isinstance(name, str) and bool(codecs.lookup(name)._is_text_encoding)
    except (LookupError, ValueError):  # unknown, or with characters that no name has
        return False
