"""Cost surfaces, slices, paths and tangents: what is drawn equals the mathematics."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import chainrule as cr
from chainrule.errors import (
    ChainruleError,
    DataError,
    InvalidValueError,
    ShapeError,
    UnknownNameError,
)
from chainrule.plots import (
    CostSliceDisplay,
    CostSurfaceDisplay,
    DescentPathDisplay,
    TangentDisplay,
)

HALF = {"loss": "half_mean_squared_error"}


def cost(line, w, b):
    return float(np.mean((w * line.X + b - line.y) ** 2) / 2)


def test_surface_of_the_line(line):
    display = CostSurfaceDisplay.from_network(
        line.network, line.X, line.y, parameters=line.start, resolution=7,
        ranges=((-1, 4), (-2, 3)), **HALF,
    )  # fmt: skip
    np.testing.assert_allclose(display.x, np.linspace(-1, 4, 7))
    np.testing.assert_allclose(display.y, np.linspace(-2, 3, 7))
    expected = [[cost(line, w, b) for w in display.x] for b in display.y]
    np.testing.assert_allclose(display.values, expected, rtol=1e-12)
    ax = display.ax_
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_zlabel()) == (
        "w1", "b1", "half mean squared error",
    )  # fmt: skip


def test_default_ranges_hold_the_present_values(line):
    display = CostSurfaceDisplay.from_network(line.result, line.X, line.y, resolution=3)
    w, b = line.result.parameters.vector
    np.testing.assert_allclose(display.x, [w - 2, w, w + 2])
    np.testing.assert_allclose(display.y, [b - 2, b, b + 2])
    assert display.values.argmin() == 4


def test_any_two_parameters_of_any_network(people):
    p = people.initial_parameters(0)
    X, y = np.array([[-2.0, -1.0], [25.0, 6.0]]), np.array([[1.0], [0.0]])
    display = CostSurfaceDisplay.from_network(
        people, X, y, ("h1.w2", "layers[1].b[0]"), loss="mean_squared_error", parameters=p,
        resolution=4, kind="contour",
    )  # fmt: skip
    at = p.copy()
    at["layers[0].W[1, 0]"], at["b3"] = display.x[3], display.y[1]
    value, _ = cr.value_and_gradient(cr.Objective(people, "mean_squared_error"), at, X, y)
    assert display.values[1, 3] == value


def test_contours_lie_on_the_surface():
    display = CostSurfaceDisplay.from_function(lambda p: float(p @ p), kind="contour")
    levels = display.ax_.collections[0].levels
    # Levels grow with the square of their number, so the circles' radii grow evenly.
    radii = np.sqrt(levels)
    np.testing.assert_allclose(np.diff(radii), radii[1], rtol=1e-9)
    assert levels[-1] == pytest.approx(50)


def test_slice_of_the_line(line):
    display = CostSliceDisplay.from_network(
        line.network, line.X, line.y, "w1", parameters=line.start, x_range=(0, 3), **HALF
    )
    b = line.start[1]
    np.testing.assert_allclose(display.values, [cost(line, w, b) for w in display.x], rtol=1e-12)
    assert display.at == (line.start[0], pytest.approx(0.14547024199785316, rel=1e-12))
    np.testing.assert_array_equal(display.ax_.get_lines()[0].get_ydata(), display.values)


def test_path_of_the_line_is_its_training(line):
    display = DescentPathDisplay.from_network(
        line.network, line.X, line.y, initial=line.start, optimizer=cr.SGD(0.1), steps=1001,
        resolution=9, **HALF,
    )  # fmt: skip
    np.testing.assert_allclose(display.path.end, line.result.parameters.vector, rtol=1e-9)
    np.testing.assert_allclose(display.path.values[:-1], line.result.history.loss, rtol=1e-6)
    flat = display.ax_[1]
    drawn = next(x for x in flat.get_lines() if x.get_label() == "1001 steps")
    np.testing.assert_array_equal(drawn.get_xydata(), display.path.points)
    # Both are held by the surface.
    x, y = display.path.points.T
    assert display.surface.x[0] < x.min()
    assert x.max() < display.surface.x[-1]
    assert display.surface.y[0] < y.min()
    assert y.max() < display.surface.y[-1]


def test_path_of_the_parabola():
    path = cr.minimize(lambda p: float(p @ p), lambda p: 2 * p, [5.0, 5.0], cr.SGD(0.1), 30)
    figure = Figure(layout="constrained")
    both = [figure.add_subplot(1, 2, 1, projection="3d"), figure.add_subplot(1, 2, 2)]
    display = DescentPathDisplay.from_path(lambda p: float(p @ p), path, resolution=9, ax=both)
    assert list(display.ax_) == both
    line = both[0].get_lines()[0]
    np.testing.assert_allclose(np.array(line.get_data_3d()).T[:, :2], path.points)
    np.testing.assert_allclose(line.get_data_3d()[2], 50 * 0.64 ** np.arange(31), rtol=1e-9)
    # The surface reaches as far beyond the end as the start lies before it, and a fifth more.
    np.testing.assert_allclose(display.surface.x[[0, -1]], path.end[0] + np.array([-1, 1]) * 1.2
                               * (5 - path.end[0]))  # fmt: skip
    above = display.plot(kind="above")
    assert above.ax_.name == "rectilinear"


def test_tangents():
    display = TangentDisplay.from_function(lambda x: x**2, lambda x: 2 * x, [4, -4])
    assert display.heights.tolist() == [16, 16]
    assert display.slopes.tolist() == [8, -8]
    np.testing.assert_array_equal(display.tangent(0, [4, 5, 2]), [16, 24, 0])
    words = {text.get_text(): text for text in display.ax_.texts}
    assert {"decrease weight", "increase weight"} <= set(words)
    # Each arrow starts at its point and goes against the slope.
    arrows = [text for text in display.ax_.texts if not text.get_text()]
    assert [np.sign(a.xy[0] - a.xyann[0]) for a in arrows] == [-1, 1]


@pytest.mark.parametrize("draw", [CostSliceDisplay, CostSurfaceDisplay])
@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, r"what function returns \(=None\) must be a number"),
        (np.ones(2), "what function returns .* must be a number"),
        (np.nan, "function returns no finite number"),
    ],
)
def test_a_cost_that_is_no_number_is_refused(draw, returned, message):
    with pytest.raises(ChainruleError, match=message):
        draw.from_function(lambda p: returned, resolution=5)


@pytest.mark.parametrize("cost", [0.0, 2.0**62])
def test_a_cost_that_is_the_same_everywhere(cost):
    drawn = CostSurfaceDisplay.from_function(lambda p: cost, resolution=5, kind="contour")
    assert drawn.lowest[2] == cost


def test_wrong_shapes_are_refused_by_name(line, people):
    with pytest.raises(ShapeError, match=r"values has the shape \(2, 3\)"):
        CostSurfaceDisplay([0, 1], [0, 1, 2], np.ones((2, 3)))
    with pytest.raises(ShapeError, match="values has the shape"):
        CostSliceDisplay([0, 1], [0, 1, 2])
    with pytest.raises(UnknownNameError, match="w7"):
        CostSliceDisplay.from_network(line.result, line.X, line.y, "w7")
    with pytest.raises(InvalidValueError, match="is a whole array"):
        CostSliceDisplay.from_network(line.result, line.X, line.y, "layers[0].W")
    with pytest.raises(InvalidValueError, match="must be different parameters"):
        CostSurfaceDisplay.from_network(line.result, line.X, line.y, ("w1", "layers[0].W[0, 0]"))
    with pytest.raises(InvalidValueError, match="must be \\(low, high\\)"):
        CostSliceDisplay.from_function(abs, (3, 1))
    with pytest.raises(InvalidValueError, match="kind"):
        CostSurfaceDisplay.from_network(line.result, line.X, line.y, kind="flat")
    with pytest.raises(InvalidValueError, match="resolution"):
        CostSurfaceDisplay.from_network(line.result, line.X, line.y, resolution=1)
    one = cr.minimize(lambda p: float(p @ p), lambda p: 2 * p, [1.0], cr.SGD(0.1), 2)
    with pytest.raises(ShapeError, match=r"path.points has the shape \(3, 1\)"):
        DescentPathDisplay.from_path(lambda p: 0.0, one)
    with pytest.raises(ShapeError, match="slopes has the shape"):
        TangentDisplay([0, 1], [0, 1], [0.5], [0.5], [1, 2])
    with pytest.raises(ShapeError, match="values has the shape"):
        TangentDisplay.from_function(lambda x: x[:3], lambda x: x, [1.0])
    with pytest.raises(DataError, match="no point"):
        TangentDisplay.from_function(lambda x: x, lambda x: x, [])
