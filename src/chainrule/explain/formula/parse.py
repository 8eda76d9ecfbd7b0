"""From the LaTeX of an activation or a loss to a formula that can be computed.

The grammar is what such formulas need: sums, products, fractions, powers, cases, absolute values
and a few functions. Whatever lies outside of it is refused, not guessed.
"""

import re

from .nodes import (
    FUNCTIONS,
    Call,
    Cases,
    Condition,
    Fraction,
    Letter,
    Node,
    Number,
    Power,
    Product,
    Sum,
)

_SPACES = re.compile(
    r"(?<!\\)\\[,;!: ]|\\quad|\\qquad|\\left(?![a-z])|\\right(?![a-z])|\\[bB]ig[glr]*"
)
_TOKEN = re.compile(
    r"\s*(\\begin\{cases\}|\\end\{cases\}|\\operatorname\{\w+\}|\\\\|\\[A-Za-z]+"
    r"|\d+(?:\.\d+)?|[A-Za-z]|[-+*/^_(){}|,<>=&'])"
)
_RELATIONS = {"<": "<", ">": ">", "=": "=", r"\le": "≤", r"\leq": "≤", r"\ge": "≥", r"\geq": "≥"}
_ENDS = {")", "}", ",", "&", r"\\", r"\end{cases}", "+", "-", "", *_RELATIONS}


class NotUnderstoodError(ValueError):
    """The LaTeX lies outside of the grammar."""


def split_definitions(latex: str) -> list[str]:
    r"""The formulas of a list such as ``f(z) = ..., \; t = ...``."""
    return re.split(r",\s*\\[;,]\s*(?=\\?[A-Za-z]+\s*=)", latex)


def right_side(latex: str) -> tuple[str, str]:
    """Both sides of an equation; the left one is empty where there is no equation."""
    match = re.match(r"\s*(\\?[A-Za-z]+'?(?:\([a-z]\))?)\s*=(.*)", latex, re.DOTALL)
    return (match[1], match[2]) if match else ("", latex)


def parse(latex: str) -> Node:
    r"""The formula that some LaTeX means.

    Raises
    ------
    NotUnderstoodError
        If it lies outside of the grammar.

    Examples
    --------
    >>> parse(r"a\,(1 - a)").value({"a": 0.25})
    0.1875
    """
    return _Parser(latex).formula()


class _Parser:
    def __init__(self, latex: str) -> None:
        self.tokens = self._tokens(_SPACES.sub(" ", latex))
        self.place = 0
        self.in_bars = False

    @staticmethod
    def _tokens(latex: str) -> list[str]:
        tokens, place = [], 0
        latex = latex.rstrip()
        while place < len(latex):
            match = _TOKEN.match(latex, place)
            if match is None:
                raise NotUnderstoodError(f"{latex[place:]!r} is not understood")
            tokens.append(match[1])
            place = match.end()
        return tokens

    @property
    def next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, expected: str | None = None) -> str:
        token = self.next
        if token == "" or (expected is not None and token != expected):
            raise NotUnderstoodError(f"{expected or 'more'} expected, not {token!r}")
        self.place += 1
        return token

    def formula(self) -> Node:
        node = self.sum()
        if self.next:
            raise NotUnderstoodError(f"{self.next!r} is left over")
        return node

    def sum(self) -> Node:
        terms = []
        while True:
            sign = 1
            if self.next in ("+", "-"):
                sign = 1 if self.take() == "+" else -1
            terms.append((sign, self.product()))
            if self.next not in ("+", "-"):
                break
        return terms[0][1] if len(terms) == 1 and terms[0][0] > 0 else Sum(tuple(terms))

    def product(self) -> Node:
        factors = []
        if self.next == r"\sum":  # over the outputs: what is written is the term of one of them
            self.take()
            self.take("_")
            self.argument()
        while self.next not in _ENDS and not (self.next == "|" and self.in_bars):
            if self.next == r"\cdot":
                self.take()
            factors.append(self.power())
        if not factors:
            raise NotUnderstoodError(f"a factor expected, not {self.next!r}")
        return factors[0] if len(factors) == 1 else Product(tuple(factors))

    def power(self) -> Node:
        base = self.atom()
        if self.next == "_":
            self.take()
            index = self.argument()
            if isinstance(base, Letter) and isinstance(index, Number):
                base = Letter(f"{base.name}_{index.digits}")  # one of several of its kind
            elif not (isinstance(base, Letter) and index in (Letter("i"), Letter("j"))):
                raise NotUnderstoodError("only a letter has an index: i, j or a number")
        if self.next == "^":
            self.take()
            return Power(base, self.argument())
        return base

    def argument(self) -> Node:
        """What follows a caret or a fraction: a group, or one symbol."""
        if self.next == "{":
            return self.enclosed("{", "}")
        token = self.next
        if token.isdigit() and len(token) > 1:  # \tfrac12 is two arguments of one digit each
            self.tokens[self.place : self.place + 1] = list(token)
        return self.atom()

    def enclosed(self, left: str, right: str) -> Node:
        self.take(left)
        node = self.sum()
        self.take(right)
        return node

    def atom(self) -> Node:
        token = self.next
        if token == "(":
            return self.enclosed("(", ")")
        if token == "{":
            return self.enclosed("{", "}")
        if token == "|":
            self.in_bars = True
            self.take()
            node = self.sum()
            self.in_bars = False
            self.take("|")
            return Call("abs", (node,))
        self.take()
        if token == r"\begin{cases}":
            return self.cases()
        if token in (r"\frac", r"\tfrac", r"\dfrac"):
            over = self.argument()
            return Fraction(over, self.argument())
        if match := re.fullmatch(r"\\operatorname\{(\w+)\}", token):
            return self.call(match[1])
        name = token.lstrip("\\")
        if (
            token.startswith("\\")
            and name in FUNCTIONS
            and (name not in _GREEK or self.next == "(")
        ):
            return self.call(name)
        if name.isalpha() and (len(token) == 1 or name in _LETTERS):
            return Letter(name)
        if token[0].isdigit():
            return Number(token)
        raise NotUnderstoodError(f"{token!r} is not understood")

    def call(self, name: str) -> Node:
        if name not in FUNCTIONS:
            raise NotUnderstoodError(f"the function {name!r} is not known")
        if self.next != "(":
            return Call(name, (self.power(),))
        self.take("(")
        arguments = [self.sum()]
        while self.next == ",":
            self.take()
            arguments.append(self.sum())
        self.take(")")
        return Call(name, tuple(arguments))

    def cases(self) -> Node:
        cases = []
        while True:
            node = self.sum()
            self.take("&")
            left = self.sum()
            relation = _RELATIONS.get(self.take())
            if relation is None:
                raise NotUnderstoodError("a condition needs a relation")
            cases.append((node, Condition(left, relation, self.sum())))
            if self.take() == r"\end{cases}":
                return Cases(tuple(cases))


_GREEK = {"sigma", "Phi", "varphi"}
_LETTERS = {"alpha", "beta", "gamma", "delta", "varepsilon", "lambda", "mu", "theta"}
