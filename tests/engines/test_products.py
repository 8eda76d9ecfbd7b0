"""The matrix products of a layer against NumPy's, for any number of rows, inputs and outputs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.engines.compiled import CompiledEngine
from chainrule.objective import Objective

# Around the widths of vectors and panels; rows 4 KB apart take a path of their own.
SIZES = st.integers(1, 70) | st.sampled_from([96, 127, 128, 130, 512, 1024])


def compare(rows: int, n_in: int, n_hidden: int, n_out: int, dtype: type) -> None:
    rng = np.random.default_rng([rows, n_in, n_hidden, n_out])
    network = cr.Network([cr.Dense(n_in, n_hidden), cr.Dense(n_hidden, n_out)])
    parameters = network.initial_parameters(3, dtype)
    X = rng.normal(size=(rows, n_in)).astype(dtype)
    y = rng.normal(size=(rows, n_out)).astype(dtype)
    loss = cr.SquaredError(factor=0.5, reduction="sum")
    _, gradient = CompiledEngine().value_and_gradient(
        Objective(network, loss), parameters, cr.Data(X, y)
    )
    W1, W2 = (parameters.layer(k)["W"].astype(float) for k in range(2))
    b1, b2 = (parameters.layer(k)["b"].astype(float) for k in range(2))
    hidden = X @ W1 + b1
    delta = hidden @ W2 + b2 - y
    back = delta @ W2.T
    # Rounding adds up to eps times the size of the terms, whose number is below 2,000.
    tolerance = 200 * float(np.finfo(dtype).eps)
    for k, (A, d) in enumerate([(X.astype(float), back), (hidden, delta)]):
        found = gradient.layer(k)
        scale = np.abs(A).max() * np.abs(d).max() * rows
        np.testing.assert_allclose(found["W"], A.T @ d, atol=tolerance * scale, rtol=0)
        scale = np.abs(d).max() * rows
        np.testing.assert_allclose(found["b"], d.sum(axis=0), atol=tolerance * scale, rtol=0)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 150), SIZES, SIZES, st.integers(1, 20), st.sampled_from(["f4", "f8"]))
def test_any_shape(rows, n_in, n_hidden, n_out, kind):
    compare(rows, n_in, n_hidden, n_out, np.dtype(kind).type)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_out", [1, 2, 3, 4, 5, 10, 17])
def test_few_outputs_and_rows_far_apart(n_out, dtype):
    compare(130, 1024, 512, n_out, dtype)
    compare(70, 2, 1024, n_out, dtype)
