"""The check by central differences: it agrees, it sees kinks, and it sees wrong derivatives."""

from dataclasses import dataclass
from typing import final

import numpy as np
import pytest

import chainrule as cr
from chainrule.activations import ElementwiseActivation
from chainrule.domain import REALS
from chainrule.explain import explain
from chainrule.losses import Loss


def line(w, b, activation="identity"):
    network = cr.Network([cr.Dense(1, 1, activation)])
    return network, {"layers[0].W": [[w]], "layers[0].b": [b]}


@pytest.mark.parametrize(
    ("activation", "loss", "x", "y", "where"),
    [
        ("relu", "mean_squared_error", 0.0, 1.0, "ReLU in layers[0]"),
        ("leaky_relu", "mean_squared_error", 0.0, 1.0, "LeakyReLU in layers[0]"),
        ("identity", "mean_absolute_error", 2.0, 1.0, "the loss"),
        ("identity", "quantile", 2.0, 1.0, "the loss"),
        ("identity", "hinge", 2.0, 1.0, "the loss"),
    ],
)
def test_a_kink_is_no_false_alarm(activation, loss, x, y, where):
    # z = 0.5 x + b is exactly at the kink, and every w + h leaves it.
    network, numbers = line(0.5, 0.0, activation)
    e = explain(network, numbers, [x or 1.0], [y], loss=loss, weight="b1")
    if x == 0.0:
        numbers["layers[0].b"] = [-0.5]
        e = explain(network, numbers, [1.0], [y], loss=loss, weight="w1")
    assert e.check.verdict == "kink"
    assert e.check.where == where
    assert "There is a kink of" in str(e)


def test_a_kink_nearby_makes_the_step_smaller():
    # The kink lies 1e-3 away: only steps below that are of use, and there are some.
    network, numbers = line(1.0, -0.999, "relu")
    e = explain(network, numbers, [1.0], [0.5], loss="mean_squared_error", weight="w1")
    assert e.check.step < 1e-3
    assert e.check.verdict == "agrees"


def test_the_l1_penalty_has_a_kink_at_0():
    network, numbers = line(0.0, 1.0)
    e = explain(
        network, numbers, [1.0], [0.5], loss="mean_squared_error", weight="w1",
        penalties=cr.L1(0.1),
    )  # fmt: skip
    assert e.check.verdict == "kink"
    assert e.check.where == "the l1 penalty"


@final
class Wrong(ElementwiseActivation):
    """A cube whose derivative is wrong, and whose LaTeX is right."""

    name = "wrong_cube"
    latex = r"f(z) = z^3"
    latex_derivative = r"f'(z) = 3\,z^2"
    source = "a mistake"
    range = REALS

    def value(self, z):
        return z**3

    def derivative(self, z, a):
        return 2.0 * z**2


def test_a_wrong_derivative_is_found_and_its_formula_is_not_believed():
    network, numbers = line(1.0, 0.5, Wrong())
    e = explain(network, numbers, [1.0], [0.5], loss="mean_squared_error", weight="w1")
    assert e.check.verdict == "disagrees"
    assert "They disagree" in str(e)
    slope = e.factors[1]
    assert slope.formula.text == "wrong_cube'(z_o1)"
    assert slope.substituted.text == "wrong_cube'(1.500000)"
    assert "3 z" not in str(e)


@final
class Nameless(ElementwiseActivation):
    """A square without LaTeX."""

    name = "square"
    latex = ""
    latex_derivative = ""
    source = "a user"
    range = REALS

    def value(self, z):
        return z**2

    def derivative(self, z, a):
        return 2.0 * z


@final
@dataclass(frozen=True)
class Cube(Loss):
    """A loss that is no sum of terms, and has no LaTeX."""

    def value(self, a, y):
        return ((a - y) ** 3).sum(axis=1)

    def gradient(self, a, y):
        return 3.0 * (a - y) ** 2


def test_without_latex_the_name_is_shown():
    network, numbers = line(1.0, 0.5, Nameless())
    e = explain(network, numbers, [1.0], [0.5], loss=Cube(), weight="w1")
    assert e.check.verdict == "agrees"
    assert e.product == pytest.approx(3 * (2.25 - 0.5) ** 2 * 3.0)
    text, latex = e.to_text("all"), e.to_latex("all")
    assert "square'(z_o1) = square'(1.500000)" in text
    assert "a_o1 = square(z_o1) = square(1.500000)" in text
    assert "Cube'(a_o1, y) = Cube'(2.250000, 0.500000)" in text
    assert r"\text{square'}" in latex


def test_a_derivative_that_rounding_hides():
    # The loss is 1e8; a derivative of 1e-9 cannot be seen in its differences.
    network = cr.Network([cr.Dense(2, 1)])
    e = explain(
        network, {"layers[0].W": [[1e4], [0]], "layers[0].b": [0]}, [1.0, 1e-13], [0.0],
        loss="mean_squared_error", weight="w2",
    )  # fmt: skip
    assert e.check.verdict == "hidden by rounding"
    assert e.derivative == pytest.approx(2e4 * 1e-13)


def test_the_step_is_chosen_well():
    # For smooth functions of moderate size, about ten figures can be had.
    rng = np.random.default_rng(5)
    for activation in ("tanh", "gelu", "silu", "softplus", "sigmoid"):
        network = cr.mlp(3, (4, 4), 2, activation)
        parameters = network.initial_parameters(1)
        e = explain(
            network, parameters, rng.normal(size=3), [0.3, -0.2], loss="mean_squared_error",
            weight="h2.w3",
        )  # fmt: skip
        assert e.check.verdict == "agrees"
        assert e.check.relative_error < 1e-8


def test_what_overflows_is_no_direction():
    network, numbers = line(800.0, 0.0, "exp")
    e = explain(network, numbers, [1.0], [1.0], loss="mean_squared_error", weight="w1")
    assert not np.isfinite(e.derivative)
    assert "The derivative is no finite number" in str(e)
