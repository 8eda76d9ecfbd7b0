"""Activations, fits, decision boundaries, gates, searches: what is drawn is what is answered."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression, Perceptron

from chainrule.activations import ACTIVATIONS, ElementwiseActivation
from chainrule.errors import (
    DataError,
    InvalidTypeError,
    InvalidValueError,
    NotFittedError,
    ShapeError,
    UnknownNameError,
)
from chainrule.gradient_free import GATES, LinearEquation, adjust_in_turn, guess, perceptron_rule
from chainrule.plots import (
    ActivationDisplay,
    DecisionBoundaryDisplay,
    FitLineDisplay,
    GatesDisplay,
    SearchDisplay,
)

ELEMENTWISE = [n for n, f in ACTIVATIONS.items() if isinstance(f, ElementwiseActivation)]


def drawn(ax, label):
    (line,) = [line for line in ax.get_lines() if line.get_label() == label]
    return np.array(line.get_xydata())


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_every_activation_and_its_derivative(name):
    f = ACTIVATIONS[name]
    display = ActivationDisplay.from_activation(name, resolution=41)
    for label, of in (("f(z)", f.value), ("f'(z)", lambda z: f.derivative(z, f.value(z)))):
        z, curve = drawn(display.ax_, label).T
        # At a jump the curve ends on the left, breaks, and begins again on the right.
        jumps = np.isnan(curve)
        beside = jumps | np.roll(jumps, 1) | np.roll(jumps, -1)
        np.testing.assert_allclose(curve[~beside], of(z[~beside, None])[:, 0])


def test_a_jump_is_a_gap_with_a_dot():
    display = ActivationDisplay.from_activation("step", resolution=41)
    z, curve = drawn(display.ax_, "f(z)").T
    (gap,) = np.flatnonzero(np.isnan(curve))
    assert (curve[gap - 1], curve[gap + 1], z[gap]) == (0, 1, 0)
    dots = [line for line in display.ax_.get_lines() if line.get_marker() == "o"]
    assert [dot.get_xydata().tolist() for dot in dots] == [[[0, 1]]]  # step(0) = 1


def test_what_is_no_curve_is_refused():
    with pytest.raises(InvalidValueError, match="softmax"):
        ActivationDisplay.from_activation("softmax")
    with pytest.raises(UnknownNameError, match="did you mean 'relu'"):
        ActivationDisplay.from_activation("rellu")
    with pytest.raises(DataError, match="nothing to draw"):
        ActivationDisplay.from_activation([])
    with pytest.raises(InvalidValueError, match="z_range"):
        ActivationDisplay.from_activation("relu", (1, 1))


def test_lines_of_a_fit(line):
    display = FitLineDisplay.from_network(
        line.result, line.X, line.y,
        {"before": line.start, "trained": line.result.parameters}, truth=lambda x: 2 * x + 1,
    )  # fmt: skip
    w, b = line.start
    np.testing.assert_allclose(display.lines["before"], w * display.grid + b, rtol=1e-12)
    np.testing.assert_allclose(display.truth, 2 * display.grid + 1)
    np.testing.assert_array_equal(drawn(display.ax_, "data")[:, 1], line.y[:, 0])
    # The residuals of the last line.
    (residuals,) = display.ax_.collections
    found = [np.ptp(segment[:, 1]) for segment in residuals.get_segments()]
    expected = np.abs(line.result.predict(line.X) - line.y)[:, 0]
    np.testing.assert_allclose(found, expected, atol=1e-6)  # drawn lines lie between 201 points


def test_a_result_shows_its_own_line(line):
    display = FitLineDisplay.from_network(line.result, line.X[:, 0], line.y)
    assert list(display.lines) == ["prediction"]
    by_name = {"layers[0].W": [[1.0]], "layers[0].b": [2.0]}
    other = FitLineDisplay.from_network(line.network, line.X, line.y, by_name)
    np.testing.assert_allclose(other.lines["prediction"], other.grid + 2)
    assert FitLineDisplay.from_points(line.X, line.y).lines == {}


def test_a_line_needs_one_input_and_one_output(line, people):
    with pytest.raises(ShapeError, match="2 inputs and 1 outputs"):
        FitLineDisplay.from_network(people, line.X, line.y, people.initial_parameters(0))
    with pytest.raises(NotFittedError, match="parameters"):
        FitLineDisplay.from_network(line.network, line.X, line.y)
    with pytest.raises(ShapeError, match="X has the shape"):
        FitLineDisplay.from_network(line.result, np.ones((2, 2)), line.y)
    with pytest.raises(ShapeError, match="y has 1 numbers"):
        FitLineDisplay([1, 2], [1], [], {})
    with pytest.raises(ShapeError, match="a has 1 numbers, but grid has 2"):
        FitLineDisplay([1, 2], [1, 2], [0, 1], {"a": [1]})


def flowers():
    iris = load_iris()
    return iris.data[:100, [0, 2]], iris.target[:100]


def test_the_boundary_of_a_perceptron_is_its_line():
    X, y = flowers()
    neuron = perceptron_rule(X, y, learning_rate=0.01).neuron
    display = DecisionBoundaryDisplay.from_predictor(neuron, X, y, resolution=51)
    p, q = np.meshgrid(display.x, display.y)
    above = neuron.weights[0] * p + neuron.weights[1] * q + neuron.bias >= 0
    np.testing.assert_array_equal(display.classes, above)
    np.testing.assert_array_equal(display.points, X)


def test_probabilities_of_a_network(people):
    p = people.initial_parameters(2)
    X = np.array([[-2.0, -1.0], [25.0, 6.0], [17.0, 4.0], [-15.0, -6.0]])
    display = DecisionBoundaryDisplay.from_predictor(
        people, X, [[1], [0], [0], [1]], parameters=p, resolution=5, class_names=["M", "F"],
        feature_names=["weight", "height"],
    )  # fmt: skip
    hidden = 1 / (1 + np.exp(-(np.array([display.x[3], display.y[1]]) @ p["layers[0].W"]
                               + p["layers[0].b"])))  # fmt: skip
    output = 1 / (1 + np.exp(-(hidden @ p["layers[1].W"] + p["layers[1].b"])))
    assert display.answers[1, 3, 0] == pytest.approx(float(output[0]), rel=1e-12)
    assert display.figure_.axes[1].get_ylabel() == "probability of F"
    assert display.labels.tolist() == [1, 0, 0, 1]


def test_a_slice_of_more_features():
    iris = load_iris()
    model = LogisticRegression(max_iter=1000).fit(iris.data, iris.target)
    fixed = [5.0, 3.0, 0.0, 0.0]
    display = DecisionBoundaryDisplay.from_predictor(
        model, iris.data, np.eye(3)[iris.target], features=(3, 2), fixed=fixed, resolution=4,
        show="probability",
    )  # fmt: skip
    row = [[5.0, 3.0, display.y[2], display.x[1]]]
    np.testing.assert_allclose(display.answers[2, 1], model.predict_proba(row)[0])
    assert display.n_classes == 3
    np.testing.assert_array_equal(display.labels, iris.target)
    means = DecisionBoundaryDisplay.from_predictor(model, iris.data, features=(0, 1), resolution=2)
    row = [[means.x[0], means.y[0], *iris.data.mean(axis=0)[2:]]]
    np.testing.assert_allclose(means.answers[0, 0], model.predict_proba(row)[0])


@pytest.mark.parametrize("model", [LogisticRegression(), Perceptron()])
def test_a_classifier_with_names_of_its_own(model):
    X, y = flowers()
    names = np.array(["setosa", "versicolor"])[y]
    model.fit(X, names)
    display = DecisionBoundaryDisplay.from_predictor(model, X, names, resolution=5)
    np.testing.assert_array_equal(display.labels, y)
    p, q = np.meshgrid(display.x, display.y)
    answers = model.predict(np.column_stack([p.ravel(), q.ravel()])) == "versicolor"
    np.testing.assert_array_equal(display.classes.ravel(), answers)
    legend = {text.get_text() for text in display.ax_.get_legend().get_texts()}
    assert legend == {"setosa", "versicolor"}


def test_hard_answers_of_several_classes():
    X = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]])
    display = DecisionBoundaryDisplay.from_predictor(
        lambda rows: np.clip(np.round(rows[:, 0]), 0, 2), X, [0, 1, 2], resolution=31
    )
    np.testing.assert_array_equal(display.classes[0], np.clip(np.round(display.x), 0, 2))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"X": [[1.0], [2.0]]}, "X has the shape"),
        ({"features": (0, 0)}, "features"),
        ({"features": (0, 2)}, "features"),
        ({"fixed": [1.0]}, "fixed has the shape"),
        ({"y": [0, 1, 1]}, "y has the shape"),
        ({"y": [0.5, 1]}, "y must be classes"),
        ({"feature_names": ["a"]}, "feature_names"),
        ({"class_names": ["a"]}, "class_names"),
        ({"show": "both"}, "show"),
        ({"ranges": ((1, 0), None)}, "ranges"),
        ({"predictor": lambda X: X[:3]}, "predictor returned the shape"),
    ],
)
def test_a_boundary_refuses_what_does_not_fit(arguments, message):
    given = {"predictor": GATES["AND"], "X": [[0.0, 1.0], [1.0, 1.0]], "y": [0, 1], **arguments}
    with pytest.raises(InvalidValueError, match=message):
        DecisionBoundaryDisplay.from_predictor(**given, resolution=5)


def test_a_predictor_must_be_able_to_answer(people):
    with pytest.raises(InvalidTypeError, match="must be a TrainingResult"):
        DecisionBoundaryDisplay.from_predictor("all", [[0.0, 1.0]], [1])
    with pytest.raises(NotFittedError, match="parameters"):
        DecisionBoundaryDisplay.from_predictor(people, [[0.0, 1.0]], [1])


def test_outputs_beyond_1_are_not_rounded_to_classes():
    X = np.array([[0.0, 0.0], [1.0, 1.0]])
    display = DecisionBoundaryDisplay.from_predictor(lambda rows: 3 * rows[:, 0] - 1, X)
    np.testing.assert_allclose(display.answers[:, :, 0], np.tile(3 * display.x - 1, (201, 1)))
    np.testing.assert_array_equal(display.classes[0], display.x >= 0.5)


def test_an_estimator_that_predicts_nothing_is_named():
    with pytest.raises(InvalidTypeError, match=r"^estimator \(='line'\) must have a method"):
        DecisionBoundaryDisplay.from_estimator("line", np.zeros((2, 2)))


def test_gates_and_their_areas():
    display = GatesDisplay.from_gates()
    truth = {name.split(" ")[0]: answers.tolist() for name, answers in display.truth.items()}
    assert truth == {
        "AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NAND": [1, 1, 1, 0], "XOR": [0, 1, 1, 0],
    }  # fmt: skip
    p, q = np.meshgrid(display.side, display.side)
    np.testing.assert_array_equal(display.areas["AND"], p + q >= 2)
    # These three gates meet on a line: between OR and NAND there is nothing more.
    np.testing.assert_array_equal(display.areas["XOR = AND(OR, NAND)"], p + q == 1)
    with pytest.raises(ShapeError, match=r"gates\['first'\]"):
        GatesDisplay.from_gates({"first": lambda X: X})
    with pytest.raises(DataError, match="nothing to draw"):
        GatesDisplay.from_gates({})


def test_errors_of_searches():
    equation = LinearEquation([256, 212], 1492)
    searches = {
        "guesses": guess(equation, 0, 9, integers=True, seed=1),
        "a step of 1": adjust_in_turn(equation, [1, 1], first=1),
        "halving": adjust_in_turn(equation, [1, 1], rule="halving"),
    }
    display = SearchDisplay.from_searches(equation, searches)
    for name, search in searches.items():
        np.testing.assert_array_equal(display.errors[name], search.errors)
        np.testing.assert_array_equal(drawn(display.ax_, name)[:, 1], search.errors)
    plane = display.plot(kind="plane").ax_
    np.testing.assert_array_equal(drawn(plane, "halving"), searches["halving"].points)
    solutions = drawn(plane, "256x + 212y = 1492")
    np.testing.assert_allclose(equation.errors(solutions), 0, atol=1e-9)


def test_a_cycle_is_drawn_on():
    equation = LinearEquation([256, 212], 1492)
    cycle = adjust_in_turn(equation, [9, 9.5])
    assert cycle.period == 4
    longer = adjust_in_turn(equation, [9, 9.5], rule="halving")
    display = SearchDisplay.from_searches(equation, {"cycle": cycle, "longer": longer})
    (again,) = [
        line.get_xydata()
        for line in display.ax_.get_lines()
        if line.get_label().startswith("_") and len(line.get_xydata()) > 2
    ]
    assert again[0].tolist() == [cycle.steps, cycle.errors[-1]]
    assert again[-1, 0] == longer.steps
    # What follows is what more steps would have been.
    np.testing.assert_array_equal(again[4:, 1], again[:-4, 1])
    np.testing.assert_array_equal(again[:5, 1], cycle.errors[-5:])


def test_a_search_refuses_what_does_not_fit():
    equation, three = LinearEquation([1, 1], 2), LinearEquation([1, 1, 1], 2)
    found = adjust_in_turn(three, [0, 0, 0], rule="halving")
    with pytest.raises(ShapeError, match=r"points\['three'\] has the shape"):
        SearchDisplay.from_searches(equation, {"three": found})
    with pytest.raises(ShapeError, match="a plane shows 2"):
        SearchDisplay.from_searches(three, {"three": found}, kind="plane")
    with pytest.raises(DataError, match="nothing to draw"):
        SearchDisplay.from_searches(equation, {})
    with pytest.raises(InvalidValueError, match="kind"):
        SearchDisplay.from_searches(three, {"three": found}, kind="space")
