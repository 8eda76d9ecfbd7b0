import math
from dataclasses import replace

import numpy as np
import pytest

from chainrule.activations import ACTIVATIONS
from chainrule.domain import Interval, Simplex
from chainrule.errors import InvalidTypeError, InvalidValueError
from chainrule.losses import (
    LOSSES,
    AbsoluteError,
    BinaryCrossEntropy,
    CrossEntropy,
    Hinge,
    Huber,
    Loss,
    Poisson,
    Quantile,
    SquaredError,
    weighted_total,
)

# The listed ones, and what their parameters change.
VARIANTS: dict[str, Loss] = {
    **LOSSES,
    "squared_error x 2.5": SquaredError(factor=2.5),
    "huber 0.3": Huber(delta=0.3),
    "quantile 0.9": Quantile(quantile=0.9),
    "quantile of each": Quantile(quantile=(0.1, 0.5, 0.9)),
    "binary_cross_entropy smoothed": BinaryCrossEntropy(label_smoothing=0.1),
    "cross_entropy smoothed": CrossEntropy(label_smoothing=0.1, factor=3.0),
    "hinge x 0.5": Hinge(factor=0.5),
}
EVERY = pytest.mark.parametrize("loss", VARIANTS.values(), ids=list(VARIANTS))
# Outputs that can move one by one.
FREE = {k: loss for k, loss in VARIANTS.items() if not isinstance(loss.domain, Simplex)}

# One term of every formula a second time, for one output, with Python's mathematics alone.
FORMULAS = {
    SquaredError: lambda a, y: (a - y) ** 2,
    AbsoluteError: lambda a, y: abs(a - y),
    Huber: lambda a, y: (a - y) ** 2 / 2 if abs(a - y) <= 1 else abs(a - y) - 0.5,
    Quantile: lambda a, y: 0.5 * abs(a - y),
    Poisson: lambda a, y: a - y + (y * math.log(y / a) if y else 0.0),
    BinaryCrossEntropy: lambda a, y: -y * math.log(a) - (1 - y) * math.log(1 - a),
    CrossEntropy: lambda a, y: -y * math.log(a),
    Hinge: lambda a, y: max(0.0, 1 - y * a),
    type(LOSSES["log_cosh"]): lambda a, y: math.log(math.cosh(a - y)),
}


def pairs(loss, sample, seed, shape=(40, 3)):
    """Outputs and targets that fit, no closer than 0.01 to where a derivative may jump."""
    rng = np.random.default_rng(seed)
    y = sample(loss.targets, rng, shape)
    a = sample(loss.domain, rng, shape)
    if not isinstance(loss.domain, Simplex):
        delta = getattr(loss, "delta", 1.0)
        for edge in (abs(a - y), abs(abs(a - y) - delta), abs(1 - a * y)):
            a = np.where(edge < 0.01, a * 0.9 + 0.02, a)
    return a, y


@EVERY
def test_gradient_is_the_numerical_derivative(loss: Loss, sample, gradient):
    a, y = pairs(loss, sample, 1)
    # At a = 0.05 the fifth derivative of log a is 24 / a^5 = 8e7: an error of 3e-6 beside 1 / a;
    # a smaller step takes that to 3e-10, and rounding to 2e-11 for each of 120 terms.
    expected = gradient(lambda a: float(loss.value(a, y).sum()), a, h=1e-4)
    np.testing.assert_allclose(loss.gradient(a, y), expected, rtol=1e-8, atol=3e-9)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=list(LOSSES))
def test_value_is_the_formula_summed_over_outputs(loss: Loss, sample):
    a, y = pairs(loss, sample, 2)
    term = FORMULAS[type(loss)]
    expected = [
        loss.factor * sum(term(float(s), float(t)) for s, t in zip(row_a, row_y, strict=True))
        for row_a, row_y in zip(a, y, strict=True)
    ]
    value = loss.value(a, y)
    assert value.shape == (40,)
    assert loss.gradient(a, y).shape == (40, 3)
    np.testing.assert_allclose(value, expected, rtol=1e-13, atol=1e-15)


@EVERY
def test_value_is_never_negative(loss: Loss, sample):
    a, y = pairs(loss, sample, 3, (500, 3))
    assert (loss.value(a, y) >= 0).all()


@EVERY
def test_minimum_is_at_the_target(loss: Loss, sample):
    rng = np.random.default_rng(4)
    shape = (60, 3)
    if isinstance(loss, Hinge):
        y = sample(loss.targets, rng, shape)
        best = y
    else:
        best = sample(loss.domain, rng, shape)
        y = best
        if hasattr(loss, "smooth"):  # the smoothed target is what is aimed at
            best = loss.smooth(y)
    slope = loss.gradient(best, y)
    if isinstance(loss.domain, Simplex):
        # Outputs can only move along the simplex, where the slopes are compared with each other.
        slope = slope - slope.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(slope, 0, atol=1e-13)
    lowest = loss.value(best, y)
    for _ in range(20):
        a = sample(loss.domain, rng, shape)
        assert (loss.value(a, y) >= lowest - 1e-14).all()


@pytest.mark.parametrize("loss", FREE.values(), ids=list(FREE))
def test_gradient_points_away_from_the_target(loss: Loss, sample):
    a, y = pairs(loss, sample, 5)
    target = loss.smooth(y) if hasattr(loss, "smooth") else y
    slope = loss.gradient(a, y)
    wrong = np.sign(slope) * np.sign(a - target) < 0
    if isinstance(loss, Hinge):
        assert (slope * y <= 0).all()
    else:
        assert not wrong.any()


def test_what_is_taken_where_a_derivative_jumps():
    y = np.array([[1.0, -1.0]])
    np.testing.assert_array_equal(AbsoluteError().gradient(y, y), 0)
    np.testing.assert_array_equal(Quantile(quantile=0.9).gradient(y, y), 0)
    np.testing.assert_array_equal(Hinge().gradient(y, y), 0)  # y a = 1: on the margin
    np.testing.assert_array_equal(Hinge().gradient(y * 0.999, y), -y)
    # Huber's two pieces meet with equal value and slope.
    huber, zero = Huber(delta=2.0), np.zeros((1, 2))
    edge = np.array([[2.0, -2.0]])
    np.testing.assert_array_equal(huber.gradient(edge, zero), edge)
    np.testing.assert_allclose(huber.value(edge, zero), huber.value(edge * 1.0000001, zero), 1e-6)


@EVERY
def test_factor_multiplies_value_and_gradient(loss: Loss, sample):
    a, y = pairs(loss, sample, 6)
    other = replace(loss, factor=4 * loss.factor)
    np.testing.assert_array_equal(other.value(a, y), 4 * loss.value(a, y))
    np.testing.assert_array_equal(other.gradient(a, y), 4 * loss.gradient(a, y))


@EVERY
def test_float32_stays(loss: Loss, sample):
    a, y = pairs(loss, sample, 7)
    a32, y32 = a.astype(np.float32), y.astype(np.float32)
    value, slope = loss.value(a32, y32), loss.gradient(a32, y32)
    assert value.dtype == slope.dtype == np.float32
    np.testing.assert_allclose(value, loss.value(a, y), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(slope, loss.gradient(a, y), rtol=1e-5, atol=1e-5)


@EVERY
def test_says_what_it_is(loss: Loss):
    for text in (loss.latex, loss.latex_derivative):
        assert text
        assert text.count("{") == text.count("}")
    assert any(c.isdigit() for c in loss.source)
    assert LOSSES.from_dict(LOSSES.to_dict(loss)) == loss


def test_names_of_the_squared_error():
    a, y = np.array([[3.0], [0.0]]), np.array([[1.0], [1.0]])
    expected = {
        "mean_squared_error": 2.5,  # (4 + 1) / 2
        "half_mean_squared_error": 1.25,
        "sum_squared_error": 5.0,
        "half_sum_squared_error": 2.5,
    }
    for name, total in expected.items():
        loss = LOSSES[name]
        assert weighted_total(loss.value(a, y), None, loss.reduction)[0] == total
    assert LOSSES["mse"] is LOSSES["mean_squared_error"]
    assert LOSSES["mae"] is LOSSES["mean_absolute_error"]


def test_label_smoothing_is_smoothing_the_targets():
    y = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    a = np.array([[0.7, 0.2, 0.1], [0.2, 0.3, 0.5]])
    by_hand = np.array([[0.8 + 0.2 / 3, 0.2 / 3, 0.2 / 3], [0.2 / 3, 0.2 / 3, 0.8 + 0.2 / 3]])
    smoothed, plain = CrossEntropy(label_smoothing=0.2), CrossEntropy()
    np.testing.assert_allclose(smoothed.value(a, y), plain.value(a, by_hand), rtol=1e-15)
    np.testing.assert_allclose(smoothed.gradient(a, y), plain.gradient(a, by_hand), rtol=1e-15)
    smoothed, plain = BinaryCrossEntropy(label_smoothing=0.2), BinaryCrossEntropy()
    by_hand = np.array([[0.9, 0.1, 0.1], [0.1, 0.1, 0.9]])
    np.testing.assert_allclose(smoothed.value(a, y), plain.value(a, by_hand), rtol=1e-15)
    np.testing.assert_allclose(smoothed.gradient(a, y), plain.gradient(a, by_hand), rtol=2e-15)


def test_quantile_is_met():
    # The mean loss of a constant is least where the share q of the numbers lies below it.
    y = np.random.default_rng(8).normal(size=(1001, 1))
    constants = np.linspace(-3, 3, 6001)
    for q in (0.1, 0.5, 0.9):
        losses = [Quantile(quantile=q).value(np.full_like(y, c), y).sum() for c in constants]
        best = constants[int(np.argmin(losses))]
        assert best == pytest.approx(np.quantile(y, q), abs=0.01)


def test_log_cosh_between_its_asymptotes():
    log_cosh = LOSSES["log_cosh"]
    a = np.array([[1e-4], [1e4], [-1e300]])
    expected = [5e-9, 1e4 - math.log(2), 1e300]
    np.testing.assert_allclose(log_cosh.value(a, np.zeros((3, 1))), expected, rtol=1e-7)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_probabilities_of_0_and_1_stay_finite(dtype):
    a = np.array([[0.0, 1.0], [1.0, 0.0]], dtype=dtype)
    y = np.array([[1.0, 0.0], [1.0, 0.0]], dtype=dtype)
    for loss in (BinaryCrossEntropy(), CrossEntropy(), Poisson()):
        assert np.isfinite(loss.value(a, y)).all()
        assert np.isfinite(loss.gradient(a, y)).all()
    # Certain and right costs nothing worth the name; certain and wrong costs -ln eps an output.
    value = BinaryCrossEntropy().value(a, y)
    eps = float(np.finfo(dtype).eps)
    assert value[1] < 4 * eps
    assert value[0] == pytest.approx(-2 * math.log(eps), rel=1e-2)


def test_weighted_total():
    values = np.array([1.0, 2.0, 6.0])
    weights = np.array([2.0, 0.0, 1.0])
    assert weighted_total(values, None, "mean") == (3.0, 3.0)
    assert weighted_total(values, None, "sum") == (9.0, 1.0)
    assert weighted_total(values, weights, "mean") == (8.0 / 3.0, 3.0)
    assert weighted_total(values, weights, "sum") == (8.0, 1.0)
    assert weighted_total(values, np.zeros(3), "mean") == (0.0, 1.0)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: SquaredError(factor=0), "factor (=0) must be > 0"),
        (lambda: SquaredError(factor=math.nan), "factor (=nan) must be > 0"),
        (lambda: SquaredError(reduction="median"), "reduction (='median') must be one of"),
        (lambda: Huber(delta=-1), "delta (=-1) must be > 0"),
        (lambda: Quantile(quantile=1.0), "quantile (=1.0) must be > 0 and < 1"),
        (lambda: Quantile(quantile=(0.5, 0.0)), "quantile (=0.0) must be > 0 and < 1"),
        (lambda: CrossEntropy(label_smoothing=1), "label_smoothing (=1) must be >= 0 and < 1"),
        (lambda: BinaryCrossEntropy(label_smoothing=-0.1), "label_smoothing (=-0.1) must be >= 0"),
    ],
)
def test_bad_parameters_are_refused(make, words):
    with pytest.raises(InvalidValueError) as error:
        make()
    assert words in str(error.value)


def test_wrong_types_are_refused():
    with pytest.raises(InvalidTypeError, match=r"delta \(='1'\) must be a number, not str"):
        Huber(delta="1")  # type: ignore[arg-type]
    with pytest.raises(InvalidTypeError, match="at least one quantile"):
        Quantile(quantile=())


def test_every_loss_has_an_activation_that_fits():
    for name, loss in LOSSES.items():
        fitting = [f.name for f in ACTIVATIONS.values() if loss.domain.includes(f.range)]
        assert fitting, name
    fits = LOSSES["cross_entropy"].domain.includes
    assert [f.name for f in ACTIVATIONS.values() if fits(f.range)] == ["softmax"]
    fits = LOSSES["binary_cross_entropy"].domain.includes
    assert [f.name for f in ACTIVATIONS.values() if fits(f.range)] == ["sigmoid", "softmax"]
    fits = LOSSES["poisson"].domain.includes
    expected = ["sigmoid", "softplus", "exp", "softmax"]
    assert [f.name for f in ACTIVATIONS.values() if fits(f.range)] == expected


# --- what a loss says of itself -------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSSES.values(), ids=list(LOSSES))
def test_kinks_are_where_the_derivative_jumps(loss):
    # One output that passes over everything, at a target of 1, which every loss takes.
    a = np.linspace(0.05, 2.95, 59)[:, None]
    y = np.ones_like(a)
    if not loss.domain.includes(Interval(0, 3)):
        a = a / 3
    jumps = abs(loss.gradient(a + 1e-9, y) - loss.gradient(a - 1e-9, y)) > 1e-3
    kinks = loss.kinks(a, y)
    if kinks is None:
        assert not jumps.any()
    else:
        changes = np.sign(loss.kinks(a + 1e-9, y)) != np.sign(loss.kinks(a - 1e-9, y))
        np.testing.assert_array_equal(changes, jumps)
        assert jumps.any()


@pytest.mark.parametrize("loss", LOSSES.values(), ids=list(LOSSES))
def test_labels_are_encoded_as_the_loss_takes_them(loss):
    indicators = np.eye(3)
    assert loss.targets.holds(loss.encode(indicators))
    assert loss.is_margin == (not loss.targets.holds(indicators))


@pytest.mark.parametrize("loss", VARIANTS.values(), ids=list(VARIANTS))
def test_terms_add_up_to_the_value(loss, sample):
    rng = np.random.default_rng(0)
    y = sample(loss.targets, rng, (4, 3))
    a = sample(loss.domain, rng, (4, 3))
    np.testing.assert_allclose(loss.terms(a, y).sum(axis=1), loss.value(a, y), rtol=1e-12)
