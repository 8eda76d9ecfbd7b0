"""Formulas are read from the objects' LaTeX, and must come to what the objects compute."""

import numpy as np
import pytest

from chainrule.activations import ACTIVATIONS, ElementwiseActivation
from chainrule.explain.formula import Formula, Math
from chainrule.explain.formula.parse import NotUnderstoodError, parse
from chainrule.losses import LOSSES
from chainrule.penalties import L1, L2

ELEMENTWISE = [f for f in ACTIVATIONS.values() if isinstance(f, ElementwiseActivation)]
POINTS = [-2.5, -0.3, 0.0, 0.7, 3.1]


@pytest.mark.parametrize("f", ELEMENTWISE, ids=lambda f: f.name)
@pytest.mark.parametrize("z", POINTS)
def test_every_activation_is_understood(f, z):
    a = float(f.value(np.array([[z]]))[0, 0])
    slope = float(f.derivative(np.array([[z]]), np.array([[a]]))[0, 0])
    numbers = {"z": z, "a": a}
    # selu's LaTeX rounds its constants to five figures.
    close = {"rel": 5e-5 if f.name == "selu" else 1e-12, "abs": 1e-15}
    assert Formula.read(f.latex).value(numbers) == pytest.approx(a, **close)
    assert Formula.read(f.latex_derivative, f.latex).value(numbers) == pytest.approx(slope, **close)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize(("a", "y"), [(0.3, 1.0), (0.8, 0.0), (0.6, 1.0)])
def test_every_loss_is_understood(name, a, y):
    loss = LOSSES[name]
    y = y or -1.0 if name == "hinge" else y
    if name == "poisson":
        y = 2.0
    arrays = np.array([[a]]), np.array([[y]])
    numbers = {"a": a, "y": y, "delta": 1.0, "q": 0.5}
    assert Formula.read(loss.latex).gives(float(loss.term(*arrays)[0, 0]), numbers)
    formula = Formula.read(loss.latex_derivative, loss.latex)
    assert formula.value(numbers) == pytest.approx(float(loss.derivative(*arrays)[0, 0]), rel=1e-12)


@pytest.mark.parametrize("penalty", [L1(1.0), L2(1.0)])
def test_every_penalty_is_understood(penalty):
    value = float(penalty.gradient(np.array([-0.7]))[0])
    assert Formula.read(penalty.latex_derivative).gives(value, {"w": -0.7, "lambda": 1.0})


@pytest.mark.parametrize(
    ("latex", "numbers", "text", "value"),
    [
        (r"a\,(1 - a)", {"a": 0.25}, "0.250000 × (1 - 0.250000)", 0.1875),
        (r"2\,(a - y)", {"a": -1, "y": -2}, "2 × (-1 - (-2))", 2),
        (r"\tfrac12 (a - y)^2", {"a": 3, "y": 1}, "(1 / 2) × (3 - 1)^2", 2),
        (r"\frac{a - y}{a\,(1 - a)}", {"a": 2, "y": 1}, "(2 - 1) / (2 × (1 - 2))", -0.5),
        (r"|a - y|", {"a": 1, "y": 3}, "|1 - 3|", 2),
        (r"e^{-z}", {"z": -1}, "e^(-(-1))", np.e),
        (r"1 - a^2", {"a": -0.5}, "1 - (-0.500000)^2", 0.75),
        (r"-\frac{y_j}{a_j}", {"a": 2, "y": 1}, "-1 / 2", -0.5),
        (r"\begin{cases} 1 & z > 0 \\ 0 & z \le 0 \end{cases}", {"z": 2}, "1 (as 2 > 0)", 1),
        (r"\begin{cases} 1 & z > 0 \\ 0 & z \le 0 \end{cases}", {"z": 0}, "0 (as 0 ≤ 0)", 0),
        (r"t + z,\; t = 2\,z", {"z": 3}, "6 + 3", 9),
    ],
)
def test_numbers_in_formulas(latex, numbers, text, value):
    formula = Formula.read(latex)
    assert formula.substituted(numbers).text == text
    assert formula.value(numbers) == pytest.approx(value, rel=1e-15)


def test_symbols_in_formulas():
    formula = Formula.read(r"\sigma'(z) = a\,(1 - a)")
    written = formula.written({"a": Math("a_h1", "a_{h_1}")})
    assert written.text == "a_h1 (1 - a_h1)"
    assert written.latex == r"a_{h_1}\,\left(1 - a_{h_1}\right)"


@pytest.mark.parametrize(
    "latex",
    [
        "", "a +", "(a", r"\frac{a}", r"\int a", r"\operatorname{erf}(z)", "a_{jk}", "a ? b", "a)",
        r"\begin{cases} 1 & z \end{cases}", r"\sum a", "|a", r"\text{something}", "2_j",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(latex):
    with pytest.raises(NotUnderstoodError):
        parse(latex)
    assert Formula.read(latex) is None


def test_a_formula_that_lacks_a_number_gives_nothing():
    formula = Formula.read(r"\alpha\,z")
    assert not formula.gives(1.0, {"z": 1.0})
    assert formula.gives(2.0, {"z": 1.0, "alpha": 2.0})


def test_extreme_numbers_do_not_raise():
    assert Formula.read(r"e^z").value({"z": 1e4}) == np.inf
    assert not Formula.read(r"\ln(1 + e^z)").gives(1e4, {"z": 1e4})
    assert not Formula.read(r"\frac{1}{z}").gives(1.0, {"z": 0.0})
    assert Formula.read(r"\ln z").value({"z": 0.0}) == -np.inf
