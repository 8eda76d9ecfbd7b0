"""Where an output is rounded to the end of its range, all that is shown is still true.

The exact derivative of the loss by z is a - y in all three pairs; from there to the weight of a
2-layer network it is a product of a few numbers, which the tests write out.
"""

from math import prod
from typing import NamedTuple

import numpy as np
import pytest

import chainrule as cr
from chainrule.activations import ElementwiseActivation
from chainrule.domain import REALS
from chainrule.explain import explain, explain_batch

W = 0.5
SLOPE = 1 - np.tanh(W) ** 2


class Case(NamedTuple):
    """A network whose single input is 1, with a = tanh(0.5) inside."""

    loss: str
    output: str
    later: list[float]
    """What the last pre-activations are."""
    y: list[float]
    delta: list[float]
    """a - y, exact to the last bit of a double."""

    @property
    def network(self):
        return cr.Network([cr.Dense(1, 1, "tanh"), cr.Dense(1, len(self.later), self.output)])

    @property
    def parameters(self):
        z = np.array([self.later])
        return {"layers[0].W": W, "layers[0].b": 0, "layers[1].W": z / np.tanh(W), "layers[1].b": 0}

    @property
    def derivative(self):
        """dL/dw1 = sum_k (a_k - y_k) z_k / tanh(w) (1 - tanh(w)^2) x, with x = 1."""
        return float(np.dot(self.delta, self.later)) / np.tanh(W) * SLOPE

    def ask(self, **others):
        arguments = {"weight": "w1", **others}
        return explain(self.network, self.parameters, [1.0], self.y, loss=self.loss, **arguments)


CASES = {
    "sigmoid at 1": Case("binary_cross_entropy", "sigmoid", [40.0], [0.0], [1.0]),
    "sigmoid at 0": Case("binary_cross_entropy", "sigmoid", [-40.0], [1.0], [-1.0]),
    "sigmoid far": Case("binary_cross_entropy", "sigmoid", [900.0], [0.0], [1.0]),
    "softmax": Case(
        "cross_entropy", "softmax", [50.0, 0.0, -50.0], [0, 0, 1], [1, np.exp(-50.0), -1]
    ),
    "softmax far": Case("cross_entropy", "softmax", [900.0, -900.0], [0, 1], [1, -1]),
    "exp": Case("poisson", "exp", [-50.0], [3.0], [-3.0]),
    "exp far": Case("poisson", "exp", [-900.0], [2.0], [-2.0]),
}


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


def test_the_scalar_chain_begins_at_z(case):
    e = case.ask()
    assert e.derivative == pytest.approx(case.derivative, rel=1e-12)
    assert e.factors[0].symbol.text.startswith("∂L/∂z_o")
    assert e.factors[0].origin.endswith("in one step")
    assert e.factors[0].value in case.delta
    assert e.product == prod(f.value for f in e.factors)
    if len(case.later) == 1:
        assert e.product == pytest.approx(e.derivative, rel=1e-12)
    # Beside it are the two factors, which come to something else, and why.
    by_a, by_z = (f.symbol.text for f in e.unfused)
    assert by_a.startswith("∂L/∂a_o")
    assert by_z.startswith("∂a_o")
    assert prod(f.value for f in e.unfused) != pytest.approx(e.factors[0].value, rel=1e-9)
    text = str(e)
    assert "in two steps, as far as 64 bits hold them" in text
    assert f"\n  ∂L/∂w1 = {e.derivative:.6f}\n" in text


def test_the_loss_is_told_by_z(case):
    e = case.ask()
    loss = next(v for v in e.forward if v.symbol.text == "L")
    assert loss.value == e.loss
    assert loss.origin.endswith("in one step")
    assert "z_" in loss.formula.text
    assert "a_" not in loss.formula.text


@pytest.mark.parametrize("k", [1, 2, 5])
def test_the_paths_come_to_the_derivative(case, k):
    e = case.ask(paths=k)
    assert e.n_paths == len(case.later)
    assert e.path_total == pytest.approx(case.derivative, rel=1e-12)
    assert e.delta_form.value == pytest.approx(case.derivative, rel=1e-12)
    shown = sum(p.contribution for p in e.paths)
    assert shown + e.remainder == pytest.approx(case.derivative, rel=1e-12)
    assert e.delta_form.symbol.text == "∂L/∂w1"


def test_the_vectors_begin_with_the_fused_one(case):
    e = case.ask()
    np.testing.assert_allclose(e.gradients[0].values, case.delta, rtol=1e-12)
    np.testing.assert_array_equal(e.gradients[0].values, e.fused.values)
    assert len(e.gradients) == 3  # by z of the output, by a and by z of the hidden unit
    assert float(e.gradients[-1].values[0]) == pytest.approx(case.derivative, rel=1e-12)
    text = e.to_text("matrix")
    assert "δ in two steps" in text
    assert "give the same vector" not in text


def test_the_check_agrees_and_penalties_are_added(case):
    e = case.ask(penalties=cr.L2(0.1))
    assert e.check.verdict == "agrees"
    assert e.derivative == pytest.approx(case.derivative + 0.1 * W, rel=1e-12)
    assert e.path_total + e.penalties[0].value == pytest.approx(e.derivative, rel=1e-12)
    text = e.to_text("all")
    assert f"∂L/∂w1 = {e.path_total:.6f} + 0.050000 = {e.derivative:.6f}" in text
    assert "∂(L - P)/∂w1 = δ_h1 × x1" in text


def test_a_batch_names_the_row_that_drives_it(case):
    # The second row hardly reaches the output, so it is near the middle of its range.
    X = [[1.0], [1e-3]]
    e = explain_batch(
        case.network, case.parameters, X, [case.y, case.y], loss=case.loss, weight="w1"
    )
    alone = [
        explain(case.network, case.parameters, x, case.y, loss=case.loss, weight="w1") for x in X
    ]
    assert e.samples[0].label == "x[0]"
    assert e.samples[0].product == pytest.approx(case.derivative, rel=1e-12)
    assert e.samples[0].delta == pytest.approx(case.derivative, rel=1e-12)
    assert e.total == pytest.approx(e.derivative, rel=1e-12)
    assert e.derivative == pytest.approx(sum(a.derivative for a in alone) / 2, rel=1e-12)
    assert e.samples[0].loss == pytest.approx(alone[0].loss, rel=1e-12)
    assert not any("loses figures" in note for note in e.notes)


def test_an_output_s_own_weight_is_not_called_flat():
    network = cr.Network([cr.Dense(1, 1, "sigmoid")])
    e = explain_batch(
        network, {"layers[0].W": 40, "layers[0].b": 0}, [[1.0], [2.0]], [0, 0],
        loss="binary_cross_entropy", weight="w1",
    )  # fmt: skip
    assert [s.delta for s in e.samples] == [1.0, 1.0]
    assert "nearly flat" not in str(e)


def test_in_the_middle_two_steps_are_as_good():
    case = Case("binary_cross_entropy", "sigmoid", [2.0], [0.0], [1 / (1 + np.exp(-2.0))])
    e = case.ask()
    assert e.unfused == ()
    assert [f.symbol.text for f in e.factors[:2]] == ["∂L/∂a_o1", "∂a_o1/∂z_o1"]
    assert e.path_total == pytest.approx(case.derivative, rel=1e-12)


def test_weights_factors_and_smoothing_stay_in_the_equations():
    network = cr.Network([cr.Dense(1, 1, "sigmoid")])
    loss = cr.losses.BinaryCrossEntropy(factor=2.0, reduction="sum", label_smoothing=0.1)
    e = explain(
        network, {"layers[0].W": 40, "layers[0].b": 0}, [1.0], 0, loss=loss, weight="w1",
        sample_weight=3.0,
    )  # fmt: skip
    # 3 * 2 * (1 - 0.05).
    assert e.derivative == pytest.approx(5.7, rel=1e-12)
    assert [f.value for f in e.factors] == pytest.approx([3.0, 1.9, 1.0])
    text = e.to_text("all")
    assert "2 (a_o1 - smooth(y)) = 2 × (1 - 0.050000)" in text
    assert "δ of layers[0] = 6 (a - smooth(y))" in text
    # The loss itself: 2 (0.05 ln(1 + e^-40) + 0.95 ln(1 + e^40)) = 76 but for 1e-16.
    assert e.loss == pytest.approx(3 * 76, rel=1e-12)


class Halved(ElementwiseActivation):
    """A cube whose derivative is half the true one."""

    name = "halved_cube"
    latex = latex_derivative = ""
    source = "a mistake"
    range = REALS

    def value(self, z):
        return z**3

    def derivative(self, z, a):
        return 1.5 * z**2


@pytest.mark.parametrize("z", [5.0, 20.0, 36.0, 40.0, 300.0])
@pytest.mark.parametrize(
    ("loss", "output", "y"),
    [("binary_cross_entropy", "sigmoid", 0.0), ("cross_entropy", "softmax", [0.0, 1.0])],
)
def test_saturation_hides_no_wrong_derivative(z, loss, output, y):
    last = np.array([[z]]) if output == "sigmoid" else np.array([[z, 0.0]])
    network = cr.Network([cr.Dense(1, 1, Halved()), cr.Dense(1, last.size, output)])
    numbers = {"layers[0].W": 1, "layers[0].b": 0, "layers[1].W": last, "layers[1].b": 0}
    e = explain(network, numbers, [1.0], y, loss=loss, weight="w1")
    assert e.check.verdict == "disagrees"
    assert e.check.relative_error == pytest.approx(0.5, rel=1e-6)


def test_what_overflows_is_called_so():
    network = cr.Network([cr.Dense(1, 1, "exp")])
    e = explain(
        network, {"layers[0].W": 800, "layers[0].b": 0}, [1.0], 3.0, loss="poisson", weight="w1"
    )
    assert e.check.verdict == "overflow"
    assert "something on the way overflows" in str(e)
    assert "does not belong to its value" not in str(e)
