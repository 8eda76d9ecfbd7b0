"""How a number follows from others, as the object that computes it states it.

A layer, an activation or a loss states a formula once, in LaTeX, and says what its letters are.
An explanation writes it with the symbols and the numbers of one place, but only where it comes to
the number that the object computes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Letter:
    """What one letter of a formula stands for.

    Parameters
    ----------
    kind : {"input", "output", "target", "weight", "own"}
        An input or an output of the map, a target of a loss, one number of a layer's arrays, or a
        quantity of the object's own.
    index : tuple of int
        Which of them; for "own", the unit that it belongs to, () for none.
    key : str
        For "weight": the array.
    text, latex : str
        For "own": its symbol. ``{unit}`` stands for the unit, ``{input}`` for x or a.
    value : float
        For "own": its value.
    term : str
        For "own": the formula of z that it sums over all inputs, to be written out with numbers.
    """

    kind: Literal["input", "output", "target", "weight", "own"]
    index: tuple[int, ...] = ()
    key: str = ""
    text: str = ""
    latex: str = ""
    value: float = 0.0
    term: str = ""


def given(i: int) -> Letter:
    """The i-th number that the map is computed from."""
    return Letter("input", (i,))


def output(j: int) -> Letter:
    """The j-th number that the map computes."""
    return Letter("output", (j,))


def target(j: int) -> Letter:
    """The j-th target."""
    return Letter("target", (j,))


def weight(key: str, *index: int) -> Letter:
    """One number of a layer's array."""
    return Letter("weight", index, key)


def own(text: str, latex: str, value: float, *unit: int, term: str = "") -> Letter:
    """A quantity of the object's own, such as a normalised input."""
    return Letter("own", unit, "", text, latex, float(value), term)


def called(item: object) -> str:
    """An object's own name; its class's where it has none."""
    name = getattr(item, "name", "")
    return name if isinstance(name, str) and name else type(item).__name__


@dataclass(frozen=True)
class Rule:
    """A value or a local derivative, as its object states it.

    Parameters
    ----------
    latex : str, default ""
        The formula; "" where none is stated: then the object's name stands for it.
    letters : mapping of str to Letter
        What its letters are. Numbers tell letters of one kind apart: ``w_{1}``, ``w_{2}``.
    words : str, default ""
        Where it comes from, if the object's name and the unit do not tell it; ``{unit}`` stands
        for the unit and its layer.
    general : (str, str), default ("", "")
        The formula for any place as text and LaTeX, where the letters alone do not tell it.
    definitions : str, default ""
        LaTeX that explains further letters.
    remark : str, default ""
        What follows the numbers, or stands in their place where there is no formula.
    """

    latex: str = ""
    letters: Mapping[str, Letter] = field(default_factory=dict)
    words: str = ""
    general: tuple[str, str] = ("", "")
    definitions: str = ""
    remark: str = ""
