"""How people write numbers: thousands marks, decimal commas, currencies, units.

A column is read in one way, found from all its different values. Two conventions compete: a dot
before the decimals (1,234.5) or a comma (1.234,5). A single group of three digits (1.234) fits
both, and only other values, or other columns, can decide.
"""

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pyarrow.compute as pc

from ..typing import Array, BoolArray, IntArray
from .columns import mask_array, number_array, text_array, text_scalar, to_numpy
from .parts import Parts

MARKS = frozenset(
    (
        *(
            "NA",
            "N/A",
            "n/a",
            "na",
            "Na",
            "n.a.",
            "N.A.",
            "NaN",
            "nan",
            "NAN",
            "Nan",
            "-nan",
            "-NaN",
        ),
        *("null", "NULL", "Null", "None", "none", "NONE", "nil", "NIL", "?", "-", "--", ".", ".."),
        *("<NA>", "#NA", "#N/A", "#N/A N/A", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?"),
        *("#NUM!", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN", "\\N", "\u2013", "\u2014", "\u2026"),
        *("missing", "Missing", "MISSING", "n.d.", "k.A.", "k. A.", "n.v.", "s.d.", "...", "*"),
    )
)
"""Texts among numbers that mean a missing value, wherever they come from."""

Decimal = Literal[".", ",", ""]
DECIMALS: tuple[Decimal, Decimal] = (".", ",")

_CODES = "USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|SEK|NOK|DKK|PLN|BRL"
_CURRENCY = rf"(?:[A-Z]{{1,2}})?[$]|[€£¥₹₽₩₺₴₪฿₫]|(?:{_CODES}|Rs\.?)"
_AFFIX = r"[%‰°]?[A-Za-zµΩ²³/$€£¥₹%°+\" .]{0,12}"
_WRITTEN = (
    rf"^(?P<open>\()?(?P<sign>[+-]?) ?(?P<prefix>{_CURRENCY})? ?(?P<inner>[+-]?)"
    r"(?P<body>[0-9](?:[0-9.,' ]*[0-9])?\.?|[.,][0-9]+)"
    rf"(?P<exponent>[eE][+-]?[0-9]+|[dD][+-][0-9]+)?(?:(?P<after>-)| ?(?P<suffix>{_AFFIX}))\)?$"
)
_BLANKS = r"(?: [0-9]{3})+|(?:'[0-9]{3})+"
_INDIAN = "[1-9][0-9]?(?:,[0-9]{2})*,[0-9]{3}"
_GROUPED = rf"{_INDIAN}|[1-9][0-9]{{0,2}}(?:(?:,[0-9]{{3}})+|{_BLANKS})"
_DOT = rf"^(?:(?:{_GROUPED}|0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)$"
_COMMA_GROUPED = rf"[1-9][0-9]{{0,2}}(?:(?:\.[0-9]{{3}})+|{_BLANKS})"
_COMMA = rf"^(?:(?:{_COMMA_GROUPED}|0|[1-9][0-9]*)(?:,[0-9]+)?|,[0-9]+)$"
_BARE = r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$"
"""Numbers that need no taking apart: digits and a point."""
_MAGNITUDES = {"K": 1e3, "k": 1e3, "M": 1e6, "Mio": 1e6, "mn": 1e6, "B": 1e9, "bn": 1e9, "Mrd": 1e9}
_MINUS = "[\u2212\u2012\u2013\ufe63\uff0d]"
_BLANK = "[\u00a0\u2007\u2009\u202f]"


@dataclass(frozen=True)
class NumberFormat:
    """How the numbers of a column are written.

    Parameters
    ----------
    decimal : {".", ","}
        The mark before the decimals; the other one stands between thousands.
    unit : str
        What stands beside every number: "$", "kg", "%"; the numbers are in it.
    magnitudes : bool
        Whether K, M and B after a number stand for thousands, millions and billions.
    missing : tuple of str
        Texts of the training rows that are no numbers and were taken as missing.
    """

    decimal: Decimal = "."
    unit: str = ""
    magnitudes: bool = False
    missing: tuple[str, ...] = ()

    def parse(self, texts: Any) -> tuple[Array, BoolArray]:
        """The numbers of a text column, nan where there is none, and where something else is."""
        distinct, codes = encoded_texts(texts)
        if self.decimal == "." and bool(pc.all(pc.match_substring_regex(distinct, _BARE)).as_py()):
            values = np.append(to_numpy(distinct.cast("float64")), np.nan)[codes]
            return values, np.zeros(len(codes), bool)
        written = Written(distinct, codes)
        values, valid = written.values(self)
        known = _is_in(written.distinct, {*MARKS, *self.missing})
        return written.spread(values), written.spread(~valid & ~known, missing=False)

    def describe(self) -> str:
        """In words, "" for plain numbers."""
        parts = ["decimal commas"] if self.decimal == "," else []
        parts += [f"unit {self.unit}"] if self.unit else []
        parts += ["K, M and B as thousands, millions and billions"] if self.magnitudes else []
        return ", ".join(parts)


PLAIN = NumberFormat()


def _is_currency(unit: str) -> bool:
    return bool(re.fullmatch(_CURRENCY, unit))


def _is_in(texts: Any, known: set[str]) -> BoolArray:
    return np.asarray(to_numpy(pc.is_in(texts, text_array(sorted(known)))))


def encoded_texts(texts: Any) -> tuple[Any, IntArray]:
    """The different texts of a column, and each row's place in them, -1 where missing."""
    encoded = texts.dictionary_encode()
    encoded = encoded.combine_chunks() if hasattr(encoded, "combine_chunks") else encoded
    indices = pc.fill_null(encoded.indices.cast("int64"), number_array([-1])[0])
    return encoded.dictionary, to_numpy(indices)


class Written:
    """The different texts of a column, taken apart into sign, unit and digits.

    Attributes
    ----------
    distinct : pyarrow Array
        The different texts that are not missing.
    codes : ndarray of int
        Each row's place in `distinct`, -1 where missing.
    counts : ndarray of int
        How many rows have each text.
    """

    def __init__(self, distinct: Any, codes: IntArray) -> None:
        self.distinct, self.codes = distinct, codes
        self.counts = np.bincount(codes[codes >= 0], minlength=len(distinct))
        text = pc.replace_substring_regex(distinct, _MINUS, "-")
        text = pc.replace_substring_regex(text, _BLANK, " ")
        text = pc.replace_substring_regex(text, "[’`´]", "'")
        parts = Parts(text, _WRITTEN)
        self._found = parts.found
        # Fortran writes 1.5D+03, SAP 5.5- for a negative number.
        self._body = parts.text("body")
        self._exponent = pc.replace_substring_regex(parts.text("exponent"), "[dD]", "e")
        self._prefix, self._suffix = _words(parts, "prefix"), _words(parts, "suffix")
        sign, inner, after = (parts.equals(name, "-") for name in ("sign", "inner", "after"))
        self._bracketed = parts.equals("open", "(")
        ends = to_numpy(pc.ends_with(text, ")"))
        self._found &= self._bracketed == ends
        self._negative = sign | inner | self._bracketed
        self._found &= ~(after & self._negative)
        self._negative, self._after = self._negative | after, after
        self.dot = self._found & to_numpy(pc.match_substring_regex(self._body, _DOT))
        self.comma = self._found & to_numpy(pc.match_substring_regex(self._body, _COMMA))
        self.marked = to_numpy(pc.match_substring_regex(self._body, "[.,]"))

    @staticmethod
    def of(texts: Any) -> "Written":
        """The texts of a tidy column."""
        return Written(*encoded_texts(texts))

    def spread(self, per_text: Any, missing: Any = np.nan) -> Any:
        """A value for each different text as a value for each row."""
        return np.append(per_text, missing).astype(per_text.dtype)[self.codes]

    def values(self, form: NumberFormat) -> tuple[Array, BoolArray]:
        """The number of each different text in one format, and whether it has one."""
        valid = (self.comma if form.decimal == "," else self.dot).copy()
        factor = np.ones(len(valid))
        if form.unit or form.magnitudes or (self._prefix != "").any() or (self._suffix != "").any():
            units, sizes = self._units(form.magnitudes)
            numbers = units == form.unit
            bare = (self._prefix == "") & (self._suffix == "")
            valid &= numbers | (bare & (_is_currency(form.unit) | self._zero()))
            factor = sizes
        body = self._body
        if form.decimal == ",":
            body = pc.replace_substring_regex(body, "[. ']", "")
            body = pc.replace_substring(body, ",", ".")
        else:
            body = pc.replace_substring_regex(body, "[, ']", "")
        written = pc.binary_join_element_wise(body, self._exponent, text_scalar(""))
        body = pc.if_else(mask_array(valid), written, text_scalar("0"))
        numbers = to_numpy(body.cast("float64")) * factor
        return np.where(valid, np.where(self._negative, -numbers, numbers), np.nan), valid

    def habits(self, form: NumberFormat) -> dict[str, BoolArray]:
        """How numbers are written that a program does not write so, and which texts are."""
        valid = self.values(form)[1]
        mark = "[. ']" if form.decimal == "," else "[, ']"
        grouped = pc.match_substring_regex(self._body, f"[0-9]{mark}[0-9]")
        habits = {
            "thousands marks": to_numpy(grouped),
            "negative numbers in brackets": self._bracketed,
            "minus signs behind numbers": self._after,
        }
        return {name: valid & texts for name, texts in habits.items() if (valid & texts).any()}

    def _zero(self) -> BoolArray:
        return np.asarray(to_numpy(pc.match_substring_regex(self._body, "^[0.,]*$")))

    def _units(self, magnitudes: bool) -> tuple[Any, Array]:
        suffix, sizes = self._suffix, np.ones(len(self._suffix))
        if magnitudes:
            sizes = np.array([_MAGNITUDES.get(s, 1.0) for s in suffix])
            suffix = np.array(["" if s in _MAGNITUDES else s for s in suffix], object)
        return self._prefix + suffix, sizes

    # --- the one way in which a column is read -----------------------------------------------

    def formats(self) -> list[tuple[NumberFormat, int]]:
        """The formats that fit most rows, and how many; two where a group of three decides nothing.

        The list is empty where no text is a number.
        """
        either = self.dot | self.comma
        unit = self._unit(either)
        if unit is None:
            return []
        rows: dict[Decimal, int] = {}
        for mark in DECIMALS:
            form = replace(unit, decimal=mark)
            rows[mark] = int(self.counts[self.values(form)[1]].sum())
        if not max(rows.values()):
            return []
        if rows["."] != rows[","]:
            best = max(rows, key=lambda mark: rows[mark])
            return [(replace(unit, decimal=best), rows[best])]
        forms = [replace(unit, decimal="."), replace(unit, decimal=",")]
        if not (either & self.marked).any():  # no dot, no comma: both are the same
            forms = forms[:1]
        elif self._is_fixed() or _is_currency(unit.unit):  # no price has three decimals
            forms = forms[:1] if self._has_commas() else forms[1:]
        return [(form, rows["."]) for form in forms]

    @property
    def proves_decimal(self) -> Decimal:
        """The decimal mark that most values with a dot or a comma leave no doubt about, else ""."""
        dots = self.counts[self.dot & ~self.comma].sum()
        commas = self.counts[self.comma & ~self.dot].sum()
        return "" if dots == commas else "." if dots > commas else ","

    def _has_commas(self) -> bool:
        return bool(pc.any(pc.match_substring(self._body, ",")).as_py())

    def _is_fixed(self) -> bool:
        """Whether groups of three are thousands: 987 beside 12.500 has not always three decimals.

        A number of decimals that changes would leave out the zero at the end of 12.500.
        """
        both = self.dot & self.comma
        ends = to_numpy(pc.match_substring_regex(self._body, r"[.,][0-9]{2}0$"))
        short = to_numpy(pc.match_substring_regex(self._body, "^[0-9]{1,3}$"))
        return bool((both & self.marked & ends).any() and (both & short).any())

    def several_units(self) -> list[str]:
        """The most frequent units of its numbers, where there is no one unit; "" for none."""
        either = self.dot | self.comma
        units, _ = self._units(magnitudes=True)
        rows = {
            unit: int(self.counts[either & (units == unit)].sum()) for unit in set(units[either])
        }
        frequent = sorted(rows, key=lambda unit: (-rows[unit], unit))
        return frequent[:3] if len(frequent) > 1 else []

    def _unit(self, either: BoolArray) -> NumberFormat | None:
        """The unit that nine of ten numbers have; None where there are several."""
        zero = self._zero() & (self._prefix == "") & (self._suffix == "")
        counted = either & ~zero
        total = self.counts[counted].sum()
        if not total:
            return NumberFormat()
        for magnitudes in (False, True):
            units, _ = self._units(magnitudes)
            present = set(units[counted].tolist())
            if len(present) == 2 and "" in present and _is_currency(max(present)):
                # A price without a mark beside prices with one: (1,371.00) beside $1,371.00.
                return NumberFormat(unit=max(present), magnitudes=magnitudes)
            best, most = "", 0
            for unit in set(units[counted].tolist()):
                n = int(self.counts[counted & (units == unit)].sum())
                best, most = (unit, n) if n > most else (best, most)
            if 10 * most >= 9 * total:
                return NumberFormat(unit=best, magnitudes=magnitudes)
        return None


def _words(parts: Parts, name: str) -> Any:
    if not parts.has(name):
        return np.full(len(parts.found), "", object)
    return np.array(pc.utf8_trim_whitespace(parts.text(name)).to_pylist(), object)
