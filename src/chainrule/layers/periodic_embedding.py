"""Numbers as waves of learned frequencies."""

from collections.abc import Sequence
from math import pi
from typing import Any, final

import numpy as np

from ..errors import require_integer, require_number
from ..initializers import Draw, Normal, Uniform
from ..parameters import ParameterSpec
from ..random import Key
from ..typing import Array
from .base import Layer, Views


@final
class PeriodicEmbedding(Layer):
    """For each input x_i: a = (x_i, V_i^T cos(2 pi w_i x_i + b_i) + c_i).

    A dense network has to bend a straight line where a target rises and falls with a number, which
    takes it many updates. Waves of learned frequencies bend by themselves. Each input has its own.

    Parameters
    ----------
    n : int
        Inputs.
    n_out : int, default 4
        Outputs for each input: the input itself, and n_out - 1 mixtures of its waves. At least 2.
    frequencies : int, default 16
        Waves of each input.
    sigma : float, default 0.1
        The standard deviation with which frequencies start, in waves for a unit of the input; > 0.
    learning_rate_factor : float, default 1
        What the learning rate of its arrays is multiplied by.

    Raises
    ------
    InvalidValueError
        If a size is too small, or sigma or the factor not positive.

    Notes
    -----
    The PBLD of RealMLP (periodic, bias, linear, densenet; Holzmüller, Grinsztajn & Steinwart 2024,
    with a factor of 0.1) after Gorishniy, Rubachev & Babenko 2022. w (n, f) starts as
    N(0, sigma^2), b (n, f) uniform in -pi..pi, V (n, f, n_out - 1) and c (n, n_out - 1) uniform in
    +-1/sqrt(f). With u = 2 pi w x + b and g = dL/da behind the input itself: dL/dc = sum g,
    dL/dV = sum cos(u) g, dL/du = -sin(u) V g; dL/dw = sum 2 pi x dL/du, dL/db = sum dL/du.
    """

    latex = r"a = \bigl(x_i,\; V_i^{\mathsf T} \cos(2 \pi w_i x_i + b_i) + c_i\bigr)_i"
    unit_letter = "e"

    def __init__(
        self,
        n: int,
        n_out: int = 4,
        *,
        frequencies: int = 16,
        sigma: float = 0.1,
        learning_rate_factor: float = 1.0,
    ) -> None:
        require_integer("n", n, at_least=1)
        require_integer("n_out", n_out, at_least=2)
        require_integer("frequencies", frequencies, at_least=1)
        require_number("sigma", sigma, above=0)
        require_number("learning_rate_factor", learning_rate_factor, above=0)
        self.n = self.n_in = int(n)
        self.n_each = int(n_out)
        self.n_out = self.n * self.n_each
        self.frequencies = int(frequencies)
        self.sigma = float(sigma)
        self.learning_rate_factor = float(learning_rate_factor)

    def config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            "n": self.n,
            "n_out": self.n_each,
            "frequencies": self.frequencies,
            "sigma": self.sigma,
            "learning_rate_factor": self.learning_rate_factor,
        }

    def specs(self) -> dict[str, ParameterSpec]:
        """w, b, V, c; penalties touch w and V."""
        n, f, m, factor = self.n, self.frequencies, self.n_each - 1, self.learning_rate_factor
        return {
            "w": ParameterSpec((n, f), factor),
            "b": ParameterSpec((n, f), factor, penalised=False),
            "V": ParameterSpec((n, f, m), factor),
            "c": ParameterSpec((n, m), factor, penalised=False),
        }

    def initial(self, seed: int, position: int) -> dict[str, Array]:
        """Normal frequencies, all else uniform."""
        n, f, m = self.n, self.frequencies, self.n_each - 1
        small = Uniform(-(f**-0.5), f**-0.5)
        return {
            "w": Normal(self.sigma).sample((n, f), Draw(seed, position)),
            "b": Uniform(-pi, pi).sample((n, f), Draw(seed, position, 1)),
            "V": small.sample((n, f * m), Draw(seed, position, 2)).reshape(n, f, m),
            "c": small.sample((n, m), Draw(seed, position, 3)),
        }

    def forward(self, views: Views, X: Array, key: Key | None = None) -> tuple[Array, Any]:
        """The input, and cos(u) V + c."""
        u = 2.0 * pi * (X[:, :, None] * views["w"]) + views["b"]
        waves = np.cos(u)
        mixed = np.einsum("rif,ifk->rik", waves, views["V"]) + views["c"]
        a = np.concatenate([X[:, :, None], mixed], axis=2)
        return a.reshape(len(X), -1), (X, u, waves)

    def backward(self, views: Views, cache: Any, grad_a: Array) -> tuple[Array, dict[str, Array]]:
        """From dL/da back through the mixture and the waves."""
        X, u, waves = cache
        grad = grad_a.reshape(len(X), self.n, self.n_each)
        through, g = grad[:, :, 0], grad[:, :, 1:]
        grad_u = -np.sin(u) * np.einsum("rik,ifk->rif", g, views["V"])
        gradients = {
            "w": 2.0 * pi * np.einsum("ri,rif->if", X, grad_u),
            "b": grad_u.sum(axis=0),
            "V": np.einsum("rif,rik->ifk", waves, g),
            "c": g.sum(axis=0),
        }
        return through + 2.0 * pi * np.einsum("rif,if->ri", grad_u, views["w"]), gradients

    # --- what explanations ask --------------------------------------------------------------

    def units_of(self, key: str, index: tuple[int, ...]) -> Sequence[int]:
        """The mixtures of the input: of V and c one, of w and b all."""
        first = index[0] * self.n_each + 1
        return (first + index[-1],) if key in ("V", "c") else range(first, first + self.n_each - 1)
