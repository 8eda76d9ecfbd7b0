"""The article's example, number by number (`people` in the lessons)."""

from dataclasses import replace

import numpy as np
import pytest

from chainrule.explain import explain, explain_batch
from chainrule.optimizers import SGD, Adam
from chainrule.plan import Plan, State

# dL/dw of all nine for Alice, computed by hand with 50 digits and rounded.
GRADIENT = {
    "w1": 0.02146953526581111,
    "w2": 0.0107348,
    "w3": 0.0214695,
    "w4": 0.0107348,
    "w5": -0.0112692,
    "w6": -0.0112692,
    "b1": -0.0107348,
    "b2": -0.0107348,
    "b3": -0.2376176,
}


@pytest.fixture
def alice(example):
    return explain(
        example.objective,
        example.parameters,
        example.X[0],
        example.y[0],
        weight="w1",
        optimizer=example.optimizer,
    )


def test_every_factor(alice):
    values = [factor.value for factor in alice.factors]
    expected = [-0.9526096518320006, 0.24943853872512894, 1.0, 0.045176659730912, -2.0]
    np.testing.assert_allclose(values, expected, rtol=1e-12)
    assert alice.product == pytest.approx(0.02146953526581111, rel=1e-12)
    symbols = [factor.symbol.text for factor in alice.factors]
    assert symbols == ["∂L/∂a_o1", "∂a_o1/∂z_o1", "∂z_o1/∂a_h1", "∂a_h1/∂z_h1", "∂z_h1/∂w1"]
    assert [factor.rule.text for factor in alice.factors] == [
        "2 (a - y)", "a (1 - a)", "w of that input", "a (1 - a)", "the input x"
    ]  # fmt: skip
    assert alice.factors[0].formula.text == "2 (a_o1 - y)"
    assert alice.factors[0].substituted.text == "2 × (0.523695 - 1)"
    assert alice.factors[0].origin == "mean_squared_error"


def test_the_line_that_a_learner_follows(alice):
    assert "-0.952610 × 0.249439 × 1 × 0.045177 × -2 = 0.021470" in str(alice)


def test_forward(alice):
    values = {v.symbol.text: v.value for v in alice.forward}
    assert list(values) == ["x1", "x2", "z_h1", "z_h2", "a_h1", "a_h2", "z_o1", "a_o1", "y", "L"]
    assert values["z_h1"] == -3
    assert values["a_h1"] == pytest.approx(0.04742587317756678, rel=1e-14)
    assert values["a_o1"] == pytest.approx(0.5236951740839997, rel=1e-14)
    assert values["L"] == pytest.approx(0.22686628719087137, rel=1e-14)


@pytest.mark.parametrize(("name", "value"), GRADIENT.items())
def test_all_nine(example, name, value):
    e = explain(example.objective, example.parameters, example.X, example.y, weight=name, row=0)
    assert e.derivative == pytest.approx(value, abs=5e-8)
    assert e.weight.symbol.text == name
    assert e.check.verdict == "agrees"
    # Central differences of a smooth function in float64 keep about ten figures.
    assert e.check.relative_error < 1e-8


def test_the_step_is_told_with_its_state(alice, example):
    # w1 - 0.1 * 0.0214695.
    assert alice.step.weight == pytest.approx(1 - 0.1 * 0.02146953526581111, rel=1e-12)
    assert alice.step.fresh
    assert alice.step.loss < alice.step.loss_if_alone < alice.loss
    plan = Plan(example.objective, Adam(0.01), seed=0)
    state = State.start(plan, example.parameters)
    state.optimizer_state[0], state.optimizer_state[1] = 0.1, 0.2
    state = replace(state, update=4)
    known = explain(
        example.objective, state, example.X[0], example.y[0], weight="w1", optimizer=Adam(0.01),
        state=state,
    )  # fmt: skip
    g = known.derivative
    m, v = 0.9 * 0.1 + 0.1 * g, 0.999 * 0.2 + 0.001 * g * g
    moved = 0.01 * (m / (1 - 0.9**5)) / (np.sqrt(v / (1 - 0.999**5)) + 1e-8)
    assert not known.step.fresh
    assert known.step.weight == pytest.approx(1 - moved, rel=1e-12)
    assert "the state given" in str(known)
    # The state that brings the parameters is the optimizer's memory, too, where it fits.
    alone = explain(
        example.objective, state, example.X[0], example.y[0], weight="w1", optimizer=Adam(0.01)
    )
    assert alone.step == known.step
    other = explain(
        example.objective, state, example.X[0], example.y[0], weight="w1", optimizer=SGD(0.01)
    )
    assert other.step.fresh
    assert "a fresh state" in str(alice)


def test_lbfgs_has_no_step_of_one_row(example):
    e = explain(
        example.objective, example.parameters, example.X[0], 1, weight="w1", optimizer="lbfgs"
    )
    assert e.step.weight is None
    assert "line search" in e.step.reason
    assert "is not computed" in str(e)


def test_the_batch_shows_who_drives_the_update(example):
    e = explain_batch(
        example.objective, example.parameters, example.X, example.y, weight="w1",
        labels=example.labels,
    )  # fmt: skip
    assert e.derivative == pytest.approx(0.0053673851, rel=1e-7)
    assert [s.label for s in e.samples] == ["Alice", "Diana", "Charlie", "Bob"]
    assert e.samples[0].product == pytest.approx(0.02146953526581111, rel=1e-12)
    assert all(abs(s.product) < 1e-8 for s in e.samples[1:])
    text = str(e)
    assert "Alice has 100.0 %" in text
    assert "nearly flat (a slope below 0.01) for 3 of 4 rows" in text


def test_other_optimizers_are_named(example):
    arguments = (example.objective, example.parameters, example.X[0], 1)
    e = explain(*arguments, weight="w1", optimizer=SGD(0.1, momentum=0.9))
    assert "SGD, momentum 0.9 (learning rate 0.1" in str(e)
    assert "One step of SGD (learning rate 0.01, a fresh state)" in str(
        explain(*arguments, weight="w1")
    )
