"""The engine's own exp, log, tanh and their kin, against the same functions with more digits."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines.compiled import CompiledEngine

# One unit with the weight 1 shows f itself. Largest errors in units in the last place, measured
# over a million numbers: 1.1 for exp, 2.5 for tanh (over all numbers of float32 5.1), 2.2 for
# sigmoid, 1.6 for softplus and expm1.
EXACT = {
    "exp": (lambda z: np.exp(z), -80.0, 80.0, 1.5),
    "tanh": (lambda z: np.tanh(z), -12.0, 12.0, 3.0),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), -80.0, 80.0, 3.0),
    "softplus": (lambda z: np.maximum(z, 0) + np.log1p(np.exp(-abs(z))), -80.0, 30.0, 2.5),
    "elu": (lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))), -30.0, 3.0, 2.5),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", list(EXACT))
def test_units_in_the_last_place(name, dtype):
    f, low, high, most = EXACT[name]
    if (name, dtype) == ("tanh", np.float32):
        most = 5.1  # a quotient of polynomials, which is faster
    wide = np.float64 if dtype is np.float32 else np.longdouble
    if np.finfo(wide).nmant < np.finfo(dtype).nmant + 8:
        pytest.skip("this machine has no longer floating-point numbers to compare with")
    far = np.linspace(low, high, 40_001)
    near = np.outer([low, high], 10.0 ** np.linspace(-7, 0, 10_001)).ravel()
    X = np.concatenate([far, near]).astype(dtype)[:, None]
    network = cr.Network([cr.Dense(1, 1, name, bias=False)])
    one = cr.Parameters(network.layout, np.ones(1, dtype))
    exact = f(X.astype(wide))
    ulp = np.spacing(np.abs(exact).astype(dtype)).astype(wide)
    error = np.abs(CompiledEngine().predictor(network, one)(X).astype(wide) - exact) / ulp
    assert float(error.max()) <= most


@pytest.mark.parametrize("name", list(EXACT))
def test_nan_stays_nan_and_the_ends_are_right(name):
    network = cr.Network([cr.Dense(1, 1, name, bias=False)])
    predict = CompiledEngine().predictor(network, cr.Parameters(network.layout, np.ones(1)))
    assert np.isnan(predict(np.array([[np.nan]])))
    ends = {"exp": (0, np.inf), "tanh": (-1, 1), "sigmoid": (0, 1), "softplus": (0, np.inf)}
    low, high = ends.get(name, (-1, np.inf))
    np.testing.assert_array_equal(predict(np.array([[-np.inf], [np.inf]])).ravel(), [low, high])
