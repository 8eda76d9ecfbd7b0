import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.errors import InvalidValueError
from chainrule.gradient_free import LinearEquation, guess

EQUATION = LinearEquation([256, 212], 1492)


def test_integers_hit_the_only_solution():
    guesses = guess(EQUATION, 0, 9, integers=True, seed=3)
    assert guesses.solved
    assert guesses.points[-1].tolist() == [5, 1]
    assert guesses.probability == 0.01
    assert guesses.expected_tries == 100
    assert (guesses.points == np.floor(guesses.points)).all()
    assert guesses.points.min() >= 0
    assert guesses.points.max() <= 9
    assert (guesses.errors[:-1] != 0).all()


def test_expected_number_of_tries_is_what_trying_takes():
    tries = [guess(EQUATION, 0, 9, integers=True, seed=s).tries for s in range(400)]
    # A geometric distribution has the deviation 99.5: four standard errors of 400 are 20.
    assert np.mean(tries) == pytest.approx(100, abs=20)


def test_real_numbers_need_a_tolerance():
    with pytest.raises(InvalidValueError, match="tolerance"):
        guess(EQUATION)
    guesses = guess(EQUATION, 0, 10, tolerance=1, seed=0)
    # The sum of two uniforms has the density 1492 / (2560 * 2120) at the target.
    assert guesses.probability == pytest.approx(2 * 1492 / (2560 * 2120), rel=1e-9)
    assert abs(guesses.errors[-1]) <= 1


@settings(max_examples=40)
@given(
    st.lists(st.floats(0.5, 4) | st.floats(-4, -0.5), min_size=1, max_size=3),
    st.floats(-8, 8),
    st.floats(0.1, 3),
)
def test_probability_is_the_share_of_the_box(coefficients, target, tolerance):
    equation = LinearEquation(coefficients, target)
    probability = guess(equation, -1, 2, tolerance=tolerance, max_tries=1, seed=0).probability
    side = -1 + 3 * (np.arange(60) + 0.5) / 60
    grid = np.stack(np.meshgrid(*[side] * equation.n), axis=-1)
    share = np.mean(np.abs(equation.errors(grid)) <= tolerance)
    # Cells of 1/60 on the two edges of the strip may be counted wrongly.
    assert probability == pytest.approx(share, abs=2.5 / 60)


def test_nothing_right_in_the_range():
    guesses = guess(LinearEquation([1, 1], 100), 0, 9, integers=True, max_tries=50, seed=0)
    assert not guesses.solved
    assert guesses.tries == 50
    assert guesses.expected_tries == math.inf


def test_the_seed_decides():
    one, same, other = (guess(EQUATION, 0, 9, integers=True, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(one.points, same.points)
    assert one.tries != other.tries


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"low": 3, "high": 3}, "high"),
        ({"tolerance": -1}, "tolerance"),
        ({"max_tries": 0}, "max_tries"),
        ({"low": 0.5, "integers": True}, "must be integers"),
        ({"high": 10**6, "integers": True}, "too many to count"),
    ],
)
def test_bad_input_is_refused_by_name(arguments, message):
    with pytest.raises(InvalidValueError, match=message):
        guess(EQUATION, **{"max_tries": 10, **arguments})
