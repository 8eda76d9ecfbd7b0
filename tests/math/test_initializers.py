import math

import numpy as np
import pytest

from chainrule.activations import ACTIVATIONS
from chainrule.errors import InvalidTypeError, InvalidValueError, UnknownNameError
from chainrule.initializers import (
    INITIALIZERS,
    Constant,
    Draw,
    Glorot,
    He,
    LeCun,
    Normal,
    Orthogonal,
    Uniform,
    VarianceScaling,
)
from chainrule.layers import Dense

EVERY = pytest.mark.parametrize("initializer", INITIALIZERS.values(), ids=list(INITIALIZERS))
SHAPES = pytest.mark.parametrize("shape", [(1, 1), (3, 2), (2, 5), (7, 7)])

SCALED = [
    (Glorot, 2 / (300 + 200)),
    (He, 2 / 300),
    (LeCun, 1 / 300),
]


@EVERY
@SHAPES
def test_shape_type_and_repetition(initializer, shape):
    first = initializer.sample(shape, Draw(5, 0))
    assert first.shape == shape
    assert first.dtype == np.float64
    assert np.isfinite(first).all()
    np.testing.assert_array_equal(first, initializer.sample(shape, Draw(5, 0)))


@EVERY
def test_seed_and_position_matter(initializer):
    first = initializer.sample((4, 4), Draw(5, 0))
    others = [initializer.sample((4, 4), Draw(*d)) for d in ((6, 0), (5, 1))]
    for other in others:
        assert np.array_equal(first, other) == isinstance(initializer, Constant)


@pytest.mark.parametrize(("kind", "variance"), SCALED)
@pytest.mark.parametrize("distribution", ["uniform", "normal"])
def test_scaled_variance(kind, variance, distribution):
    initializer = kind(distribution)
    assert initializer.variance(300, 200) == pytest.approx(variance, rel=1e-15)
    w = initializer.sample((300, 200), Draw(1, 0))
    # 60,000 draws: the mean's standard error is std / 245, the variance's at most variance / 173.
    assert abs(w.mean()) < 4 * math.sqrt(variance) / 245
    assert w.var() == pytest.approx(variance, rel=4 / 173)
    if distribution == "uniform":
        bound = math.sqrt(3 * variance)
        assert -bound <= w.min() < -0.999 * bound
        assert 0.999 * bound < w.max() <= bound


def test_normal_and_uniform():
    w = Normal(2.0).sample((300, 200), Draw(2, 0))
    assert w.std() == pytest.approx(2.0, rel=0.012)
    assert (abs(w) < 4.0).mean() == pytest.approx(0.9545, abs=0.004)  # two standard deviations
    w = Uniform(-1.0, 3.0).sample((300, 200), Draw(2, 0))
    assert -1.0 <= w.min() < -0.999
    assert 2.999 < w.max() < 3.0
    assert w.mean() == pytest.approx(1.0, abs=4 * 4 / math.sqrt(12) / 245)


@SHAPES
def test_orthogonal(shape):
    w = Orthogonal(1.5).sample(shape, Draw(3, 0)) / 1.5
    gram = w.T @ w if shape[0] >= shape[1] else w @ w.T
    np.testing.assert_allclose(gram, np.eye(min(shape)), atol=1e-14)


def test_orthogonal_has_no_preferred_sign():
    # Without R's signs, QR gives the first entry one sign for ever.
    signs = [np.sign(Orthogonal().sample((3, 3), Draw(s, 0))[0, 0]) for s in range(100)]
    assert abs(sum(signs)) < 40  # four standard deviations of a fair coin


def test_constants():
    np.testing.assert_array_equal(INITIALIZERS["zeros"].sample((2, 3), Draw(0, 0)), 0.0)
    np.testing.assert_array_equal(INITIALIZERS["ones"].sample((2, 3), Draw(0, 0)), 1.0)


@EVERY
def test_says_what_it_is(initializer):
    assert initializer.source
    assert INITIALIZERS.from_dict(INITIALIZERS.to_dict(initializer)) == initializer


@pytest.mark.parametrize("f", ACTIVATIONS.values(), ids=list(ACTIVATIONS))
def test_activations_name_theirs(f):
    assert isinstance(INITIALIZERS[f.initializer], VarianceScaling)
    assert Dense(2, 3, f).initializer == INITIALIZERS[f.initializer]


def test_defaults_of_dense():
    assert Dense(2, 3, "relu").initializer == He()
    assert Dense(2, 3, "selu").initializer == LeCun("normal")
    assert Dense(2, 3, "tanh").initializer == Glorot()
    assert Dense(2, 3, "relu", initializer="xavier").initializer == Glorot()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Normal(0), "std (=0) must be > 0"),
        (lambda: Uniform(1, 1), "low (=1) must be < high (=1)"),
        (lambda: Constant(math.inf), "value (=inf) must be a finite number"),
        (lambda: Orthogonal(-1), "gain (=-1) must be > 0"),
        (lambda: He("cauchy"), "distribution (='cauchy') must be one of"),
    ],
)
def test_bad_parameters_are_refused(make, words):
    with pytest.raises(InvalidValueError) as error:
        make()
    assert words in str(error.value)


def test_unknown_names_are_refused():
    with pytest.raises(UnknownNameError, match="did you mean 'orthogonal'"):
        Dense(1, 1, initializer="ortogonal")
    with pytest.raises(InvalidTypeError, match="must be a name or an instance of Initializer"):
        Dense(1, 1, initializer=3)  # type: ignore[arg-type]
