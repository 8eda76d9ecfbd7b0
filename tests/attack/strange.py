"""Values that no argument is meant for, or hardly any."""

from collections import deque
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np


class Plain:
    """An object of no use."""


class Unhashable:
    """An object that cannot be hashed, and equals nothing."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return False


class Failing:
    """An object whose every conversion fails."""

    def _fail(self, *arguments: Any) -> Any:
        raise RuntimeError("it fails")

    __repr__ = __str__ = __float__ = __index__ = __len__ = __iter__ = _fail
    __bool__ = __eq__ = __hash__ = __array__ = __getitem__ = __fspath__ = _fail


class Endless:
    """Iterates for ever, but says so by its length."""

    def __len__(self) -> int:
        return 2**62

    def __iter__(self) -> Iterator[int]:
        raise MemoryError


def _nested() -> list[Any]:
    inner: list[Any] = []
    for _ in range(200):
        inner = [inner]
    return inner


def values() -> dict[str, Any]:
    """All of them, by a name; made anew, since a callee might change one."""
    array = np.array
    recursive: list[Any] = []
    recursive.append(recursive)
    return {
        "None": None,
        "True": True,
        "False": False,
        "0": 0,
        "1": 1,
        "-1": -1,
        "2**31": 2**31,
        "2**62": 2**62,
        "2**63": 2**63,
        "2**64": 2**64,
        "10**400": 10**400,
        "-10**400": -(10**400),
        "10**5000": 10**5000,
        "0.0": 0.0,
        "-0.5": -0.5,
        "1.5": 1.5,
        "1e-320": 1e-320,
        "1e300": 1e300,
        "nan": nan,
        "inf": inf,
        "-inf": -inf,
        "1j": 1j,
        "complex nan": complex(nan, 1),
        "Fraction": Fraction(1, 3),
        "Decimal": Decimal("0.1"),
        "Decimal nan": Decimal("sNaN"),
        "text": "no such name",
        "empty text": "",
        "NUL": "a\0b",
        "surrogate": "\ud800",
        "escapes": "\x1b[31mred\x1b[0m\n\u202e",
        "long text": "x" * 10_000,
        "number in text": "1",
        "auto": "auto",
        "bytes": b"bytes",
        "bytearray": bytearray(b"ab"),
        "empty list": [],
        "list of None": [None],
        "list of text": ["a", "b"],
        "list of numbers": [1, 2, 3],
        "list of nan": [nan],
        "ragged": [[1.0], [1.0, 2.0]],
        "nested": _nested(),
        "recursive": recursive,
        "huge numbers": [10**400] * 3,
        "empty tuple": (),
        "tuple": (1, "a"),
        "three": (1, 2, 3),
        "empty dict": {},
        "dict": {"a": 1},
        "dict of None": {None: None},
        "set": {1, 2},
        "frozenset": frozenset(),
        "deque": deque([1]),
        "range": range(3),
        "generator": (i for i in range(3)),
        "failing generator": (1 // 0 for _ in range(1)),
        "slice": slice(None),
        "Ellipsis": ...,
        "NotImplemented": NotImplemented,
        "object": Plain(),
        "unhashable": Unhashable(),
        "failing": Failing(),
        "endless": Endless(),
        "class": Plain,
        "int": int,
        "function": lambda: None,
        "print": len,
        "module": np,
        "exception": ValueError("a value"),
        "date": date(2020, 1, 1),
        "path": Path("/nonexistent/file"),
        "memoryview": memoryview(b"ab"),
        "float32": np.float32(0.5),
        "float16": np.float16(0.5),
        "int8": np.int8(-3),
        "uint64": np.uint64(2**64 - 1),
        "bool_": np.bool_(True),
        "complex64": np.complex64(1j),
        "NaT": np.datetime64("NaT"),
        "dtype": np.dtype("float16"),
        "0-d array": array(0.5),
        "0-d text": array("1"),
        "empty array": np.empty(0),
        "no columns": np.empty((3, 0)),
        "no rows": np.empty((0, 3)),
        "array": array([0.5, 0.25]),
        "one number": array([1]),
        "text array": array(["1"]),
        "bool array": array([True, False]),
        "int array": np.arange(6).reshape(2, 3),
        "nan array": np.full((3, 2), nan),
        "huge array": np.full((4, 2), 1e308),
        "3-d array": np.ones((2, 2, 2)),
        "complex array": np.ones((3, 2), dtype=complex),
        "object array": array([None, Plain()], dtype=object),
        "date array": array(["2020-01-01"], dtype="datetime64[D]"),
        "records": np.zeros(3, dtype=[("a", float), ("b", int)]),
        "masked": np.ma.masked_array([1.0, 2.0], mask=[True, False]),
        "read only": np.broadcast_to(array(1.0), (4, 2)),
        "strided": np.ones((8, 4))[::2, ::2],
        "big-endian": np.ones((4, 2), dtype=">f8"),
        "scalar text": np.str_("text"),
    }
