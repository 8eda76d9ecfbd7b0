"""Softmax: probabilities of classes that exclude each other."""

from typing import final

import numpy as np

from ..domain import Simplex
from ..rules import Rule, given, output, own
from ..typing import Array
from .base import Activation


@final
class Softmax(Activation):
    """a_j = exp(z_j) / sum_k exp(z_k); da_j/dz_k = a_j ([j = k] - a_k).

    Every output depends on every pre-activation of its row, so that the Jacobian is a full matrix;
    `vjp` multiplies by it without building it.
    """

    name = "softmax"
    latex = r"a_j = \frac{e^{z_j}}{\sum_k e^{z_k}}"
    latex_derivative = r"\frac{\partial a_j}{\partial z_k} = a_j\,(\delta_{jk} - a_k)"
    source = "Bridle 1990"
    range = Simplex()

    def value(self, z: Array) -> Array:
        """a_j = exp(z_j - max z) / sum_k exp(z_k - max z): the shift prevents an overflow."""
        with np.errstate(over="ignore"):  # a difference beyond the type's range has exp = 0
            e = np.exp(z - z.max(axis=-1, keepdims=True))
        total: Array = e.sum(axis=-1, keepdims=True)
        return e / total

    def vjp(self, z: Array, a: Array, grad_a: Array) -> Array:
        """dL/dz_k = a_k (dL/da_k - sum_j dL/da_j a_j)."""
        inner: Array = (grad_a * a).sum(axis=-1, keepdims=True)
        return a * (grad_a - inner)

    def jacobian(self, z: Array, a: Array) -> Array:
        """The matrix da_j/dz_k of one row, each of shape (n_units,)."""
        return np.diag(a) - np.outer(a, a)

    def value_rule(self, z: Array, a: Array, j: int) -> Rule:
        """a_j = exp(z_j) / sum_k exp(z_k)."""
        with np.errstate(over="ignore"):
            total = np.exp(z).sum()
        letters = {
            "z": given(j),
            "s": own("Σ_k e^z_k", r"\sum_k e^{z_k}", total, term="e^{z}"),
        }
        general = ("e^z_j / Σ_k e^z_k", r"\frac{e^{z_j}}{\sum_k e^{z_k}}")
        return Rule(r"\frac{e^{z}}{s}", letters, general=general)

    def jacobian_rule(self, z: Array, a: Array, j: int, i: int) -> Rule:
        """a_j (1 - a_j) on the diagonal, -a_j a_i beside it."""
        letters = {"a": output(j), "b": output(i)}
        general = ("a_j ([j = i] - a_i)", r"a_j\,([j = i] - a_i)")
        latex = r"a\,(1 - a)" if i == j else "-a b"
        return Rule(latex, letters, general=general)
