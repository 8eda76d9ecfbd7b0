"""What holds for all pictures: titles, labels, legends, files, and nothing touched outside."""

import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest

import chainrule as cr
from chainrule import plots
from chainrule.diagnose import learning_rate_finder
from chainrule.errors import InvalidTypeError, InvalidValueError
from chainrule.gradient_free import LinearEquation, adjust_in_turn, guess

EQUATION = LinearEquation([256, 212], 1492)


def square(p):
    return float(p @ p)


def make(name, line):
    """One picture of each kind."""
    network, X, y, start, result = (
        line.network, line.X, line.y, line.start, line.result,
    )  # fmt: skip
    given = {"loss": "half_mean_squared_error"}
    descent = cr.minimize(square, lambda p: 2 * p, [5.0, 5.0], cr.SGD(0.1), steps=20)
    makers = {
        "activation": lambda: plots.ActivationDisplay.from_activation(["relu", "sigmoid"]),
        "slice": lambda: plots.CostSliceDisplay.from_network(result, X, y, resolution=21),
        "surface": lambda: plots.CostSurfaceDisplay.from_network(result, X, y, resolution=9),
        "contours": lambda: plots.CostSurfaceDisplay.from_network(
            result, X, y, resolution=9, kind="contour"
        ),
        "boundary": lambda: plots.DecisionBoundaryDisplay.from_predictor(
            lambda X: X[:, 0] > X[:, 1], [[0, 1], [1, 0], [2, 1]], [0, 1, 1], resolution=21
        ),
        "contributions": lambda: plots.ContributionsDisplay.from_estimator(
            result, X[0], background=X
        ),
        "path": lambda: plots.DescentPathDisplay.from_path(square, descent, resolution=9),
        "line": lambda: plots.FitLineDisplay.from_network(result, X, y),
        "gates": lambda: plots.GatesDisplay.from_gates(),
        "curve": lambda: plots.LearningCurveDisplay.from_history(result),
        "rates": lambda: plots.LearningRateComparisonDisplay.from_network(
            network, X, y, [0.1, 1.4], initial=start, **given
        ),
        "steps": lambda: plots.LearningRateComparisonDisplay.from_network(
            network, X, y, [0.1, 1.4], initial=start, name="w1", steps=9, **given
        ),
        "finder": lambda: plots.LearningRateFinderDisplay.from_test(
            learning_rate_finder(network, X, y, seed=0, steps=20, **given)
        ),
        "network": lambda: plots.NetworkDiagram.from_network(network, start),
        "neuron": lambda: plots.NeuronDiagram.from_neuron(cr.Neuron([1, 2]), [3, 4]),
        "search": lambda: plots.SearchDisplay.from_searches(
            EQUATION, {"guesses": guess(EQUATION, 0, 9, integers=True, seed=0)}
        ),
        "plane": lambda: plots.SearchDisplay.from_searches(
            EQUATION, {"turns": adjust_in_turn(EQUATION, [0, 0])}, kind="plane"
        ),
        "tangent": lambda: plots.TangentDisplay.from_function(
            lambda x: x**2, lambda x: 2 * x, [4, -4]
        ),
    }
    return makers[name]()


NAMES = """activation contributions slice surface contours boundary path line gates curve rates
steps finder network neuron search plane tangent"""
DRAWN = {"network", "neuron"}


@pytest.fixture(params=NAMES.split(), scope="module")
def name(request):
    return request.param


@pytest.fixture(scope="module")
def display(name, line):
    return make(name, line)


def test_titles_labels_and_units_are_there(name, display):
    every = np.ravel(np.array(display.ax_, dtype=object))
    for ax in every:
        assert ax.get_title()
        assert name in DRAWN or ax.get_xlabel()
    assert name in DRAWN or every[0].get_ylabel()
    assert all(ax.figure is display.figure_ for ax in every)


def test_several_things_have_a_legend(name, display):
    figure = display.figure_
    with_legend = figure.legends + [ax for ax in figure.axes if ax.get_legend()]
    assert with_legend or name in {*DRAWN, "surface", "contours"}


def test_nothing_outside_is_touched(name, line):
    settings, state = dict(mpl.rcParams), np.random.get_state()[1].copy()
    make(name, line)
    assert dict(mpl.rcParams) == settings
    np.testing.assert_array_equal(np.random.get_state()[1], state)


@pytest.mark.slow
def test_files_and_notebooks(display, tmp_path):
    for ending, start in ((".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")):
        path = tmp_path / f"picture{ending}"
        display.save(path, dpi=40)
        assert path.read_bytes().startswith(start)
    if not hasattr(display, "_repr_svg_"):
        assert display._repr_png_().startswith(b"\x89PNG")


def test_a_picture_as_a_file(line, tmp_path):
    path = tmp_path / "picture.png"
    plots.LearningCurveDisplay.from_history(line.result).save(path, dpi=40)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_words_stay_on_the_page(display):
    figure = display.figure_
    figure.draw_without_rendering()
    page = figure.bbox
    for ax in figure.axes:
        box = ax.get_tightbbox()
        # Half a point may be lost to rounding.
        assert box.x0 >= page.x0 - 0.5
        assert box.y0 >= page.y0 - 0.5
        assert box.x1 <= page.x1 + 0.5
        assert box.y1 <= page.y1 + 0.5


def test_a_picture_can_be_drawn_again_on_other_axes(line, axes):
    display = plots.LearningCurveDisplay.from_history(line.result)
    first, ax = display.figure_, axes()
    assert display.plot(ax) is display
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert display.figure_ is not first


def test_what_is_no_axes_is_refused(line, axes):
    with pytest.raises(InvalidTypeError, match=r"ax .* must be matplotlib Axes"):
        plots.LearningCurveDisplay.from_history(line.result, ax="here")
    with pytest.raises(InvalidTypeError, match="three-dimensional"):
        plots.CostSurfaceDisplay([0, 1], [0, 1], np.ones((2, 2))).plot(axes())


def test_an_unknown_kind_of_file_is_refused(line, tmp_path):
    display = plots.LearningCurveDisplay.from_history(line.result)
    with pytest.raises(InvalidValueError, match=r"must end like a picture: .png"):
        display.save(tmp_path / "picture.doc")


def test_no_window_system_is_started():
    code = """
import sys
from chainrule import plots
assert "matplotlib" not in sys.modules
plots.TangentDisplay.from_function(lambda x: x**2, lambda x: 2 * x, [4.0])._repr_png_()
assert "matplotlib" in sys.modules and "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
