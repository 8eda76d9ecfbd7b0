import numpy as np
import pytest

from chainrule.errors import InvalidValueError, ShapeError
from chainrule.gradient_free import LinearEquation, adjust_in_turn

EQUATION = LinearEquation([256, 212], 1492)
FACTOR = (256 + 212) / (256 * 212)


def test_a_lucky_start_solves_it():
    adjustment = adjust_in_turn(EQUATION, [0, 0])
    assert adjustment.ended == "solved"
    assert adjustment.points[-1].tolist() == [5, 1]


@pytest.mark.parametrize(("step", "tail"), [(0.1, 24.4), (0.01, 2.52), (0.001, 0.240)])
def test_a_fixed_step_ends_in_a_cycle(step, tail):
    adjustment = adjust_in_turn(EQUATION, [0, 0], step=step)
    assert adjustment.ended == "cycle"
    assert adjustment.period == 4
    # The error is a whole multiple of 4 steps; rounding adds 1e-12.
    assert adjustment.tail_error == pytest.approx(tail, abs=1e-9)
    assert adjustment.tail_error < 256 * step
    np.testing.assert_array_equal(adjustment.points[-1], adjustment.points[-5])
    assert "cycle of 4 steps" in str(adjustment)


def test_of_200_starts_103_hit_a_solution():
    ends = [
        adjust_in_turn(EQUATION, [x, y], first=first)
        for x in range(10)
        for y in range(10)
        for first in (0, 1)
    ]
    assert sum(end.ended == "solved" for end in ends) == 103
    assert {end.period for end in ends if end.ended == "cycle"} == {4}


def test_one_unknown_changes_at_a_time():
    moves = np.diff(adjust_in_turn(EQUATION, [9, 9], first=1).points, axis=0)
    assert (np.abs(moves).sum(axis=1) == 1).all()
    assert (moves[::2, 0] == 0).all()
    assert (moves[1::2, 1] == 0).all()


@pytest.mark.parametrize(("share", "ended"), [(0.99, "solved"), (1.01, "diverged")])
def test_a_proportional_step_converges_below_its_limit(share, ended):
    adjustment = adjust_in_turn(
        EQUATION, [0, 0], step=share * FACTOR, rule="proportional", steps=100_000
    )
    assert adjustment.ended == ended


def test_a_turn_multiplies_the_error_by_the_product():
    errors = adjust_in_turn(EQUATION, [0, 0], step=0.003, rule="proportional", steps=2).errors
    expected = errors[0] * (1 - 0.003 * 256) * (1 - 0.003 * 212)
    assert errors[2] == pytest.approx(expected, rel=1e-12)


def test_halving_the_step_solves_it():
    adjustment = adjust_in_turn(EQUATION, [0, 0], rule="halving", tolerance=1e-9)
    assert adjustment.ended == "solved"
    assert 40 <= adjustment.steps <= 70
    assert abs(adjustment.errors[-1]) <= 1e-9


@pytest.mark.parametrize("rule", ["halving", "proportional"])
def test_the_sign_rule_holds_for_negative_coefficients(rule):
    equation = LinearEquation([-3, 2, -1], 7)
    step = 0.1 if rule == "proportional" else 1.0
    adjustment = adjust_in_turn(equation, [0, 0, 0], step=step, rule=rule)
    assert adjustment.ended == "solved"
    # The first step goes against the gradient e c of e^2 / 2.
    first = adjustment.points[1] - adjustment.points[0]
    assert np.dot(first, equation.gradient([0, 0, 0])) < 0


def test_giving_up():
    adjustment = adjust_in_turn(EQUATION, [0, 0], rule="halving", steps=5)
    assert (adjustment.ended, adjustment.steps) == ("steps used up", 5)
    assert "not solved after 5 steps" in str(adjustment)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"step": 0}, "step"),
        ({"rule": "random"}, "rule"),
        ({"first": 2}, "first"),
        ({"steps": -1}, "steps"),
        ({"tolerance": -1e-9}, "tolerance"),
    ],
)
def test_bad_input_is_refused_by_name(arguments, message):
    with pytest.raises(InvalidValueError, match=message):
        adjust_in_turn(EQUATION, [0, 0], **arguments)
    with pytest.raises(ShapeError, match="start"):
        adjust_in_turn(EQUATION, [0])
