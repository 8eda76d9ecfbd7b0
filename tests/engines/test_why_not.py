"""What is not exactly built in runs on the reference engine, and the reason names it."""

from dataclasses import dataclass

import numpy as np
import pytest

import chainrule as cr
from chainrule.activations import Sigmoid, Tanh
from chainrule.engines import ReferenceEngine, choose_engine
from chainrule.errors import EngineUnavailableError
from chainrule.objective import Objective


class MyActivation(Tanh):
    def value(self, z):
        return 2.0 * super().value(z)


class Identity(Sigmoid):
    """A subclass that bears the name of another built-in class."""


class MyLayer(cr.Dense):
    pass


class MyLoss(cr.Huber):
    def term(self, a, y):
        return np.abs(a - y) ** 3


@dataclass(frozen=True)
class MyPenalty(cr.L2):
    pass


class MyOptimizer(cr.SGD):
    pass


class MyPlan(cr.Plan):
    pass


class MyData(cr.Data):
    pass


class MyObjective(Objective):
    pass


def dense(activation="tanh"):
    return cr.Dense(2, 1, activation)


def objective(*layers, loss="mean_squared_error", penalties=()):
    return Objective(cr.Network(layers or [dense()]), loss, penalties)


CASES = {
    "activation MyActivation is written in Python": objective(dense(MyActivation())),
    "activation Identity is written in Python": objective(dense(Identity())),
    "layer MyLayer is written in Python": objective(MyLayer(2, 1)),
    "loss MyLoss is written in Python": objective(loss=MyLoss()),
    "penalty MyPenalty is written in Python": objective(penalties=MyPenalty(0.1)),
    "objective MyObjective is written in Python": MyObjective(
        cr.Network([dense()]), "mean_squared_error"
    ),
}
DATA = cr.Data(np.ones((3, 2)), np.ones((3, 1)))


@pytest.mark.parametrize("reason", CASES)
def test_objectives(both, reason):
    plan = cr.Plan(CASES[reason], seed=1)
    assert both.compiled.why_not(plan, DATA) == reason
    assert both.compiled.why_not_objective(plan.objective) == reason


def test_frozen_layers_are_looked_into(both):
    for layer, reason in [
        (MyLayer(2, 1), "layer MyLayer is written in Python"),
        (dense(MyActivation()), "activation MyActivation is written in Python"),
    ]:
        plan = cr.Plan(objective(cr.Frozen(layer)), seed=1)
        assert both.compiled.why_not(plan, DATA) == reason


@pytest.mark.parametrize(
    ("plan", "data", "reason"),
    [
        (cr.Plan(objective(), MyOptimizer(), seed=1), DATA, "optimizer MyOptimizer is written"),
        (cr.Plan(objective(), cr.LBFGS(), seed=1), DATA, "LBFGS is no elementwise optimizer"),
        (MyPlan(objective(), seed=1), DATA, "plan MyPlan is written in Python"),
        (cr.Plan(objective(), seed=1), MyData(DATA.X, DATA.y), "data MyData is written in Python"),
        (
            cr.Plan(objective(), seed=1, dtype=np.float32),
            DATA,
            "the data are float64, but the plan computes in float32",
        ),
    ],
)
def test_plans_and_data(both, plan, data, reason):
    assert both.compiled.why_not(plan, data).startswith(reason)


def test_built_in_plans_have_no_reason(both):
    assert both.compiled.why_not(cr.Plan(objective(), seed=1), DATA) == ""
    engine, why = choose_engine("auto", cr.Plan(objective(), seed=1), DATA)
    assert (engine.name, why) == ("compiled", "")


def test_fallback():
    plan = cr.Plan(objective(dense(MyActivation())), seed=1)
    engine, why = choose_engine("auto", plan, DATA)
    assert isinstance(engine, ReferenceEngine)
    assert why == "activation MyActivation is written in Python"
    with pytest.raises(EngineUnavailableError, match="activation MyActivation is written"):
        choose_engine("compiled", plan, DATA)


def test_asking_anyway_is_refused(both):
    wrong = objective(dense(MyActivation()))
    plan = cr.Plan(wrong, seed=1)
    parameters = wrong.network.initial_parameters(1)
    state = cr.State.start(plan, parameters)
    message = "activation MyActivation is written in Python; use engine='reference'"
    with pytest.raises(EngineUnavailableError, match=message):
        both.compiled.session(plan, DATA).advance(state, epochs=1)
    with pytest.raises(EngineUnavailableError, match=message):
        both.compiled.value(wrong, parameters, DATA)
    with pytest.raises(EngineUnavailableError, match=message):
        both.compiled.value_and_gradient(wrong, parameters, DATA)
    with pytest.raises(EngineUnavailableError, match=message):
        both.compiled.predictor(wrong.network, parameters)
