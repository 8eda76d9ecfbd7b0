"""Formulas that are written in LaTeX once, and then read, computed and filled with numbers."""

from .formula import Formula, number
from .nodes import Math, parenthesised

__all__ = ["Formula", "Math", "number", "parenthesised"]
