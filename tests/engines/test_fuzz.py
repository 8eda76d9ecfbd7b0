"""Random shapes: the compiled engine must agree with the reference on all of them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.objective import Objective

SIZES = st.one_of(st.integers(1, 20), st.sampled_from([31, 32, 33, 63, 64, 65, 130]))
ROWS = st.one_of(st.integers(1, 20), st.sampled_from([63, 64, 65, 127, 129, 512, 577, 700]))


@settings(deadline=None, max_examples=60)
@given(
    sizes=st.lists(SIZES, min_size=2, max_size=4),
    rows=ROWS,
    batch=st.one_of(st.integers(1, 700), st.just("full")),
    activation=st.sampled_from(["tanh", "sigmoid", "gelu"]),
    optimizer=st.sampled_from(["sgd", "adam", "rmsprop"]),
    dtype=st.sampled_from([np.float32, np.float64]),
    shuffle=st.booleans(),
    weighted=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_random_shapes(
    both, table, sizes, rows, batch, activation, optimizer, dtype, shuffle, weighted, seed
):
    network = cr.mlp(sizes[0], sizes[1:-1], sizes[-1], activation)
    objective = Objective(network, "mean_squared_error", cr.L2(1e-4))
    if batch != "full" and rows / batch > 40:
        batch = rows // 40 + 1  # the reference takes its time
    plan = cr.Plan(objective, optimizer, batch_size=batch, shuffle=shuffle, seed=seed, dtype=dtype)
    data = table(plan, rows, weighted=weighted and rows > 4)
    if dtype == np.float64:
        both.evaluate(plan, data)
        if optimizer == "sgd":  # the others divide by the gradient's size, even if that is rounding
            both.advance(plan, data, 2)
        return
    # Sums of up to 700 terms of either sign: their rounding is small beside the largest of them.
    parameters = network.initial_parameters(7, dtype)
    value, gradient = both.compiled.value_and_gradient(objective, parameters, data)
    v, g = both.reference.value_and_gradient(objective, parameters, data)
    assert abs(value - v) <= 1e-4 * abs(v)
    assert np.abs(gradient.vector - g.vector).max() <= 1e-4 * np.abs(g.vector).max()
