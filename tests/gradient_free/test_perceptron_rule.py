import numpy as np
import pytest
from sklearn.datasets import load_iris

from chainrule.backprop import forward
from chainrule.errors import DataError, InvalidValueError, ShapeError
from chainrule.gradient_free import GATES, perceptron_rule, xor_network

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def two_flowers():
    iris = load_iris()
    return iris.data[:100, [0, 2]], iris.target[:100]


def test_setosa_and_versicolor():
    X, y = two_flowers()
    fit = perceptron_rule(X, y, learning_rate=0.01, epochs=10)
    assert fit.errors.tolist() == [2, 2, 3, 2, 1, 0, 0, 0, 0, 0]
    # Sums of a few multiples of 0.01 times numbers with one decimal.
    np.testing.assert_allclose(fit.neuron.weights, [-0.034, 0.091], atol=1e-12)
    assert fit.neuron.bias == pytest.approx(-0.02, abs=1e-12)
    assert fit.separated
    np.testing.assert_array_equal(fit.neuron(X), y)
    assert fit.weights.shape == (11, 2)


def test_from_zeros_the_learning_rate_changes_no_decision():
    X, y = two_flowers()
    small = perceptron_rule(X, y, learning_rate=0.25)
    large = perceptron_rule(X, y, learning_rate=4.0)
    np.testing.assert_array_equal(small.errors, large.errors)
    np.testing.assert_array_equal(16 * small.weights, large.weights)


def test_what_no_line_separates_never_rests():
    fit = perceptron_rule(CORNERS, [0, 1, 1, 0], epochs=50)
    assert not fit.separated
    assert (fit.errors > 0).all()


def test_a_given_start_is_used_and_kept():
    start = np.array([1.0, 1.0])
    fit = perceptron_rule(CORNERS, [0, 0, 0, 1], initial=(start, -2.0), epochs=3)
    assert fit.errors.tolist() == [0, 0, 0]
    perceptron_rule(CORNERS, [1, 1, 1, 0], initial=(start, -2.0), epochs=3)
    assert start.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("name", "truth"), [("AND", [0, 0, 0, 1]), ("OR", [0, 1, 1, 1]), ("NAND", [1, 1, 1, 0])]
)
def test_gates(name, truth):
    assert GATES[name](CORNERS).tolist() == truth


def test_the_three_gates_have_the_weights_of_the_story():
    found = {name: (*gate.weights.tolist(), gate.bias) for name, gate in GATES.items()}
    assert found == {"AND": (1, 1, -2), "OR": (1, 1, -1), "NAND": (-1, -1, 1)}


def test_xor_is_a_network_of_them():
    network, parameters = xor_network()
    answers, (hidden, _) = forward(network, parameters, CORNERS)
    assert answers.ravel().tolist() == [0, 1, 1, 0]
    assert hidden.a.tolist() == [[0, 1], [1, 1], [1, 1], [1, 0]]


def test_bad_input_is_refused_by_name():
    with pytest.raises(ShapeError, match="X has the shape"):
        perceptron_rule([1, 2], [0, 1])
    with pytest.raises(ShapeError, match="y has the shape"):
        perceptron_rule(CORNERS, [0, 1])
    with pytest.raises(InvalidValueError, match="y must be 0 or 1"):
        perceptron_rule(CORNERS, [-1, 1, 1, 1])
    with pytest.raises(DataError, match="X must be finite"):
        perceptron_rule(CORNERS * np.nan, [0, 1, 1, 0])
    with pytest.raises(InvalidValueError, match="learning_rate"):
        perceptron_rule(CORNERS, [0, 1, 1, 0], learning_rate=0)
    with pytest.raises(ShapeError, match="initial has 3 weights"):
        perceptron_rule(CORNERS, [0, 1, 1, 0], initial=([1, 2, 3], 0.0))
