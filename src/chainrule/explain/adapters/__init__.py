"""What a model's rows, inputs, units and weights are called."""

from .arguments import in_place
from .names import Names
from .rows import Rows, rows_of

__all__ = ["Names", "Rows", "in_place", "rows_of"]
