"""A learned vector for each category."""

from collections.abc import Sequence
from typing import Any, final

import numpy as np

from ..errors import require_integer, require_number
from ..initializers import Draw, Normal
from ..parameters import ParameterSpec
from ..random import Key
from ..rules import Rule, weight
from ..typing import Array, IntArray
from .base import Views
from .coded import CodedLayer, codes_of


@final
class Embedding(CodedLayer):
    """a = (E[r_1], E[r_2], ...): for each code, the row of E that belongs to its category.

    Parameters
    ----------
    sizes : sequence of int
        For each input, how many categories it has. Its rows of E follow those of the inputs before
        it, and the last of them is that of unknown codes: -1, a fraction, one that is too large.
    n_out : int, default 8
        The length of each vector: the outputs are as many for each input.
    learning_rate_factor : float, default 1
        What the learning rate of E is multiplied by.

    Raises
    ------
    InvalidValueError
        If a size or n_out is below 1, or the factor not positive.

    Notes
    -----
    Guo & Berkhahn 2016, Entity embeddings of categorical variables; E starts as N(0, 1), and 8
    outputs for categories of many levels are those of RealMLP (Holzmüller, Grinsztajn & Steinwart
    2024). dL/dE[r] is the sum of dL/da over the samples whose code is r. It is a `Dense` layer
    without activation behind a `OneHot` layer, one for each input.
    """

    latex = r"a = (E_{r_1}, E_{r_2}, \dots)"
    unit_letter = "e"

    def __init__(
        self, sizes: Sequence[int], n_out: int = 8, *, learning_rate_factor: float = 1.0
    ) -> None:
        super().__init__(sizes)
        require_integer("n_out", n_out, at_least=1)
        require_number("learning_rate_factor", learning_rate_factor, above=0)
        self.n_each = int(n_out)
        self.n_out = self.n_each * len(self.sizes)
        self.learning_rate_factor = float(learning_rate_factor)
        self.starts = tuple(np.cumsum([0, *(size + 1 for size in self.sizes)]).tolist())
        """The first row of each input, and the end."""

    def config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        factor = self.learning_rate_factor
        return {"sizes": self.sizes, "n_out": self.n_each, "learning_rate_factor": factor}

    def specs(self) -> dict[str, ParameterSpec]:
        """E."""
        return {"E": ParameterSpec((self.starts[-1], self.n_each), self.learning_rate_factor)}

    def initial(self, seed: int, position: int) -> dict[str, Array]:
        """N(0, 1)."""
        return {"E": Normal().sample((self.starts[-1], self.n_each), Draw(seed, position))}

    def rows_of(self, X: Array) -> IntArray:
        """The row of E for each code, shape (n, n_in)."""
        rows = np.empty(X.shape, np.int64)
        for i, (size, start) in enumerate(zip(self.sizes, self.starts, strict=False)):
            codes, known = codes_of(X[:, i], size)
            rows[:, i] = start + np.where(known, codes, size)
        return rows

    def forward(self, views: Views, X: Array, key: Key | None = None) -> tuple[Array, Any]:
        """The rows, one after the other."""
        rows = self.rows_of(X)
        return views["E"][rows].reshape(len(X), -1), rows

    def backward(self, views: Views, cache: Any, grad_a: Array) -> tuple[Array, dict[str, Array]]:
        """dL/dE[r] = sum of dL/da where the code is r."""
        gradient = np.zeros_like(views["E"], dtype=grad_a.dtype)
        np.add.at(gradient, cache, grad_a.reshape(*cache.shape, self.n_each))
        return self.backward_to_codes(grad_a), {"E": gradient}

    # --- what explanations ask --------------------------------------------------------------

    def jacobian(self, views: Views, x: Array) -> Array:
        """0: a code is no quantity."""
        return np.zeros((self.n_out or 0, len(x)))

    def _input_of(self, row: int) -> int:
        """The input that a row of E belongs to."""
        return int(np.searchsorted(self.starts, row, side="right")) - 1

    def parameter_jacobian(self, views: Views, X: Array, key: str, index: tuple[int, ...]) -> Array:
        """1 where the row is the code's."""
        row, j = index
        i = self._input_of(row)
        result = np.zeros((len(X), self.n_out or 0))
        result[:, i * self.n_each + j] = self.rows_of(X)[:, i] == row
        return result

    def units_of(self, key: str, index: tuple[int, ...]) -> Sequence[int]:
        """The unit of a column of E, for the input that the row belongs to."""
        return (self._input_of(index[0]) * self.n_each + index[1],)

    def value_rule(self, views: Views, x: Array, j: int) -> Rule:
        """The number in E."""
        i, k = divmod(j, self.n_each)
        row = int(self.rows_of(x[None])[0, i])
        return Rule("E", {"E": weight("E", row, k)}, "the vector of the category, {unit}")

    def jacobian_rule(self, views: Views, x: Array, j: int, i: int) -> Rule:
        """0."""
        return Rule("0", words="a code is no quantity")

    def parameter_rule(
        self, views: Views, x: Array, key: str, index: tuple[int, ...], j: int
    ) -> Rule:
        """1 for the row of the code, else 0."""
        own = int(self.rows_of(x[None])[0, self._input_of(index[0])]) == index[0]
        words = "the vector of this category" if own else "the vector of another category"
        return Rule(str(int(own)), words=words)
