"""Every number that a seed or a start fixes, as the lessons themselves give it."""

import numpy as np
import pytest

from chainrule.gradient_free import LinearEquation, adjust_in_turn
from chainrule.lessons import LESSONS, get_lesson

# Half a unit of the last digit that is written.
LINE = {
    "first weight": (0.6476885381006925, 1e-15),
    "first bias": (1.5230298564080254, 1e-15),
    "first cost": (0.14547024199785316, 1e-15),
    "dC/dw": (-0.35942607, 5e-9),
    "dC/db": (-0.37304852, 5e-9),
    "cost at the 20th step, with the printed sign": (16.22, 5e-3),
    "smallest eigenvalue": (0.056635, 5e-7),
    "largest eigenvalue": (1.465434, 5e-7),
    "condition": (25.88, 5e-3),
    "stability limit": (1.364783, 5e-7),
    "best learning rate": (1.314, 5e-4),
    # Descent shrinks rounding errors, of some 1e-16 a step, as it shrinks the distance.
    "weight": (1.9960896332357565, 1e-12),
    "bias": (1.0027466718630031, 1e-12),
    "weight and bias there after 1001 epochs": ([0.866, 1.698], 5e-4),
    "too large": (1.4, 0),
    "other first weight": (0.4967, 5e-5),
    "other first bias": (-0.1383, 5e-5),
    "first loss from there": (2.3716, 5e-5),
    "last weight from there": (1.9984, 5e-5),
    "last bias from there": (1.0011, 5e-5),
}
EQUATION = {
    "error at (5, 1)": (0, 0),
    "chance of a guess, whole numbers": (0.01, 0),
    "found, whole numbers": ([5, 1], 0),
    "chance of a guess, real numbers": (5.498e-4, 5e-8),
    "of these solved": (103, 0),
    "whole starts tried, x first and y first": (200, 0),
    "error that stays, steps of 0.1": (24.4, 1e-9),
    "error that stays, steps of 0.01": (2.52, 1e-9),
    "error that stays, steps of 0.001": (0.240, 1e-9),
    "steps in the cycle, steps of 0.1": (4, 0),
    "steps in the cycle, steps of 0.01": (4, 0),
    "steps in the cycle, steps of 0.001": (4, 0),
    "limit of the factor": (0.0086232, 5e-8),
    "stability limit": (1.8103e-5, 5e-10),
    "end of one step at 1/110480": ([3.45720492, 2.86299783], 5e-9),
    "end of 100 steps at 2e-6": ([3.45720492, 2.86299783], 5e-9),
}
RANDOM = {
    "2 x 1 + 3 x (-1) + 4 x 5, rectified": (19, 0),
    "relu'(0), from the left": (0, 0),
    "error at 4 and -4": ([16, 16], 0),
    "slope at 4": (8, 0),
    "slope at -4": (-8, 0),
    "loss at step 0": (6129138.41, 5e-3),
    "loss after 4000 steps": (68.454, 5e-4),
    "dead units": (61, 0),
    "samples": (128, 0),
    "samples for which every unit is off": (63, 0),
    "loss that these samples hold": (68.304, 5e-4),
}
PEOPLE = {
    "output": (0.9990889488055994, 0),
    "hidden units": ([0.9526, 0.9526], 5e-5),
    "network's output": (0.7216325609518421, 1e-15),
    "Alice: weight, height, woman": ([-2, -1, 1], 0),
    "Bob: weight, height, woman": ([25, 6, 0], 0),
    "Charlie: weight, height, woman": ([17, 4, 0], 0),
    "Diana: weight, height, woman": ([-15, -6, 1], 0),
    "loss of always saying 0": (0.5, 0),
    "h1": (0.04742587317756678, 1e-15),
    "o1": (0.5236951740839997, 1e-15),
    "loss of the first person": (0.22686628719087137, 1e-15),
    "dL/do1": (-0.9526096518320006, 1e-15),
    "do1/dh1": (0.24943853872512894, 1e-15),
    "dh1/dw1": (-0.09035331946182427, 1e-15),
    "their product, dL/dw1": (0.02146953526581111, 1e-15),
    "dL/dw1": (0.0214695, 5e-8),
    "dL/dw2": (0.0107348, 5e-8),
    "dL/dw3": (0.0214695, 5e-8),
    "dL/dw4": (0.0107348, 5e-8),
    "dL/dw5": (-0.0112692, 5e-8),
    "dL/dw6": (-0.0112692, 5e-8),
    "dL/db1": (-0.0107348, 5e-8),
    "dL/db2": (-0.0107348, 5e-8),
    "dL/db3": (-0.2376176, 5e-8),
    "mean dL/dw1": (0.0053673851, 5e-11),
    "share of the first of them": (1.0, 1e-6),
    "loss after round 0": (0.358, 5e-4),
    "loss after round 10": (0.163, 5e-4),
    "loss after round 50": (0.053, 5e-4),
    "loss after round 100": (0.029, 5e-4),
    "loss after round 500": (0.005, 5e-4),
    "loss after round 990": (0.002, 5e-4),
    "Emily": (0.951, 5e-4),
    "Frank": (0.039, 5e-4),
}
IRIS = {
    "AND": ([0, 0, 0, 1], 0),
    "OR": ([0, 1, 1, 1], 0),
    "NAND": ([1, 1, 1, 0], 0),
    "XOR": ([0, 1, 1, 0], 0),
    "rows": (100, 0),
    "mistakes by epoch": ([2, 2, 3, 2, 1, 0, 0, 0, 0, 0], 0),
    "perceptron's weights": ([-0.034, 0.091], 1e-12),
    "perceptron's bias": (-0.02, 1e-12),
    "start": ([5, 5], 0),
    "sigmoid at -800": (0, 0),
    "absolute: weights": ([-1.56068966, 3.30178160], 5.5e-9),
    "absolute: bias": (-0.59942593, 5.5e-9),
    "absolute: first cost": (0.5, 0),
    "absolute: last cost": (0.02928623, 5.5e-9),
    "absolute: accuracy": (1, 0),
    "absolute: falls in every epoch": (True, 0),
    "squared: weights": ([-0.81404638, 1.72203964], 5.5e-9),
    "squared: bias": (-0.31261289, 5.5e-9),
    "squared: first cost": (0.125, 0),
    "squared: last cost": (0.00926297, 5.5e-9),
    "squared: accuracy": (1, 0),
    "squared: falls in every epoch": (True, 0),
    "line: slope of second feature over first": (0.4727, 5e-5),
    "line: second feature where the first is 0": (0.1815, 5e-5),
    "batches: weights": ([-1.02377909, 2.14593714], 5.5e-9),
    "batches: bias": (-0.38826028, 5.5e-9),
    "batches: first cost": (0.12287, 5e-6),
    "batches: last cost": (0.00475, 5e-6),
    "weights, if every epoch shuffles anew": ([-1.0442, 2.1373], 5e-5),
    "as printed: weights": ([-0.94248617, 1.99435664], 5.5e-9),
    "as printed: bias": (-0.36248477, 5.5e-9),
    "as printed: first cost": (0.38398, 5e-6),
    "as printed: last cost": (0.01874, 5e-6),
}
EXPECTED = {"line": LINE, "equation": EQUATION, "random": RANDOM, "people": PEOPLE, "iris": IRIS}


def test_every_lesson_is_listed():
    assert set(EXPECTED) == set(LESSONS)


def test_seeded_numbers(name, result_of):
    numbers = result_of(name).numbers
    for what, (value, tolerance) in EXPECTED[name].items():
        np.testing.assert_allclose(numbers[what], value, rtol=0, atol=tolerance, err_msg=what)


def test_the_points_and_losses_of_the_line(result_of):
    numbers = result_of("line").numbers
    np.testing.assert_allclose(numbers["x"], [0.37454012, 0.95071431], atol=5e-9)
    np.testing.assert_allclose(numbers["y"], [1.74908024, 2.90142861], atol=5e-9)
    printed = "0.1455 0.0180 0.0058 0.0019 0.0006 0.0002 0.0001 0.0000 0.0000 0.0000 0.0000"
    losses = [f"{numbers[f'loss at epoch {k}']:.4f}" for k in range(0, 1001, 100)]
    assert " ".join(losses) == printed
    assert 1e42 < numbers["loss there after 1001 epochs"] < 1e43


def test_the_ends_of_the_searches(result_of):
    numbers = result_of("equation").numbers
    assert numbers["1 % below the limit"] == "solved"
    assert numbers["1 % above the limit"] == "diverged"
    assert numbers["error after halving"] <= 1e-9
    assert numbers["error after 6 steps at 0.001"] > 1e15
    # Halving takes about 55 steps, more or fewer with the start and the first step.
    equation = LinearEquation([256, 212], 1492)
    starts = [(0, 0), (1, 2), (3, 3), (9, 9), (2, 7)]
    ways = [adjust_in_turn(equation, s, rule="halving") for s in starts]
    assert {way.ended for way in ways} == {"solved"}
    assert 45 <= np.mean([way.steps for way in ways]) <= 65
    assert 45 <= numbers["steps with halving"] <= 75


def test_h1_and_h2_stay_equal(result_of):
    numbers = result_of("people").numbers
    assert numbers["weights of h1"] == numbers["weights of h2"]
    assert numbers["last loss, all equal"] < 0.01


@pytest.mark.slow
def test_the_noise_is_memorised_where_a_unit_is_left(result_of):
    numbers = result_of("random").numbers
    assert numbers["share of the loss"] > 0.99
    assert numbers["output weights above 0 after 5 steps"] == 100
    held, squares = "loss that these samples hold", "sum of the squares of these targets"
    assert numbers[held] == pytest.approx(numbers[squares], rel=1e-12)


def test_where_the_article_differs_a_word_says_why(name, result_of):
    tables = result_of(name).tables
    for table in tables:
        words = ""
        for what, row in table.rows.items():
            words = row.word or words  # one word may hold for the rows below it
            assert row.agrees is not False or words, what


@pytest.mark.parametrize("what", ["line", "people"])
def test_the_articles_figures_are_reached(what, result_of):
    agreed = [
        name for table in result_of(what).tables for name, row in table.rows.items() if row.agrees
    ]
    assert len(agreed) >= {"line": 17, "people": 6}[what]


def test_every_number_has_a_name_of_its_own(name, result_of):
    result = result_of(name)
    assert len(result.numbers) == sum(len(table.rows) for table in result.tables)


def test_a_lesson_is_an_attribute_of_its_room():
    from chainrule import lessons

    assert lessons.people is get_lesson("people")
    with pytest.raises(AttributeError, match="peopel"):
        lessons.peopel  # noqa: B018
