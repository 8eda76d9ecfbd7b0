"""Losses fused with their canonical activations: equal to the chain, and exact where it is not."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest

from chainrule.activations import ACTIVATIONS
from chainrule.losses import LOSSES, BinaryCrossEntropy, CrossEntropy, Poisson, from_logits

BASE = {
    (f"{loss_name} of {name}"): (loss, f)
    for loss_name, loss in LOSSES.items()
    for name, f in ACTIVATIONS.items()
    if from_logits(loss, f) is not None
}
PAIRS = {
    **BASE,
    "smoothed cross_entropy": (CrossEntropy(label_smoothing=0.1), ACTIVATIONS["softmax"]),
    "smoothed binary": (BinaryCrossEntropy(label_smoothing=0.1), ACTIVATIONS["sigmoid"]),
    "half cross_entropy": (CrossEntropy(factor=0.5), ACTIVATIONS["softmax"]),
    "twice binary": (BinaryCrossEntropy(factor=2.0), ACTIVATIONS["sigmoid"]),
    "twice poisson": (Poisson(factor=2.0), ACTIVATIONS["exp"]),
}
EVERY = pytest.mark.parametrize(("loss", "f"), PAIRS.values(), ids=list(PAIRS))


def test_the_three_pairs():
    assert list(BASE) == [
        "poisson of exp",
        "binary_cross_entropy of sigmoid",
        "cross_entropy of softmax",
    ]


@EVERY
def test_equals_the_chain(loss, f, sample):
    rng = np.random.default_rng(1)
    z = rng.uniform(-5, 5, size=(50, 4))
    y = sample(loss.targets, rng, z.shape)
    a = f.value(z)
    form = from_logits(loss, f)
    np.testing.assert_allclose(form.value(z, y), loss.value(a, y), rtol=1e-12, atol=1e-12)
    chain = f.vjp(z, a, loss.gradient(a, y))
    np.testing.assert_allclose(form.gradient(z, y), chain, rtol=1e-11, atol=1e-13)


@EVERY
def test_gradient_is_the_numerical_derivative(loss, f, sample, gradient):
    rng = np.random.default_rng(2)
    z = rng.uniform(-3, 3, size=(20, 4))
    y = sample(loss.targets, rng, z.shape)
    form = from_logits(loss, f)
    expected = gradient(lambda z: float(form.value(z, y).sum()), z)
    np.testing.assert_allclose(form.gradient(z, y), expected, rtol=1e-9, atol=1e-9)


@EVERY
def test_float32_stays(loss, f, sample):
    rng = np.random.default_rng(3)
    z = rng.uniform(-5, 5, size=(10, 4)).astype(np.float32)
    y = sample(loss.targets, rng, z.shape).astype(np.float32)
    form = from_logits(loss, f)
    assert form.value(z, y).dtype == form.gradient(z, y).dtype == np.float32


def ln1p_exp(z: float) -> float:
    """ln(1 + e^z) with 50 digits."""
    with localcontext() as context:
        context.prec = 50
        return float((1 + Decimal(z).exp()).ln())


@pytest.mark.parametrize("z", [-745.0, -60.0, -30.0, -1.0, 0.0, 1.0, 30.0, 60.0, 745.0, 800.0])
def test_binary_cross_entropy_to_the_last_digit(z):
    form = from_logits(BinaryCrossEntropy(), ACTIVATIONS["sigmoid"])
    rows = np.array([[z]])
    # y = 0 costs ln(1 + e^z), y = 1 costs ln(1 + e^-z); below 1e-307 fewer digits are stored.
    for y, expected in ((0.0, ln1p_exp(z)), (1.0, ln1p_exp(-z))):
        target = np.array([[y]])
        assert form.value(rows, target)[0] == pytest.approx(expected, rel=1e-15, abs=5e-324)
        slope = math.exp(-ln1p_exp(-z)) - y if y == 0 else -math.exp(-ln1p_exp(z))
        # y = 1: sigmoid(z) - 1 is exact to an ulp of 1.
        assert form.gradient(rows, target)[0, 0] == pytest.approx(slope, rel=2e-13, abs=2e-16)


@pytest.mark.parametrize("top", [40.0, 800.0, 1e4, 1e300])
def test_cross_entropy_far_out(top):
    form = from_logits(CrossEntropy(), ACTIVATIONS["softmax"])
    z = np.array([[top, 0.0, -top]])
    for j, expected in enumerate((0.0, top, 2 * top)):
        y = np.eye(3)[[j]]
        # ln(1 + e^-top + e^-2top) is 0 to within 5e-18 from top = 40 on.
        assert form.value(z, y)[0] == pytest.approx(expected, rel=1e-15, abs=5e-18)
        np.testing.assert_allclose(form.gradient(z, y)[0], np.eye(3)[0] - y[0], atol=1e-17)


def test_the_unfused_chain_would_have_lost_it():
    z, y = np.array([[800.0]]), np.array([[0.0]])
    f, loss = ACTIVATIONS["sigmoid"], BinaryCrossEntropy()
    assert from_logits(loss, f).value(z, y)[0] == 800.0
    assert loss.value(f.value(z), y)[0] < 40.0


@pytest.mark.parametrize("z", [-1e300, -800.0, -30.0, 0.0, 30.0, 700.0])
@pytest.mark.parametrize("y", [0.0, 1.0, 3.0])
def test_poisson_to_the_last_digits(z, y):
    form = from_logits(Poisson(), ACTIVATIONS["exp"])
    with localcontext() as context:
        context.prec = 60
        rate = Decimal(z).exp() if z > -1e6 else Decimal(0)
        exact = rate - Decimal(y) - Decimal(y) * Decimal(z)
        exact += Decimal(y) * Decimal(y).ln() if y else 0
        value, slope = float(exact), float(rate - Decimal(y))
    # Terms of the size of y z are added: some ulps of the largest.
    size = max(1.0, abs(y * z)) * 1e-15 if value else 0.0
    got = form.value(np.array([[z]]), np.array([[y]]))[0]
    assert got == pytest.approx(value, rel=1e-15, abs=size)
    got = form.gradient(np.array([[z]]), np.array([[y]]))[0, 0]
    assert got == pytest.approx(slope, rel=1e-15, abs=1e-15)


def test_no_other_pair_is_fused():
    assert from_logits(LOSSES["mean_squared_error"], ACTIVATIONS["sigmoid"]) is None
    assert from_logits(LOSSES["binary_cross_entropy"], ACTIVATIONS["softmax"]) is None
    assert from_logits(LOSSES["poisson"], ACTIVATIONS["softplus"]) is None
