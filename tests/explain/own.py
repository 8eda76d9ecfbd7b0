"""Layers and losses that only tests know."""

from typing import final

import numpy as np

from chainrule.domain import Points
from chainrule.layers import Layer
from chainrule.losses import ElementwiseLoss, Loss
from chainrule.parameters import ParameterSpec
from chainrule.rules import Rule, given, weight


@final
class Waves(Layer):
    """sin(x_i c_i) and cos(x_i c_i): twice as many outputs, and only the derivatives are said."""

    def __init__(self, n):
        self.n_in, self.n_out = n, 2 * n

    def config(self):
        return {"n": self.n_in}

    def specs(self):
        return {"c": ParameterSpec((self.n_in,))}

    def initial(self, seed, position):
        return {"c": np.linspace(0.5, 1.5, self.n_in)}

    def forward(self, views, X, key=None):
        z = X * views["c"]
        return np.concatenate([np.sin(z), np.cos(z)], axis=1), (X, z)

    def backward(self, views, cache, grad_a):
        X, z = cache
        by_sin, by_cos = np.split(grad_a, 2, axis=1)
        grad_z = by_sin * np.cos(z) - by_cos * np.sin(z)
        return grad_z * views["c"], {"c": (grad_z * X).sum(axis=0)}


@final
class Stretched(Layer):
    """a_i = s_i x_i, which says all of itself."""

    unit_letter = "s"
    symbols = {"s": ("ς", r"\varsigma")}
    permutable = True
    vjp_rule = ("δ ⊙ s", r"\delta \odot s")

    def __init__(self, n):
        self.n_in = self.n_out = n

    def config(self):
        return {"n": self.n_in}

    def specs(self):
        return {"s": ParameterSpec((self.n_in,))}

    def initial(self, seed, position):
        return {"s": np.linspace(0.5, 1.5, self.n_in)}

    def forward(self, views, X, key=None):
        return X * views["s"], X

    def backward(self, views, cache, grad_a):
        return grad_a * views["s"], {"s": (grad_a * cache).sum(axis=0)}

    def jacobian(self, views, x):
        return views["s"]

    def units_of(self, key, index):
        return index

    def value_rule(self, views, x, j):
        return Rule("s x", {"s": weight("s", j), "x": given(j)}, "a stretch of {unit}")

    def jacobian_rule(self, views, x, j, i):
        return Rule("s", {"s": weight("s", j)}, "stretched: {unit}")

    def parameter_rule(self, views, x, key, index, j):
        return Rule("x", {"x": given(j)}, "what is stretched")


@final
class Root(Loss):
    """sqrt(1 + sum (a - y)^2): no sum over the outputs, and no kink."""

    def value(self, a, y):
        return self.factor * np.sqrt(1.0 + ((a - y) ** 2).sum(axis=1))

    def gradient(self, a, y):
        return self.factor**2 * (a - y) / self.value(a, y)[:, None]


@final
class Margin(ElementwiseLoss):
    """max(0, 2 - y a) for labels -1 and 1, with its formula and its kink."""

    latex = r"\max(0, 2 - y a)"
    latex_derivative = r"\begin{cases} -y & y a < 2 \\ 0 & y a \ge 2 \end{cases}"
    targets = Points((-1.0, 1.0))

    def term(self, a, y):
        return np.maximum(2.0 - y * a, 0.0)

    def derivative(self, a, y):
        return np.where(y * a < 2.0, -y, 0.0)

    def kinks(self, a, y):
        return 2.0 - y * a
