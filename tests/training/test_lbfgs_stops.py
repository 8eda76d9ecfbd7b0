"""L-BFGS stops where its tolerance says, as SciPy does with the same numbers."""

import numpy as np
import pytest
from scipy.optimize import minimize

import chainrule as cr


def problem():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(20, 2))
    return cr.mlp(2, (), 1, output="tanh"), X, np.tanh(X @ [[1.0], [-0.5]] + 0.2)


def ours(tolerance, epochs=100):
    network, X, y = problem()
    optimizer = cr.LBFGS(tolerance=tolerance)
    result = cr.train(network, X, y, loss="mse", optimizer=optimizer, epochs=epochs, seed=0)
    objective = cr.Objective(network, "mse")
    return cr.value_and_gradient(objective, result.parameters, X, y)[0], result


def scipys(ftol, gtol, epochs=100):
    network, X, y = problem()
    objective = cr.Objective(network, "mse")

    def function(vector):
        value, gradient = cr.value_and_gradient(
            objective, cr.Parameters(network.layout, vector), X, y
        )
        return value, gradient.vector

    options = {"ftol": ftol, "gtol": gtol, "maxiter": epochs, "maxls": 50}
    start = network.initial_parameters(0).vector
    return minimize(function, start, jac=True, method="L-BFGS-B", options=options).fun


@pytest.mark.parametrize(
    ("tolerance", "ftol"), [(1e-5, 2.220446049250313e-09), (1e-9, 1e-9 / 4500), (0.0, 0.0)]
)
def test_the_tolerance_is_both_of_scipys(tolerance, ftol):
    ended, _ = ours(tolerance)
    assert ended == pytest.approx(scipys(ftol, tolerance), rel=0.5, abs=1e-20)


def test_no_tolerance_goes_on_where_the_default_stops():
    (default, stopped), (exact, _) = ours(1e-5), ours(0.0)
    assert "stopped" in stopped.stopped
    assert exact < default / 1000


@pytest.mark.parametrize("layer", [cr.Dropout(0.5), cr.BatchNorm(2)])
def test_what_changes_between_evaluations_is_refused_in_groups_too(layer):
    network = cr.Network([cr.ByColumn([((0, 1), layer)]), cr.Dense(2, 1)])
    rows = np.ones((4, 2)), np.ones(4)
    with pytest.raises(cr.ChainruleError, match=r"does not change, but layers\[0\] is ByColumn"):
        cr.train(network, *rows, loss="mse", optimizer="lbfgs", epochs=1)
    frozen = cr.Network([cr.ByColumn([((0, 1), cr.Frozen(layer))]), cr.Dense(2, 1)])
    assert cr.train(frozen, *rows, loss="mse", optimizer="lbfgs", epochs=1, seed=0).plan
