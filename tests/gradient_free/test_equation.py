import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import DataError, InvalidValueError, ShapeError
from chainrule.gradient_free import LinearEquation

EQUATION = LinearEquation([256, 212], 1492)
LIMIT = 2 / (256**2 + 212**2)


def descend(learning_rate, steps, start=(0.0, 0.0)):
    return cr.minimize(EQUATION.loss, EQUATION.gradient, start, cr.SGD(learning_rate), steps=steps)


def test_error_is_left_side_less_right_side():
    assert EQUATION.error([5, 1]) == 0
    assert EQUATION.error([0, 0]) == -1492
    np.testing.assert_array_equal(
        EQUATION.errors(np.array([[5.0, 1.0], [1.0, 0.0]])), [0, 256 - 1492]
    )


def test_gradient_is_the_numerical_derivative_of_the_loss():
    p, h = np.array([1.5, -2.0]), 1e-4
    numerical = [(EQUATION.loss(p + h * e) - EQUATION.loss(p - h * e)) / (2 * h) for e in np.eye(2)]
    # The loss is quadratic, so central differences err by rounding alone: 1e6 * 2e-16 / 1e-4.
    np.testing.assert_allclose(EQUATION.gradient(p), numerical, rtol=1e-8)


def test_stability_limit():
    assert EQUATION.stability_limit == pytest.approx(1.8103e-5, abs=1e-9)
    assert abs(EQUATION.error(descend(0.99 * LIMIT, 1000).end)) < 1e-4
    assert abs(EQUATION.error(descend(1.01 * LIMIT, 1000).end)) > 1e8


def test_half_the_limit_solves_it_in_one_step():
    np.testing.assert_allclose(
        descend(1 / 110480, 1).end, [3.45720492, 2.86299783], atol=5e-9
    )  # as printed, to eight decimals


def test_a_learning_rate_of_a_thousandth_diverges():
    # |1 - 0.001 * 110480| = 109.48, and 1492 * 109.48^6 = 2.6e15.
    assert abs(EQUATION.error(descend(0.001, 6).end)) == pytest.approx(2.569e15, rel=1e-3)


@pytest.mark.parametrize("start", [(0.0, 0.0), (10.0, -3.0), (5.0, 1.0)])
def test_descent_ends_at_the_solution_nearest_to_its_start(start):
    nearest = EQUATION.nearest_solution(start)
    assert EQUATION.error(nearest) == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(descend(1e-5, 50, start).end, nearest, atol=1e-9)
    # The way there is at a right angle to the line of solutions.
    assert np.dot(nearest - np.array(start), [212, -256]) == pytest.approx(0, abs=1e-9)


def test_a_neuron_without_bias_learns_the_same():
    result = cr.train(
        cr.Network([cr.Dense(2, 1, bias=False)]),
        [[256.0, 212.0]],
        [1492.0],
        loss="half_mean_squared_error",
        optimizer=cr.SGD(1e-5),
        epochs=50,
        initial=[0.0, 0.0],
    )
    np.testing.assert_allclose(result.parameters.vector, descend(1e-5, 50).end, rtol=1e-12)


def test_bad_input_is_refused_by_name():
    with pytest.raises(InvalidValueError, match="coefficients"):
        LinearEquation([1, 0], 2)
    with pytest.raises(DataError, match="must be finite"):
        LinearEquation([1, np.inf], 2)
    with pytest.raises(ShapeError, match="coefficients has the shape"):
        LinearEquation([[1, 2]], 2)
    with pytest.raises(ShapeError, match="point has the shape"):
        EQUATION.error([1, 2, 3])
    with pytest.raises(DataError, match="point"):
        EQUATION.error([1, np.nan])
