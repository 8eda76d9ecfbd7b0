"""Formulas that a person types: parsed into a tree of known operations, never run as code."""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InvalidValueError
from ..registry import nearest
from ..typing import Array

FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "exp": np.exp, "log": np.log, "sqrt": np.sqrt,
    "abs": np.abs, "sign": np.sign, "tanh": np.tanh, "floor": np.floor,
}  # fmt: skip
CONSTANTS = {"pi": float(np.pi), "e": float(np.e)}
INPUTS = ("x", "x1", "x2")

_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide,
    ast.Pow: np.power, ast.Mod: np.mod, ast.USub: np.negative, ast.UAdd: np.positive,
    ast.Lt: np.less, ast.LtE: np.less_equal, ast.Gt: np.greater, ast.GtE: np.greater_equal,
    ast.And: np.logical_and, ast.Or: np.logical_or, ast.Not: np.logical_not,
}  # fmt: skip
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z]\w*)"
    r"|(?P<sign><=|>=|\*\*|[-+*/^%()<>]))",
    re.ASCII,
)
_WORDS = ("and", "or", "not")
_LONGEST = 200


@dataclass(frozen=True)
class TypedFormula:
    """A formula of x, or of x1 and x2: a number, or a comparison that is true or false.

    Attributes
    ----------
    text : str
        As it was typed.
    inputs : tuple of str
        The letters that it needs: ("x",) or ("x1", "x2").
    is_comparison : bool
        Whether its values are true and false: two classes.
    tree : ast.expr
        What it consists of; only numbers, known names, known functions and operators.
    """

    text: str
    inputs: tuple[str, ...]
    is_comparison: bool
    tree: ast.expr

    def __call__(self, X: Array) -> Array:
        """Its values on the rows of X, shape (n,), as numbers; nan or infinite where undefined."""
        names: dict[str, Any] = dict(CONSTANTS)
        names.update(zip(self.inputs, X.T, strict=True))
        names.setdefault("x", X[:, 0])
        with np.errstate(all="ignore"):
            value = np.asarray(_value(self.tree, names), dtype=np.float64)
        return np.broadcast_to(value, (len(X),)).copy()


def parse_formula(text: str) -> TypedFormula:
    """The formula that a text means: ``sin(3x)``, ``x1^2 + x2^2 < 0.5``.

    A number or a closing bracket before a letter or an opening bracket is multiplied by it, and ^
    is a power.

    Raises
    ------
    InvalidValueError
        If it is none; the message says where, and what is known.

    Examples
    --------
    >>> formula = parse_formula("2x + 1")
    >>> formula(np.array([[0.0], [3.0]])).tolist(), formula.is_comparison
    ([1.0, 7.0], False)
    """
    if not text.strip():
        raise InvalidValueError("formula (='') must be something like sin(3 x) or x1*x2 > 0")
    if len(text) > _LONGEST:
        raise InvalidValueError(f"the formula must have at most {_LONGEST} characters")
    tokens = _tokens(text)
    try:
        tree = ast.parse(" ".join(tokens), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InvalidValueError(
            f"formula (={text!r}) cannot be read; look for a missing bracket or operator"
        ) from None
    _check(tree, text)
    letters = {t for t in tokens if t in INPUTS}
    if "x" in letters and len(letters) > 1:
        raise InvalidValueError(f"formula (={text!r}) must have x alone, or x1 and x2")
    inputs = ("x1", "x2") if letters & {"x1", "x2"} else ("x",)
    return TypedFormula(text, inputs, _is_true_or_false(tree), tree)


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    place, before = 0, ""
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            strange = text[place:].strip()[0]
            raise InvalidValueError(
                f"formula (={text!r}): {strange!r} is not known; there are numbers, x or x1 and "
                "x2, + - * / ^ %, < <= > >=, and, or, not, brackets, and "
                + ", ".join((*FUNCTIONS, *CONSTANTS))
            )
        place, kind, token = match.end(), match.lastgroup, match[match.lastgroup or 0]
        opens = (kind in ("number", "name") and token not in _WORDS) or token == "("
        if opens and before in ("number", "value", ")") and not (kind == "number" == before):
            found.append("*")
        found.append("**" if token == "^" else token)
        before = token if kind == "sign" else str(kind)
        if kind == "name":
            before = "" if token in FUNCTIONS or token in _WORDS else "value"
    return found


def _check(node: ast.expr, text: str) -> None:
    """Raise unless the tree holds nothing but what is known."""
    match node:
        case ast.Constant(value=int() | float()):
            return
        case ast.Name(id=name) if name in INPUTS or name in CONSTANTS:
            return
        case ast.Name(id=name):
            known = (*INPUTS, *CONSTANTS, *FUNCTIONS)
            hint = " needs brackets: " + f"{name}(x)" if name in FUNCTIONS else ""
            raise InvalidValueError(
                f"formula (={text!r}): {name!r}{hint or ' is not known' + nearest(name, known)}"
            )
        case ast.BinOp(op=op) if type(op) in _OPERATORS:
            parts = [node.left, node.right]
        case ast.UnaryOp(op=op) if type(op) in _OPERATORS:
            parts = [node.operand]
        case ast.Compare(ops=ops) if all(type(op) in _OPERATORS for op in ops):
            parts = [node.left, *node.comparators]
        case ast.BoolOp():
            parts = node.values
        case ast.Call(func=ast.Name(id=name), args=[_], keywords=[]) if name in FUNCTIONS:
            parts = node.args
        case ast.Call(func=ast.Name(id=name)):
            raise InvalidValueError(
                f"formula (={text!r}): {name!r} is no known function{nearest(name, FUNCTIONS)}"
                if name not in FUNCTIONS
                else f"formula (={text!r}): {name} takes one number"
            )
        case _:
            raise InvalidValueError(f"formula (={text!r}) cannot be read")
    for part in parts:
        _check(part, text)


def _is_true_or_false(node: ast.expr) -> bool:
    of_not = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return of_not or isinstance(node, ast.Compare | ast.BoolOp)


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=number):
            return np.float64(float(number))  # type: ignore[arg-type]
        case ast.Name(id=name):
            return names[name]
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_value(left, names), _value(right, names))
        case ast.UnaryOp(op=op, operand=operand):
            return _OPERATORS[type(op)](_value(operand, names))
        case ast.BoolOp(op=op, values=values):
            whole = _value(values[0], names)
            for value in values[1:]:
                whole = _OPERATORS[type(op)](whole, _value(value, names))
            return whole
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return FUNCTIONS[name](_value(argument, names))
        case ast.Compare(left=left, ops=ops, comparators=others):
            ends = [_value(part, names) for part in (left, *others)]
            pairs = zip(ops, ends[:-1], ends[1:], strict=True)
            return np.logical_and.reduce(
                np.broadcast_arrays(*(_OPERATORS[type(op)](a, b) for op, a, b in pairs))
            )
    raise AssertionError(node)
