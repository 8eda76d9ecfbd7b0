"""Every listed object meets its twin: both engines train alike with it, epoch by epoch.

The cases are made from the registries, with default instances and targets drawn from what a loss
declares; a new object is compared by being listed. What the names in brackets say is what is new in
a case: all else is a squared error, plain gradient descent and dense layers.
"""

from dataclasses import replace
from inspect import signature
from typing import NamedTuple

import numpy as np
import pytest

import chainrule as cr
from chainrule.activations import ACTIVATIONS
from chainrule.layers import LAYERS
from chainrule.losses import LOSSES
from chainrule.objective import Objective
from chainrule.optimizers import OPTIMIZERS, ElementwiseOptimizer
from chainrule.penalties import PENALTIES
from chainrule.random import Key
from chainrule.schedules import SCHEDULES
from chainrule.tables import JointLoss

EPOCHS = 4
ROWS, BATCH = 23, 5  # five updates an epoch, the last one over three rows

# (relative, absolute) for one evaluation and for 20 updates. The engines differ in the order of
# sums and in the last bits of exp, tanh and log: a few eps, carried on by some hundreds.
ONCE = {np.float64: (1e-12, 1e-13), np.float32: (2e-5, 2e-6)}
TRAINED = {np.float64: (1e-9, 1e-11), np.float32: (2e-3, 2e-5)}

pytestmark = [
    pytest.mark.parametrize("dtype", ONCE, ids=["float64", "float32"]),
    pytest.mark.parametrize("everything", [False, True], ids=["plain", "everything"]),
]
"""`everything`: sample weights, clipping and a frozen layer, too."""

ELEMENTWISE = {k: v for k, v in OPTIMIZERS.items() if isinstance(v, ElementwiseOptimizer)}


class Curves(NamedTuple):
    """What a training reports, a row for each epoch."""

    losses: list
    gradient_norms: list
    learning_rates: list


def one_epoch(session, state, curves):
    """The next state; what the epoch reports goes to the curves."""
    report = session.advance(state, epochs=1)
    assert report.ended == "done"
    for curve, numbers in zip(
        curves, (report.losses, report.gradient_norms, report.learning_rates), strict=True
    ):
        curve.extend(numbers)
    return report.state


def assert_parity(both, plan, data):
    """Both engines have the same gradients, parameters, optimizer state and curves throughout."""
    once = dict(zip(("rtol", "atol"), ONCE[plan.dtype.type], strict=True))
    trained = dict(zip(("rtol", "atol"), TRAINED[plan.dtype.type], strict=True))
    assert both.compiled.why_not(plan, data) == ""
    ours = theirs = cr.State.start(plan, plan.objective.network.initial_parameters(7))
    our_curves, their_curves = Curves([], [], []), Curves([], [], [])
    compiled, reference = both.compiled.session(plan, data), both.reference.session(plan, data)
    for _ in range(EPOCHS):
        ours = one_epoch(compiled, ours, our_curves)
        theirs = one_epoch(reference, theirs, their_curves)
        assert (ours.update, ours.epoch) == (theirs.update, theirs.epoch)
        np.testing.assert_allclose(ours.parameters.vector, theirs.parameters.vector, **trained)
        np.testing.assert_allclose(ours.optimizer_state, theirs.optimizer_state, **trained)
        assert_same_functions(both, plan, theirs.parameters, data, once)
    np.testing.assert_allclose(our_curves.losses, their_curves.losses, **trained)
    np.testing.assert_allclose(our_curves.gradient_norms, their_curves.gradient_norms, **trained)
    np.testing.assert_array_equal(our_curves.learning_rates, their_curves.learning_rates)


def assert_same_functions(both, plan, parameters, data, close):
    """Value, gradient (at evaluation and in training) and outputs, at the same parameters."""
    objective = plan.objective
    for key in (None, Key(plan.seed, 5, 0)):
        value, gradient = both.compiled.value_and_gradient(objective, parameters, data, key)
        expected = both.reference.value_and_gradient(objective, parameters, data, key)
        np.testing.assert_allclose(value, expected[0], **close)
        np.testing.assert_allclose(gradient.vector, expected[1].vector, **close)
    outputs = [
        engine.predictor(objective.network, parameters)(data.X)
        for engine in (both.compiled, both.reference)
    ]
    np.testing.assert_allclose(*outputs, **close)


def layers(everything, output="identity"):
    """Four inputs, three outputs."""
    if everything:
        return [cr.Dense(4, 5, "tanh"), cr.Frozen(cr.Dense(5, 4, "tanh")), cr.Dense(4, 3, output)]
    return [cr.Dense(4, 5, "tanh"), cr.Dense(5, 3, output)]


@pytest.fixture
def parity(both, table, everything, dtype):
    """Train with an objective by both engines, and compare."""

    def compare(layers, loss="half_mean_squared_error", penalties=(), optimizer=None, **how):
        objective = Objective(cr.Network(layers), loss, penalties)
        if everything:
            how["clip_norm"] = 0.3
        optimizer = cr.SGD(0.05) if optimizer is None else optimizer
        plan = cr.Plan(objective, optimizer, batch_size=BATCH, seed=2, dtype=dtype, **how)
        assert_parity(both, plan, table(plan, n=ROWS, weighted=everything))

    return compare


def output_for(loss):
    """The canonical activation of a loss, else the first whose range lies in its domain."""
    fitting = [a for a in ACTIVATIONS.values() if loss.domain.includes(a.range)]
    fused = [a for a in fitting if Objective(cr.Network(layers(False, a)), loss).from_logits]
    return [*fused, *fitting][0]


@pytest.mark.parametrize("name", LOSSES)
def test_losses(parity, name, everything):
    loss = LOSSES[name]
    parity(layers(everything, output_for(loss)), loss)


@pytest.mark.parametrize("name", LOSSES)
def test_losses_of_hidden_logits(parity, name):
    # A frozen last layer hides its pre-activations: the loss is computed from the outputs.
    loss = LOSSES[name]
    parity([cr.Dense(4, 5, "tanh"), cr.Frozen(cr.Dense(5, 3, output_for(loss)))], loss)


@pytest.mark.parametrize("sizes", [(1, 2), (2, 1), (3,), (1, 1, 1)])
def test_losses_of_several_targets(parity, sizes, everything):
    parity(layers(everything), JointLoss(sizes=sizes))


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_optimizers(parity, name, everything):
    optimizer = ELEMENTWISE[name]
    if everything:
        optimizer = replace(optimizer, weight_decay=0.1)
    parity(layers(everything), optimizer=optimizer)


WIDTH = 6
ARGUMENTS = {
    "n": WIDTH,
    "n_in": WIDTH,
    "n_out": WIDTH,
    "layer": cr.Dense(WIDTH, WIDTH, "tanh"),
    "sizes": (2, 1, 3, 2, 4, 1),
    "groups": [
        ((0, 2), cr.Scale(2)),
        ((5, 1, 3), cr.Dense(3, 4, "tanh")),
        ((2, 4), cr.Dropout(0.3)),
    ],
}  # fmt: skip
"""What a layer's constructor must be given, by the name of the argument."""


def default_layer(name):
    """A layer with the arguments that it needs."""
    needed = [k for k, p in signature(LAYERS[name]).parameters.items() if p.default is p.empty]
    assert set(needed) <= set(ARGUMENTS), f"say in ARGUMENTS what {name} is to be made with"
    return LAYERS[name](**{k: ARGUMENTS[k] for k in needed})


@pytest.mark.parametrize("name", LAYERS)
def test_layers(parity, name, everything):
    inner = [default_layer(name)]
    if everything and name != "frozen":
        again = cr.Dense(inner[0].n_out or WIDTH, inner[0].n_in or WIDTH)
        inner += [again, cr.Frozen(default_layer(name))]
    parity([cr.Dense(4, WIDTH, "tanh"), *inner, cr.Dense(inner[-1].n_out or WIDTH, 3)])


@pytest.mark.parametrize("name", LAYERS)
def test_layers_at_both_ends(parity, name):
    ends = [default_layer(name), default_layer(name)]
    parity([ends[0], cr.Dense(ends[0].n_out or WIDTH, WIDTH, "tanh"), ends[1]])


@pytest.mark.parametrize("name", PENALTIES)
@pytest.mark.parametrize("divisor", ["one", "batch"])
def test_penalties(parity, name, divisor, everything):
    penalty = replace(PENALTIES[name], strength=0.1, divisor=divisor)
    parity(layers(everything), penalties=[penalty])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(parity, name):
    slow = cr.SGD(0.01)  # exp grows fast
    parity([cr.Dense(4, 5, name), cr.Dense(5, 3)], optimizer=slow)
    parity([cr.Dense(4, 5, "tanh"), cr.Dense(5, 3, name)], optimizer=slow)


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules(parity, name, everything):
    parity(layers(everything), schedule=SCHEDULES[name])
