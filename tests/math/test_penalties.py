import numpy as np
import pytest

from chainrule.errors import InvalidValueError
from chainrule.penalties import L1, L2, PENALTIES

EVERY = pytest.mark.parametrize("penalty", PENALTIES.values(), ids=list(PENALTIES))
W = np.array([0.5, -2.0, 0.25, -0.125])


@EVERY
def test_gradient_is_the_numerical_derivative(penalty, gradient):
    expected = gradient(penalty.value, W)
    np.testing.assert_allclose(penalty.gradient(W), expected, rtol=1e-11, atol=1e-11)


@EVERY
def test_zero_weights_cost_nothing_and_stay(penalty):
    zero = np.zeros(3)
    assert penalty.value(zero) == 0
    np.testing.assert_array_equal(penalty.gradient(zero), 0)
    assert penalty.value(W) > 0
    assert (penalty.gradient(W) * W > 0).all()


def test_values_by_hand():
    assert L1(1.0).value(W) == 2.875
    assert L2(1.0).value(W) == 0.5 * (0.25 + 4 + 0.0625 + 0.015625)


@EVERY
def test_float32_stays(penalty):
    assert penalty.gradient(W.astype(np.float32)).dtype == np.float32


def test_divisor():
    assert L2(0.3).scale(8.0) == 0.3
    assert L2(0.3, "batch").scale(8.0) == 0.3 / 8.0


@EVERY
def test_says_what_it_is(penalty):
    assert r"\lambda" in penalty.latex
    assert r"\lambda" in penalty.latex_derivative
    assert any(c.isdigit() for c in penalty.source)
    assert PENALTIES.from_dict(PENALTIES.to_dict(penalty)) == penalty


def test_bad_parameters_are_refused():
    with pytest.raises(InvalidValueError, match=r"strength \(=-1\) must be >= 0"):
        L1(-1)
    with pytest.raises(InvalidValueError, match=r"divisor \(='rows'\) must be 'one' or 'batch'"):
        L2(1, "rows")  # type: ignore[arg-type]
