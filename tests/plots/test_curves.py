"""Learning curves, learning rates, the learning-rate finder: what is drawn is what happened."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnose import LearningRateRange
from chainrule.errors import (
    DataError,
    DivergenceWarning,
    InvalidTypeError,
    InvalidValueError,
    ShapeError,
    UnknownNameError,
)
from chainrule.optimizers.minimize import minimize
from chainrule.plots import (
    LearningCurveDisplay,
    LearningRateComparisonDisplay,
    LearningRateFinderDisplay,
)

NAN = float("nan")


def lines(ax):
    """The lines of an axes by their labels."""
    return {line.get_label(): np.array(line.get_xydata()) for line in ax.get_lines()}


def test_the_curve_is_the_history(line):
    display = LearningCurveDisplay.from_history(line.result)
    (name,) = lines(display.ax_)
    drawn = lines(display.ax_)[name]
    assert name == "loss (half mean squared error)"
    np.testing.assert_array_equal(drawn[:, 0], np.arange(1, 1002))
    np.testing.assert_array_equal(drawn[:, 1], line.result.history.loss)
    # From 0.145 to 6e-7: a logarithmic axis.
    assert display.ax_.get_yscale() == "log"


def test_validation_and_best_epoch():
    history = cr.History(loss=[3.0, 2.0, 1.5], validation_loss=[2.0, 1.0, 1.25])
    display = LearningCurveDisplay.from_history(history)
    drawn = lines(display.ax_)
    assert display.best_epoch == {"": 2}
    assert set(drawn) == {"training", "validation", "best epoch, 2"}
    np.testing.assert_array_equal(drawn["validation"], [[1, 2], [2, 1], [3, 1.25]])
    assert drawn["best epoch, 2"].tolist() == [[2, 1]]
    assert display.ax_.get_yscale() == "linear"


def test_several_runs_share_an_axes():
    runs = {
        "slow": cr.History(loss=[3.0, 2.0], validation_loss=[2.0, 1.0]),
        "fast": cr.History(loss=[3.0, 1.0], validation_loss=[1.0, 2.0]),
    }
    display = LearningCurveDisplay.from_history(runs)
    assert display.best_epoch == {"slow": 2, "fast": 1}
    names = set(lines(display.ax_))
    assert {"slow: training", "slow: validation", "fast: best epoch, 1"} <= names
    colors = {line.get_label(): line.get_color() for line in display.ax_.get_lines()}
    assert colors["slow: training"] == colors["slow: validation"] != colors["fast: training"]


def test_other_curves(line):
    display = LearningCurveDisplay.from_history(line.result, curve="gradient_norm")
    np.testing.assert_array_equal(display.curves[""], line.result.history.gradient_norm)
    assert display.ax_.get_ylabel() == "gradient norm"
    with pytest.raises(UnknownNameError, match="gradient_norm"):
        LearningCurveDisplay.from_history(line.result, curve="gradient_nrom")


def test_a_divergence_ends_in_a_cross(line, tmp_path):
    with pytest.warns(DivergenceWarning):
        result = cr.train(
            line.network, line.X, line.y, loss="half_mean_squared_error",
            optimizer=cr.SGD(30.0), epochs=1000, batch_size="full", initial=line.start,
        )  # fmt: skip
    display = LearningCurveDisplay.from_history({"30": result})
    last = int(np.flatnonzero(np.isfinite(result.history.loss))[-1]) + 1
    assert f"30: diverged after epoch {last}" in lines(display.ax_)
    # Numbers up to 1e308 neither overflow nor hide the rest.
    display.save(tmp_path / "diverged.png")
    assert display.ax_.get_ylim()[1] == pytest.approx(1e200)


def test_a_single_epoch_is_a_dot():
    display = LearningCurveDisplay.from_history(cr.History(loss=[2.0]))
    assert display.ax_.get_lines()[0].get_marker() == "o"


@pytest.mark.parametrize(
    ("loss", "scale"),
    [([1.0, 0.5], "linear"), ([1.0, 1e-3], "log"), ([1.0, 0.0], "linear"), ([1, -1e-9], "linear")],
)
def test_the_range_asks_for_the_scale(loss, scale):
    display = LearningCurveDisplay.from_history(cr.History(loss=loss))
    assert display.ax_.get_yscale() == scale
    assert LearningCurveDisplay(display.curves).plot(scale="log").ax_.get_yscale() == "log"


def test_nothing_to_draw_is_refused(line):
    with pytest.raises(DataError, match="history has no epoch"):
        LearningCurveDisplay.from_history(cr.History())
    with pytest.raises(DataError, match=r"history\['b'\] has no epoch"):
        LearningCurveDisplay.from_history({"a": line.result, "b": cr.History()})
    with pytest.raises(DataError, match="no fit"):
        LearningCurveDisplay.from_history({})
    with pytest.raises(InvalidTypeError, match="must be a History or a TrainingResult, not list"):
        LearningCurveDisplay.from_history([1.0, 2.0])
    with pytest.raises(InvalidValueError, match="scale"):
        LearningCurveDisplay.from_history(line.result, scale="logarithmic")


def compare(line, rates, **arguments):
    return LearningRateComparisonDisplay.from_network(
        line.network, line.X, line.y, rates, loss="half_mean_squared_error",
        initial=line.start, **arguments,
    )  # fmt: skip


def test_each_learning_rate_is_trained(line):
    display = compare(line, [0.1, 1.4], steps=1000)
    path = display.paths[0.1]
    np.testing.assert_allclose(path.values[:-1], line.result.history.loss[:1000], rtol=1e-9)
    np.testing.assert_array_equal(lines(display.ax_)["0.1"][:, 1], path.values)
    assert display.paths[1.4].values[-1] > 1e40


def test_steps_along_one_parameter(line):
    display = compare(line, [0.1, 3.9], name="w1", steps=5)
    mean_square = float(np.mean(line.X**2))
    w = display.paths[0.1].points[:, 0]
    # With b fixed the cost is a parabola with the curvature mean(x^2).
    lowest = w[0] - (w[0] - w[1]) / (0.1 * mean_square)
    np.testing.assert_allclose(
        w - lowest, (w[0] - lowest) * (1 - 0.1 * mean_square) ** np.arange(6), rtol=1e-9
    )
    assert len(display.ax_) == 2
    for rate, ax in zip((0.1, 3.9), display.ax_, strict=True):
        drawn = lines(ax)["5 steps"]
        np.testing.assert_array_equal(drawn[:, 0], display.paths[rate].points[:, 0])
        np.testing.assert_array_equal(drawn[:, 1], display.paths[rate].values)
        assert ax.get_title() == f"learning rate {rate:g}"


def test_a_comparison_refuses_what_cannot_be_drawn(line, axes):
    with pytest.raises(DataError, match="no learning rate"):
        compare(line, [])
    with pytest.raises(InvalidValueError, match="kind"):
        compare(line, [0.1], kind="bars")
    with pytest.raises(InvalidValueError, match="more than one parameter"):
        compare(line, [0.1], kind="steps")
    with pytest.raises(ShapeError, match="ax holds 1 axes, but there are 2"):
        compare(line, [0.1, 0.2], name="w1", ax=axes())
    path = minimize(lambda p: float(p @ p), lambda p: 2 * p, [1.0], cr.SGD(0.1), 2)
    assert LearningRateComparisonDisplay({0.1: path}).plot(axes()).paths == {0.1: path}


def test_the_finder_draws_its_test():
    rates, losses = np.array([0.01, 0.1, 1.0]), np.array([2.0, 1.0, 5.0])
    display = LearningRateFinderDisplay.from_test(LearningRateRange(rates, losses, losses))
    drawn = lines(display.ax_)
    np.testing.assert_array_equal(drawn["loss of the batch"], np.column_stack([rates, losses]))
    assert drawn["lowest: 0.1"][:, 0].tolist() == [0.1, 0.1]
    assert drawn["a tenth of that: 0.01"][0, 0] == pytest.approx(0.01)
    assert display.ax_.get_xscale() == "log"
    with pytest.raises(InvalidTypeError, match="what learning_rate_finder returned"):
        LearningRateFinderDisplay.from_test([1, 2])


def test_many_fits_are_a_median_and_a_band(line):
    settings = [{"initial": [w, 0.0], "epochs": 3 + k} for k, w in enumerate((1.0, 2.0, 4.0))]
    results = cr.train_many(
        line.network, line.X, line.y, settings, loss="half_mean_squared_error",
        optimizer=cr.SGD(0.1), batch_size="full",
    )  # fmt: skip
    display = LearningCurveDisplay.from_history({"sgd": results}, quantiles=(0, 1))
    (name,) = display.curves
    assert name == "sgd: median of 3 fits, 0% to 100%"
    losses = results.curve("loss")
    np.testing.assert_array_equal(display.curves[name], np.nanmedian(losses, axis=0))
    low, high = display.bands[name]
    np.testing.assert_array_equal(low, np.nanmin(losses, axis=0))
    np.testing.assert_array_equal(high, np.nanmax(losses, axis=0))
    assert len(display.ax_.collections) == 1
    with pytest.raises(DataError, match="empty list"):
        LearningCurveDisplay.from_history([])
    with pytest.raises(InvalidValueError, match="quantiles"):
        LearningCurveDisplay.from_history(results, quantiles=(0.9, 0.1))
