"""What looks at all numbers of an array does so in other ways for few, many and very many."""

import numpy as np
import pytest

from chainrule.errors import DataError
from chainrule.plan.data import check_finite
from chainrule.typing import norm

SIZES = [1, 16, 17, 10_000, 10_001, 30_000]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", SIZES)
def test_norm(size, dtype):
    x = np.random.default_rng(size).normal(size=size).astype(dtype)
    exact = np.sqrt(sum(float(v) ** 2 for v in x))
    assert norm(x) == pytest.approx(exact, rel=1e-12 if dtype == np.float64 else 1e-5)


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 1e200])
@pytest.mark.parametrize("size", SIZES)
def test_norm_without_end(size, odd):
    x = np.zeros(size)
    x[-1], x[0] = odd, -odd
    assert not norm(x) < 1e300 or (odd == 1e200 and size <= 16)  # hypot scales


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [10, 10_000, 1_000_001])
@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_finite(n, odd, dtype):
    x = np.zeros((n, 1), dtype)
    x[:] = np.finfo(dtype).max  # whose sum is infinite
    check_finite("X", x)
    x[n // 2] = odd
    x[n // 3] = -odd
    with pytest.raises(DataError, match=rf"X\[{n // 3}, 0\] \(={-odd}\) must be finite"):
        check_finite("X", x)
    check_finite("X", x[:: n // 2 - 1][:1])
