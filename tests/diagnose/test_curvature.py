import math

import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnose import curvature, snapshot
from chainrule.errors import InvalidValueError


def test_line(line):
    found = curvature(line.look())
    assert found.exact
    assert found.eigenvalues == pytest.approx([0.056635, 1.465434], abs=5e-7)  # as printed
    assert found.condition == pytest.approx(25.88, abs=5e-3)
    assert found.stability_limit == pytest.approx(1.364783, abs=5e-7)
    assert found.best_learning_rate == pytest.approx(1.314, abs=5e-4)
    assert not found.problem


def test_line_is_the_matrix_of_moments(line):
    x = line.X[:, 0]
    H = np.array([[np.mean(x * x), np.mean(x)], [np.mean(x), 1.0]])
    # Central differences of a linear gradient err by rounding alone: 2e-16 / 6e-6.
    np.testing.assert_allclose(curvature(line.look()).eigenvalues, np.linalg.eigvalsh(H), atol=1e-9)


def descend(case, optimizer, epochs):
    result = cr.train(
        case.network, case.X, case.y, loss=case.loss, optimizer=optimizer, epochs=epochs,
        batch_size="full", initial=case.parameters,
    )  # fmt: skip
    return result.history.loss


@pytest.mark.parametrize(("momentum", "nesterov"), [(0.0, False), (0.5, False), (0.5, True)])
def test_descent_converges_below_the_limit_and_diverges_above(line, momentum, nesterov):
    rule = cr.SGD(0.1, momentum=momentum, nesterov=nesterov)
    limit = curvature(line.look(), rule).stability_limit
    below, above = (
        descend(line, cr.SGD(share * limit, momentum=momentum, nesterov=nesterov), 500)
        for share in (0.98, 1.02)
    )
    assert below[-1] < 1e-4
    assert above[-1] > 1.0


def test_a_learning_rate_above_the_limit_is_a_problem(line):
    assert curvature(line.look(), cr.SGD(1.4)).problem
    assert not curvature(line.look(), cr.SGD(1.3)).problem
    assert "1.4 was used" in str(curvature(line.look(), cr.SGD(1.4)))


@pytest.mark.parametrize("penalties", [(), (cr.L2(0.3),)])
def test_ends_of_a_larger_spectrum(penalties):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 4)), rng.normal(size=30)
    network = cr.mlp(4, (12,), 1, "tanh")
    result = cr.train(
        network, X, y, loss="mean_squared_error", epochs=20, seed=1, penalties=penalties
    )
    look = snapshot(result, X, y)
    n = network.layout.size
    assert n > 50
    found = curvature(look, tolerance=1e-10)
    assert not found.exact

    # The same from the whole matrix, built from differences of the gradient.
    def gradient(p):
        at = cr.Parameters(network.layout, p)
        return cr.value_and_gradient(look.objective, at, look.data.X, look.data.y)[1].vector

    p, h = look.parameters.vector, 1e-5
    H = np.array([(gradient(p + h * e) - gradient(p - h * e)) / (2 * h) for e in np.eye(n)])
    ends = np.linalg.eigvalsh((H + H.T) / 2)[[0, -1]]
    np.testing.assert_allclose(found.eigenvalues, ends, atol=1e-6 * ends[1])


def test_learning_rate_factors_and_frozen_layers_count():
    X = np.array([[1.0], [2.0]])

    def limit(*layers, parameters):
        look = snapshot(
            cr.Network(layers), X, [0.0, 0.0], loss="mean_squared_error", parameters=parameters
        )
        return curvature(look).stability_limit

    plain = limit(cr.Dense(1, 1, bias=False), parameters=[1.0])
    assert plain == pytest.approx(2 / (2 * 2.5), rel=1e-9)  # H = 2 mean(x^2)
    half = limit(cr.Dense(1, 1, bias=False, learning_rate_factor=0.5), parameters=[1.0])
    assert half == pytest.approx(2 * plain, rel=1e-9)
    frozen = cr.Frozen(cr.Dense(1, 1, bias=False))
    behind = limit(frozen, cr.Dense(1, 1, bias=False), parameters=[3.0, 1.0])
    assert behind == pytest.approx(plain / 9, rel=1e-9)


def test_flat_ground_has_no_limit():
    look = snapshot(
        cr.Network([cr.Dense(1, 1, bias=False)]), [[0.0]], [1.0], loss="mean_squared_error",
        parameters=[1.0],
    )  # fmt: skip
    assert curvature(look).stability_limit == math.inf
    assert curvature(look).condition == math.inf
    assert curvature(look).best_learning_rate == math.inf


def test_bad_input_is_refused_by_name(line):
    with pytest.raises(InvalidValueError, match="max_steps"):
        curvature(line.look(), max_steps=0)
    with pytest.raises(InvalidValueError, match="tolerance"):
        curvature(line.look(), tolerance=0)
