"""The playground's server: a page on which a network is seen learning.

`chainrule play` starts it. Python is the only engine; the page draws. How the two speak is in
docs/playground-protocol.md.
"""

from .datasets import make_data
from .formula import TypedFormula, parse_formula
from .limits import LIMITS, Limits
from .playground_data import PlaygroundData
from .settings import Settings, settings_from

__all__ = [
    "LIMITS",
    "Limits",
    "PlaygroundData",
    "Settings",
    "TypedFormula",
    "make_data",
    "parse_formula",
    "settings_from",
]
