"""Categories as columns of zeros and ones."""

from collections.abc import Sequence
from typing import Any, final

import numpy as np

from ..random import Key
from ..rules import Rule, given
from ..typing import Array
from .base import Views
from .coded import CodedLayer, codes_of


@final
class OneHot(CodedLayer):
    """Numbers as they are; for a code k of n categories the inputs [k = 0], ..., [k = n - 1].

    As the first layer it takes a table with a column for each category in the place of one for each
    level: a network behind it computes the same as one that is given the zeros and ones, from a
    fraction of the memory. The compiled engine never makes them where a `Dense` follows, or a
    `Scale` and a `Dense`: it adds the rows of W that belong to the codes, and their gradients.

    Parameters
    ----------
    sizes : sequence of int
        For each input, how many categories it has; 0 for a number, which stays as it is. Outputs
        have the order of the inputs.

    Raises
    ------
    InvalidValueError
        If a size is negative.

    Notes
    -----
    A code that is unknown (-1, a fraction, one that is too large) has zeros only. It has no
    parameters and no derivative by a code, so that its network without it, on the zeros and ones
    that `forward` gives, is the same model: explanations by column need that one.

    Examples
    --------
    >>> import numpy as np
    >>> from chainrule import OneHot
    >>> OneHot((0, 3)).forward({}, np.array([[0.5, 2.0], [1.5, 0.0], [2.5, -1.0]]))[0]
    array([[0.5, 0. , 0. , 1. ],
           [1.5, 1. , 0. , 0. ],
           [2.5, 0. , 0. , 0. ]])
    """

    latex = r"a = (x_i, \dots, [x_k = 0], [x_k = 1], \dots)"
    unit_letter = "c"
    smallest = 0

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__(sizes)
        widths = [max(size, 1) for size in self.sizes]
        self.n_out = sum(widths)
        self.starts = tuple(np.cumsum([0, *widths[:-1]]).tolist())
        """The first output of each input."""

    def forward(self, views: Views, X: Array, key: Key | None = None) -> tuple[Array, Any]:
        """Numbers, and a one where a code points."""
        a = np.zeros((len(X), self.n_out or 0), X.dtype)
        for i, (size, start) in enumerate(zip(self.sizes, self.starts, strict=True)):
            if size == 0:
                a[:, start] = X[:, i]
            else:
                codes, known = codes_of(X[:, i], size)
                rows = np.flatnonzero(known)
                a[rows, start + codes[rows]] = 1.0
        return a, None

    def backward(self, views: Views, cache: Any, grad_a: Array) -> tuple[Array, dict[str, Array]]:
        """dL/dX: that of numbers; 0 for codes."""
        grad_X = self.backward_to_codes(grad_a)
        for i in self._numbers:
            grad_X[:, i] = grad_a[:, self.starts[i]]
        return grad_X, {}

    @property
    def _numbers(self) -> list[int]:
        return [i for i, size in enumerate(self.sizes) if size == 0]

    # --- what explanations ask --------------------------------------------------------------

    def jacobian(self, views: Views, x: Array) -> Array:
        """1 from a number to itself."""
        jacobian = np.zeros((self.n_out or 0, len(x)))
        for i in self._numbers:
            jacobian[self.starts[i], i] = 1.0
        return jacobian

    def value_rule(self, views: Views, x: Array, j: int) -> Rule:
        """x for a number."""
        for i in self._numbers:
            if self.starts[i] == j:
                return Rule("x", {"x": given(i)})
        return Rule()

    def jacobian_rule(self, views: Views, x: Array, j: int, i: int) -> Rule:
        """1 or 0."""
        one = self.sizes[i] == 0 and self.starts[i] == j
        words = "a number stays as it is" if one else "a code is no quantity"
        return Rule(str(int(one)), words=words)
