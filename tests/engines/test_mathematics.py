"""The compiled engine computes the same functions and derivatives as the reference."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.activations import ACTIVATIONS
from chainrule.losses import LOSSES
from chainrule.objective import Objective

TYPES = [np.float64, np.float32]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_every_activation_with_squared_error(both, table, name, dtype):
    network = cr.Network([cr.Dense(4, 6, name), cr.Dense(6, 3, name)])
    plan = cr.Plan(Objective(network, "half_mean_squared_error"), seed=1, dtype=dtype)
    both.evaluate(plan, table(plan, n=150))
    network = cr.Network([cr.Dense(4, 6, name), cr.Dense(6, 3)])
    objective = Objective(network, "half_mean_squared_error")
    plan = cr.Plan(objective, cr.SGD(0.01), batch_size=5, seed=1, dtype=dtype)
    both.advance(plan, table(plan))


@pytest.mark.parametrize("dtype", TYPES)
def test_activations_far_from_zero(both, dtype):
    # One unit with the weight 1 shows f itself, over all of the type's range that matters.
    z = np.concatenate([[0.0, -0.0], np.linspace(-30, 30, 121), [-1e30, 1e30, 88.0, 709.0]])
    X = z[:, None].astype(dtype)
    rtol = 4e-6 if dtype is np.float32 else 1e-14
    # Factors below the smallest normal number count as 0 in the compiled engine; the other factor
    # is z, of at most 30 where that happens.
    atol = 30 * float(np.finfo(dtype).tiny)
    for activation in ACTIVATIONS.values():
        if activation.name == "softmax":
            continue
        # The reference rounds z / sqrt 2 before it takes erfc, whose relative slope there is z^2.
        tail = 30**2 * float(np.finfo(dtype).eps) if activation.name == "gelu" else 0.0
        network = cr.Network([cr.Dense(1, 1, activation, bias=False)])
        one = cr.Parameters(network.layout, np.ones(1, dtype))
        with np.errstate(all="ignore"):
            np.testing.assert_allclose(
                both.compiled.predictor(network, one)(X),
                both.reference.predictor(network, one)(X),
                rtol=max(rtol, tail),
                atol=atol,
                err_msg=activation.name,
            )


@pytest.mark.parametrize("dtype", TYPES)
def test_every_loss_with_every_output_that_fits(both, table, fitting_pairs, dtype):
    assert {type(loss).__name__ for loss, _ in fitting_pairs} == set(LOSSES.classes)
    for loss, activation in fitting_pairs:
        if type(loss).__name__ == "CrossEntropy" and activation != "softmax":
            continue
        network = cr.Network([cr.Dense(4, 5, "tanh"), cr.Dense(5, 3, activation)])
        plan = cr.Plan(Objective(network, loss), seed=1, dtype=dtype)
        both.evaluate(plan, table(plan))
        both.evaluate(plan, table(plan, weighted=True))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("n", [1, 70, 150])
def test_the_gradient_of_more_parameters_than_outputs(both, table, n, dtype):
    # 27,903 parameters, 183 outputs of layers; the gradients of frozen layers are told, too.
    layers = [cr.Dense(400, 60, "relu"), cr.Dropout(0.2), cr.Frozen(cr.Dense(60, 60, "tanh"))]
    network = cr.Network([*layers, cr.Dense(60, 3)])
    plan = cr.Plan(Objective(network, "huber", cr.L1(0.01)), seed=1, dtype=dtype)
    both.evaluate(plan, table(plan, n=n, weighted=True))


def test_unfused_losses(both, table):
    # A frozen last layer hides its pre-activations: the loss is computed from the outputs.
    for loss, activation in [
        ("cross_entropy", "softmax"),
        ("binary_cross_entropy", "sigmoid"),
        ("poisson", "exp"),
    ]:
        network = cr.Network([cr.Dense(4, 5, "tanh"), cr.Frozen(cr.Dense(5, 3, activation))])
        plan = cr.Plan(Objective(network, loss), seed=1)
        assert plan.objective.from_logits is None
        both.evaluate(plan, table(plan))


def test_fused_losses_stay_finite(both):
    for loss, activation, y in [
        ("cross_entropy", "softmax", [[0.0, 1.0], [1.0, 0.0]]),
        ("binary_cross_entropy", "sigmoid", [[0.0, 1.0], [1.0, 0.0]]),
    ]:
        network = cr.Network([cr.Dense(2, 2, activation, bias=False)])
        objective = Objective(network, loss)
        parameters = cr.Parameters(network.layout, np.array([1e4, 0.0, 0.0, -1e4]))
        data = cr.Data(np.eye(2), np.array(y))
        value, gradient = both.compiled.value_and_gradient(objective, parameters, data)
        v, g = both.reference.value_and_gradient(objective, parameters, data)
        assert value == v
        np.testing.assert_array_equal(gradient.vector, g.vector)


LAYERS = {
    "dense": [cr.Dense(4, 70, "tanh"), cr.Dense(70, 3)],
    "no bias": [cr.Dense(4, 6, "tanh", bias=False), cr.Dense(6, 3, bias=False)],
    "dropout": [cr.Dropout(0.2), cr.Dense(4, 9, "tanh"), cr.Dropout(0.5), cr.Dense(9, 3)],
    "dropout at the end": [cr.Dense(4, 3), cr.Dropout(0.3)],
    "no dropout": [cr.Dense(4, 6, "tanh"), cr.Dropout(0.0), cr.Dense(6, 3)],
    "batch norm": [cr.Dense(4, 6), cr.BatchNorm(6, "relu", momentum=0.7), cr.Dense(6, 3)],
    "batch norm first": [cr.BatchNorm(4), cr.Dense(4, 3)],
    "batch norm last": [cr.Dense(4, 3), cr.BatchNorm(3, "sigmoid", eps=1e-3)],
    "layer norm": [cr.Dense(4, 6), cr.LayerNorm(6, "gelu", eps=1e-4), cr.Dense(6, 3)],
    "layer norm first": [cr.LayerNorm(4), cr.Dense(4, 3)],
    "frozen first": [cr.Frozen(cr.Dense(4, 6, "tanh")), cr.Dense(6, 3)],
    "frozen last": [cr.Dense(4, 6, "tanh"), cr.Frozen(cr.Dense(6, 3))],
    "frozen within": [cr.Dense(4, 6), cr.Frozen(cr.BatchNorm(6, "relu")), cr.Dense(6, 3)],
    "frozen dropout": [cr.Dense(4, 6), cr.Frozen(cr.Dropout(0.5)), cr.Dense(6, 3)],
    "frozen layer norm": [cr.Frozen(cr.LayerNorm(4)), cr.Dense(4, 3)],
    "everything frozen": [cr.Frozen(cr.Dense(4, 3))],
    "slow start": [cr.Dense(4, 6, "tanh", learning_rate_factor=0.1), cr.Dense(6, 3)],
    "scale first": [
        cr.Scale(4, learning_rate_factor=0.5),
        cr.Dense(4, 70, "tanh"),
        cr.Dense(70, 3),
    ],
    "scale last": [cr.Dense(4, 6, "relu"), cr.Scale(6), cr.Dense(6, 3), cr.Scale(3)],
    "frozen scale": [cr.Dense(4, 6, "relu"), cr.Frozen(cr.Scale(6)), cr.Dense(6, 3)],
    "parametric": [cr.Dense(4, 6), cr.ParametricActivation(6, "selu"), cr.Dense(6, 3)],
    "slow biases": [
        cr.Dense(4, 6, "tanh", bias_learning_rate_factor=0.1, bias_initializer="normal"),
        cr.Dense(6, 3),
    ],
    "one unit": [cr.Dense(4, 1, "tanh"), cr.Dense(1, 3)],
    "soft inside": [cr.Dense(4, 6, "softmax"), cr.Dense(6, 3)],
}


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS.keys())
def test_every_layer(both, table, layers, dtype):
    objective = Objective(cr.Network(layers), "mean_squared_error", cr.L2(0.01))
    for batch_size in (1, 7, "full"):
        plan = cr.Plan(objective, cr.SGD(0.05), batch_size=batch_size, seed=3, dtype=dtype)
        data = table(plan, n=140 if batch_size == "full" else 23)
        both.evaluate(plan, data)
        # A batch of one row has no variance: its normalised inputs are 0, and so are gradients.
        both.advance(plan, data)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("divisor", ["one", "batch"])
@pytest.mark.parametrize("penalty", [cr.L1, cr.L2])
def test_penalties(both, table, penalty, divisor, dtype):
    layers = [cr.Dense(4, 5, "tanh"), cr.Frozen(cr.Dense(5, 4, "tanh")), cr.Dense(4, 2)]
    penalties = [penalty(0.02, divisor), cr.L2(0.001)]
    objective = Objective(cr.Network(layers), "mean_squared_error", penalties)
    plan = cr.Plan(objective, cr.SGD(0.05), batch_size=5, seed=3, dtype=dtype)
    for weighted in (False, True):
        both.evaluate(plan, table(plan, weighted=weighted))
        both.advance(plan, table(plan, weighted=weighted))


def test_weights_that_sum_to_zero(both, table):
    # The first batches weigh nothing: their loss counts as 0, and penalties act alone.
    objective = Objective(cr.mlp(3, [4], 2), "mean_squared_error", cr.L2(0.1, "batch"))
    plan = cr.Plan(objective, cr.SGD(0.05), batch_size=4, shuffle=False, seed=3)
    data = table(plan, n=12)
    weight = np.array([0.0] * 8 + [1.0] * 4)
    both.advance(plan, cr.Data(data.X, data.y, weight))
