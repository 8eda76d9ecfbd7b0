"""Texts taken apart by a regular expression with named groups."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..typing import Array, IntArray
from .columns import text_scalar, to_numpy


class Parts:
    """The groups of a regular expression in each text of an array.

    Groups that no text has, most of them in a long expression, cost nothing.

    Attributes
    ----------
    found : ndarray of bool
        Which texts match.
    """

    def __init__(self, texts: Any, pattern: str) -> None:
        parts = pc.extract_regex(texts, pattern)
        self.found = to_numpy(parts.is_valid())
        names = [field.name for field in parts.type] if self.found.any() else []
        fields = dict(zip(names, parts.flatten(), strict=True)) if names else {}
        self._texts = {
            name: pc.fill_null(field, text_scalar(""))
            for name, field in fields.items()
            if pc.max(pc.binary_length(field)).as_py()
        }

    def has(self, name: str) -> bool:
        """Whether some text has that group."""
        return name in self._texts

    def text(self, name: str) -> Any:
        """The group of each text, "" where there is none."""
        return self._texts[name] if self.has(name) else pa.repeat(text_scalar(""), len(self.found))

    def equals(self, name: str, text: str) -> Array:
        """Where the group is that text."""
        if not self.has(name):
            return np.zeros(len(self.found), bool)
        return to_numpy(pc.equal(self._texts[name], text_scalar(text)))

    def number(self, name: str) -> IntArray:
        """The group as integers, -1 where there is none."""
        if not self.has(name):
            return np.full(len(self.found), -1)
        texts = self._texts[name]
        empty = pc.equal(texts, text_scalar(""))
        return np.asarray(to_numpy(pc.if_else(empty, text_scalar("-1"), texts).cast("int64")))

    def mapped(self, name: str, meaning: Callable[[str], float], none: float) -> Array:
        """What each group means, by a function of its text; `none` where there is none."""
        if not self.has(name):
            return np.full(len(self.found), none)
        encoded = self._texts[name].dictionary_encode()
        values = [meaning(text) if text else none for text in encoded.dictionary.to_pylist()]
        return np.array(values)[to_numpy(encoded.indices.cast("int64"))]
