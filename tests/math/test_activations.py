import math

import numpy as np
import pytest

from chainrule.activations import ACTIVATIONS, Activation, ElementwiseActivation
from chainrule.activations.selu import ALPHA, SCALE
from chainrule.domain import Interval, Points, Simplex

EVERY = pytest.mark.parametrize("f", ACTIVATIONS.values(), ids=list(ACTIVATIONS))
ELEMENTWISE = [f for f in ACTIVATIONS.values() if isinstance(f, ElementwiseActivation)]
EACH = pytest.mark.parametrize("f", ELEMENTWISE, ids=[f.name for f in ELEMENTWISE])


def logistic(z):
    return 1 / (1 + math.exp(-z))


# Every formula a second time, for one number, with Python's mathematics alone.
FORMULAS = {
    "identity": lambda z: z,
    "step": lambda z: float(z >= 0),
    "sigmoid": logistic,
    "tanh": lambda z: (math.exp(2 * z) - 1) / (math.exp(2 * z) + 1),
    "relu": lambda z: max(z, 0.0),
    "leaky_relu": lambda z: max(z, 0.01 * z),
    "elu": lambda z: z if z > 0 else math.exp(z) - 1,
    "selu": lambda z: 1.0507009873554805 * (z if z > 0 else 1.6732632423543772 * math.expm1(z)),
    "softplus": lambda z: math.log1p(math.exp(z)),
    "silu": lambda z: z * logistic(z),
    "gelu": lambda z: z * (1 + math.erf(z / math.sqrt(2))) / 2,
    "mish": lambda z: z * math.tanh(math.log1p(math.exp(z))),
    "exp": math.exp,
}

# As printed in the sources or computed with 30 digits.
KNOWN = [
    ("sigmoid", 1.0, 0.7310585786300049),
    ("tanh", 1.0, 0.7615941559557649),
    ("elu", -1.0, -0.6321205588285577),
    ("selu", 1.0, 1.0507009873554805),
    ("selu", -1.0, -1.1113307378125625),
    ("softplus", 1.0, 1.3132616875182228),
    ("silu", 1.0, 0.7310585786300049),
    ("gelu", 1.0, 0.8413447460685429),
    ("mish", 1.0, 0.8650983882673103),
]


def smooth_points(f, rng, shape=(12, 5)):
    """Pre-activations in -6..6, none of them within 0.01 of a kink."""
    z = rng.uniform(-6, 6, size=shape)
    for kink in f.kinks:
        z = np.where(abs(z - kink.at) < 0.01, z + 0.1, z)
    return z


@EVERY
def test_vjp_is_the_numerical_derivative(f: Activation, gradient):
    rng = np.random.default_rng(1)
    z = smooth_points(f, rng)
    grad_a = rng.normal(size=z.shape)
    expected = gradient(lambda z: float((grad_a * f.value(z)).sum()), z)
    # exp(6) = 403, a sum of 60 of them 1e4: rounding alone is 3e-13 times that.
    np.testing.assert_allclose(f.vjp(z, f.value(z), grad_a), expected, rtol=1e-9, atol=5e-9)


@EACH
def test_derivative_is_the_numerical_derivative(f: ElementwiseActivation, derivative):
    z = smooth_points(f, np.random.default_rng(2), (200, 3))
    expected = derivative(f.value, z)
    np.testing.assert_allclose(f.derivative(z, f.value(z)), expected, rtol=1e-10, atol=1e-10)


@EACH
def test_formula(f: ElementwiseActivation):
    z = np.array([-20.0, -3.0, -1.25, -0.5, -1e-3, 0.0, 1e-3, 0.5, 1.0, 2.5, 20.0])
    expected = [FORMULAS[f.name](float(v)) for v in z]
    # The plain formulas lose up to 1e-16 beside 1; ours do not.
    np.testing.assert_allclose(f.value(z[:, None])[:, 0], expected, rtol=1e-13, atol=3e-16)


@pytest.mark.parametrize(("name", "z", "expected"), KNOWN)
def test_known_values(name, z, expected):
    value = ACTIVATIONS[name].value(np.array([[z]]))[0, 0]
    assert value == pytest.approx(expected, rel=4e-16)


def test_softmax_formula_and_jacobian():
    softmax = ACTIVATIONS["softmax"]
    z = np.array([1.0, 2.0, -0.5])
    total = sum(math.exp(v) for v in z)
    a = softmax.value(z[None])[0]
    np.testing.assert_allclose(a, [math.exp(v) / total for v in z], rtol=1e-15)
    np.testing.assert_allclose(softmax.value(z[None] + 50.0)[0], a, rtol=1e-14)
    J = softmax.jacobian(z, a)
    for j in range(3):
        for k in range(3):
            assert J[j, k] == pytest.approx(a[j] * ((j == k) - a[k]), rel=1e-14)
    g = np.array([[0.3, -1.0, 2.0]])
    np.testing.assert_allclose(softmax.vjp(z[None], a[None], g)[0], J.T @ g[0], rtol=1e-13)


def test_selu_constants_are_the_fixed_point():
    # Klambauer et al. 2017, equation 14: mean 0 and variance 1 go to mean 0 and variance 1.
    e1, e2 = math.erfc(math.sqrt(0.5)), math.erfc(math.sqrt(2.0))
    alpha = -math.sqrt(2 / math.pi) / (e1 * math.exp(0.5) - 1)
    root = 2 * e2 * math.e**2 + math.pi * e1**2 * math.e
    root += math.pi + 2 - 2 * (2 + math.pi) * e1 * math.exp(0.5)
    scale = (1 - e1 * math.exp(0.5)) * math.sqrt(2 * math.pi / root)
    assert pytest.approx(alpha, rel=1e-14) == ALPHA
    assert pytest.approx(scale, rel=1e-14) == SCALE


@pytest.mark.parametrize(
    ("name", "sign", "sum_"),
    [
        ("sigmoid", 1, lambda z: 1.0 + 0 * z),  # s(z) + s(-z) = 1
        ("tanh", 1, lambda z: 0 * z),
        ("softplus", -1, lambda z: z),  # ln(1 + e^z) - ln(1 + e^-z) = z
        ("silu", -1, lambda z: z),  # z s(z) + z s(-z) = z
        ("gelu", -1, lambda z: z),
        ("identity", 1, lambda z: 0 * z),
    ],
)
def test_symmetry(name, sign, sum_):
    f, z = ACTIVATIONS[name], np.linspace(-30, 30, 601)[:, None]
    np.testing.assert_allclose(f.value(z) + sign * f.value(-z), sum_(z), rtol=1e-15, atol=5e-15)


@EVERY
def test_values_lie_in_the_range(f: Activation):
    z = np.random.default_rng(3).uniform(-15, 15, size=(2000, 4))
    assert f.range.holds(f.value(z))


@EVERY
def test_range_is_no_larger_than_needed(f: Activation):
    z = np.concatenate([np.linspace(-40, 40, 800_001), [-1e6, 1e6]])[:, None]
    if isinstance(f.range, Simplex):
        corner = f.value(np.array([[40.0, 0.0, 0.0]]))
        assert corner[0, 0] > 1 - 1e-6
        return
    a = f.value(z)
    if isinstance(f.range, Points):
        assert set(np.unique(a)) == set(f.range.values)
        return
    assert isinstance(f.range, Interval)
    low, high = f.range.low, f.range.high
    assert a.min() >= low
    assert a.max() <= high
    # A bound that is given is approached; one that is not given is none: the values go far.
    assert a.min() - low < 1e-6 if np.isfinite(low) else a.min() < -1e3
    assert high - a.max() < 1e-6 if np.isfinite(high) else a.max() > 1e3


@EACH
def test_kinks_are_complete(f: ElementwiseActivation):
    # Over a step d, the slope of a smooth function changes by d f'', at most 1e-3 here beside
    # 1 + |f|; a kink changes it by the whole jump, of which one of two neighbours sees half.
    d = 1e-3
    z = np.arange(-10, 10, d) + d / math.pi
    a = f.value(z[:, None])[:, 0]
    change = abs(a[2:] - 2 * a[1:-1] + a[:-2]) / d / (1 + abs(a[1:-1]))
    found = z[1:-1][change > 0.1]
    for place in found:
        assert any(abs(place - kink.at) < 2 * d for kink in f.kinks), f"a kink at {place}"
    for kink in f.kinks:
        assert (abs(found - kink.at) < 2 * d).any(), f"no kink at {kink.at}"


@EACH
def test_derivative_at_a_kink_is_the_documented_one(f: ElementwiseActivation):
    for kink in f.kinks:
        for zero in (kink.at, -kink.at) if kink.at == 0 else (kink.at,):
            z = np.array([[zero]])
            assert f.derivative(z, f.value(z))[0, 0] == kink.derivative
        assert kink.reason


def test_relu_is_at_rest_at_its_kink():
    z = np.zeros((1, 1))
    relu = ACTIVATIONS["relu"]
    assert relu.derivative(z, relu.value(z))[0, 0] == 0.0
    assert ACTIVATIONS["step"].value(z)[0, 0] == 1.0


@EVERY
def test_float32_stays_and_is_close(f: Activation):
    z = np.random.default_rng(4).uniform(-8, 8, size=(50, 4)).astype(np.float32)
    a = f.value(z)
    g = f.vjp(z, a, np.ones_like(z) * np.arange(4, dtype=np.float32))
    assert a.dtype == g.dtype == np.float32
    wide = z.astype(np.float64)
    b = f.value(wide)
    h = f.vjp(wide, b, np.ones_like(wide) * np.arange(4.0))
    assert b.dtype == h.dtype == np.float64
    # A few roundings of 6e-8, beside numbers of the size of what was added up.
    np.testing.assert_allclose(a, b, rtol=2e-6, atol=2e-6)
    np.testing.assert_allclose(g, h, rtol=2e-6, atol=5e-6)


@EVERY
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_out_everything_is_finite(f: Activation, dtype):
    # Warnings are errors here: no overflow may pass on the way. exp alone is inf, and says so.
    sizes = [50.0, 800.0, 1e4, float(np.finfo(dtype).max) / 2]
    for size in sizes:
        z = np.array([[-size, size, 0.0, -size / 2]], dtype=dtype)
        a = f.value(z)
        g = f.vjp(z, a, np.ones_like(z))
        if f.name == "exp":
            assert a[0, 0] < 1e-20
            overflows = size > math.log(np.finfo(dtype).max)
            assert a[0, 1] == (np.inf if overflows else pytest.approx(math.exp(size), rel=1e-6))
        else:
            assert np.isfinite(a).all()
            assert np.isfinite(g).all()


@EVERY
def test_arguments_are_not_written_to(f: Activation):
    z = np.random.default_rng(5).normal(size=(4, 3))
    before = z.copy()
    a = f.value(z)
    kept, grad = a.copy(), np.ones_like(z)
    f.vjp(z, a, grad)
    np.testing.assert_array_equal(z, before)
    np.testing.assert_array_equal(a, kept)
    np.testing.assert_array_equal(grad, 1.0)


@EVERY
def test_says_what_it_is(f: Activation):
    assert ACTIVATIONS[f.name] is f
    for text in (f.latex, f.latex_derivative):
        assert "=" in text
        assert text.count("{") == text.count("}")
        assert text.count(r"\begin") == text.count(r"\end")
    assert any(c.isdigit() for c in f.source) or f.name == "identity"
    assert f == type(f)()
    assert hash(f) == hash(type(f)())


@pytest.mark.parametrize(
    ("alias", "name"), [("logistic", "sigmoid"), ("linear", "identity"), ("swish", "silu")]
)
def test_other_spellings(alias, name):
    assert ACTIVATIONS[alias] is ACTIVATIONS[name]
    assert alias in ACTIVATIONS
    assert alias not in list(ACTIVATIONS)
