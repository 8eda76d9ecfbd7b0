"""Every display draws what was fitted: results, estimators, pipelines of tables."""

import numpy as np
import pytest

from chainrule import plots
from chainrule.errors import DataError, UnknownNameError
from chainrule.estimators import MLPClassifier, MLPRegressor, Perceptron, TabularRegressor
from chainrule.models import load_model, save_model
from chainrule.tables import Pipeline

pandas = pytest.importorskip("pandas")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 2))
LABELS = np.where(X[:, 0] > X[:, 1], "up", "down")
FRAME = pandas.DataFrame(X, columns=["left", "right"])
# A search solves an equation: there is nothing fitted to draw.
OTHERS = {"Display", "SearchDisplay"}
EVERY = sorted(set(plots.__all__) - OTHERS)


@pytest.fixture(scope="module")
def classifier():
    model = MLPClassifier(
        hidden_layer_sizes=(4,), activation="tanh", max_iter=30, tol=10, random_state=0
    )
    return model.fit(X, LABELS)


@pytest.fixture(scope="module")
def line():
    x = np.linspace(-1, 1, 20)[:, None]
    return MLPRegressor(hidden_layer_sizes=(3,), max_iter=30, tol=10, random_state=0).fit(
        x, x[:, 0]
    ), x


@pytest.fixture(scope="module")
def mass():
    return Pipeline.fit("penguins", "body_mass_g", hidden=(5,), epochs=8, seed=0, preset="plain")


@pytest.mark.parametrize("name", EVERY)
def test_every_display_draws_an_estimator(name, classifier, line):
    display = getattr(plots, name)
    arguments = {
        "ActivationDisplay": (classifier,),
        "ContributionsDisplay": (classifier, X[0]),
        "FitLineDisplay": (line[0], line[1], line[1][:, 0]),
        "GatesDisplay": (classifier,),
        "LearningCurveDisplay": (classifier,),
        "NetworkDiagram": (classifier,),
        "NeuronDiagram": (classifier,),
    }.get(name, (classifier, X, LABELS))
    options = {
        "ContributionsDisplay": {"background": X},
        "CostSurfaceDisplay": {"names": ("h1.w1", "h1.b"), "resolution": 7},
        "DescentPathDisplay": {"names": ("h1.w1", "h1.b"), "resolution": 7, "steps": 5},
        "DecisionBoundaryDisplay": {"resolution": 21},
        "LearningRateComparisonDisplay": {"steps": 5},
        "LearningRateFinderDisplay": {"steps": 20},
    }.get(name, {})
    drawn = display.from_estimator(*arguments, **options)
    drawn.figure_.draw_without_rendering()
    assert all(ax.get_title() for ax in np.ravel(np.array(drawn.ax_, dtype=object)))


def test_the_cost_is_the_one_that_was_minimised(classifier):
    surface = plots.CostSurfaceDisplay.from_estimator(classifier, X, LABELS, resolution=5)
    section = plots.CostSliceDisplay.from_estimator(classifier, X, LABELS, resolution=5)
    assert surface.at[2] == section.at[1]
    assert surface.at[0] == section.at[0] == classifier.parameters_["w1"]
    tangent = plots.TangentDisplay.from_estimator(classifier, X, LABELS)
    assert tangent.heights.tolist() == [surface.at[2]]
    labels = [text.get_text() for text in surface.ax_.get_legend().get_texts()]
    assert [label.partition(":")[0] for label in labels] == ["lowest on this grid", "here"]
    p, q, cost = surface.lowest
    assert cost == surface.values.min()
    assert cost == surface.values[list(surface.y).index(q), list(surface.x).index(p)]


def test_a_descent_begins_where_the_fit_began(classifier):
    names = ("h1.w1", "h1.b")
    path = plots.DescentPathDisplay.from_estimator(
        classifier, X, LABELS, names, steps=3, resolution=3
    ).path
    seed = classifier.result_.plan.seed
    fresh = classifier.network_.initial_parameters(seed)
    assert path.points[0].tolist() == [fresh[name] for name in names]


def test_frames_name_the_axes():
    model = MLPClassifier(hidden_layer_sizes=(4,), max_iter=30, tol=10, random_state=0).fit(
        FRAME, LABELS
    )
    drawn = plots.DecisionBoundaryDisplay.from_estimator(model, FRAME, LABELS, resolution=9)
    assert (drawn.ax_.get_xlabel(), drawn.ax_.get_ylabel()) == ("left", "right")
    diagram = plots.NetworkDiagram.from_estimator(model)
    assert diagram.names[0] == ["left", "right"]
    unit = plots.NeuronDiagram.from_estimator(model, "h2")
    assert unit.input_names == ["left", "right"]
    np.testing.assert_array_equal(unit.weights[:, 0], model.coefs_[0][:, 1])
    with pytest.raises(UnknownNameError, match="unknown unit 'h9'"):
        plots.NeuronDiagram.from_estimator(model, "h9")


def test_networks_of_tables_carry_the_names_of_columns(mass):
    names = plots.NetworkDiagram.from_estimator(mass).names
    assert names[0][:3] == list(mass.encoder.feature_names[:3])
    assert names[-1] == ["body_mass_g"]
    unit = plots.NeuronDiagram.from_estimator(mass)
    assert unit.input_names == list(mass.encoder.feature_names)
    assert plots.NeuronDiagram.from_estimator(mass, "o1").weights.shape == (5, 1)


def test_learning_curves_of_all_that_is_fitted(mass, classifier, tmp_path):
    table = {"kind": ["tea", "coffee", None] * 20, "cups": [1.0, 2.0, 3.0, 4.0] * 15}
    price = TabularRegressor(random_state=0, epochs=3, preset="plain").fit(table, range(60))
    drawn = plots.LearningCurveDisplay.from_estimator({"mass": mass, "price": price})
    assert drawn.curves["mass"].tolist() == mass.result.history.loss
    assert drawn.curves["price"].tolist() == price.loss_curve_
    save_model(mass, tmp_path / "mass.model")
    with pytest.raises(DataError, match="was loaded and has no history"):
        plots.LearningCurveDisplay.from_estimator(load_model(tmp_path / "mass.model"))


def test_a_line_through_a_table():
    table = {"x": np.linspace(0, 1, 40), "y": np.linspace(1, 3, 40)}
    pipeline = Pipeline.fit(table, "y", epochs=3, seed=0, preset="plain")
    drawn = plots.FitLineDisplay.from_estimator(pipeline, {"x": table["x"]}, table["y"])
    at = np.linspace(0, 1, 5)
    expected = pipeline.predict({"x": at})
    np.testing.assert_allclose(
        np.interp(at, drawn.grid, drawn.lines["prediction"]), expected, atol=0.02
    )


def test_the_perceptrons_line_is_straight():
    model = Perceptron(random_state=0).fit(X, X[:, 0] > 0.3 * X[:, 1] + 0.1)
    drawn = plots.DecisionBoundaryDisplay.from_estimator(
        model, X, X[:, 0] > 0, show="classes", resolution=31
    )
    (line,) = [c for c in drawn.ax_.collections if type(c).__name__ == "QuadContourSet"]
    points = np.concatenate([path.vertices for path in line.get_paths()])
    scores = model.decision_function(points)
    # A contour goes straight between the points of the grid, and so does a linear function.
    assert np.abs(scores).max() <= 1e-9 * np.abs(model.decision_function(X)).max()


def test_new_samples_have_marks_of_their_own():
    drawn = plots.DecisionBoundaryDisplay.from_predictor(
        lambda X: X[:, 0] > 0, X, X[:, 0] > 0, new={"Emily": [0.1, 0.2]}, resolution=9
    )
    (emily,) = [one for one in drawn.ax_.lines if one.get_label() == "Emily, new"]
    assert emily.get_xydata().tolist() == [[0.1, 0.2]]
    markers = [one.get_marker() for one in drawn.ax_.lines]
    assert len(set(markers)) == 3


def test_many_curves_have_room(line):
    fits = {f"{k}": line[0].result_ for k in range(30)}
    drawn = plots.LearningCurveDisplay.from_history(fits)
    drawn.figure_.draw_without_rendering()
    legend = drawn.ax_.get_legend().get_window_extent()
    assert legend.x0 >= drawn.ax_.get_window_extent().x1  # beside the curves
    assert legend.y0 >= 0
    assert legend.y1 <= drawn.figure_.bbox.y1
    assert drawn.ax_.get_window_extent().width > 0.4 * drawn.figure_.bbox.width


def test_each_way_has_a_panel_of_its_own():
    from chainrule.gradient_free import LinearEquation, adjust_in_turn

    equation = LinearEquation([256, 212], 1492)
    ways = {f"{step}": adjust_in_turn(equation, [0, 0], step=step) for step in (1, 0.5, 0.3)}
    drawn = plots.SearchDisplay.from_searches(equation, ways, kind="panels")
    assert [ax.get_title() for ax in drawn.ax_] == list(ways)
    assert len(drawn.figure_.axes) == 3


def test_titles_say_only_what_is_there():
    drawn = plots.DecisionBoundaryDisplay.from_predictor(
        lambda X: np.zeros(len(X)), X, resolution=9
    )
    assert drawn.ax_.get_title() == "The same answer everywhere"
    mistakes = plots.LearningCurveDisplay({"": np.array([3.0, 1.0])}, name="mistakes").plot()
    assert mistakes.ax_.get_title() == "Mistakes by epoch"
