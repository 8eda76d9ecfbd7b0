"""What a model's rows, inputs, units and weights are called."""

from .names import Names
from .rows import Rows, rows_of

__all__ = ["Names", "Rows", "rows_of"]
