"""A cap on threads holds for the linear algebra of SciPy's solver, and is lifted after it."""

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import chainrule as cr

X = np.linspace(-1, 1, 40)[:, None]


def blas_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.mark.parametrize(("threads", "inside"), [(1, {1}), (2, {2}), (None, {3})])
def test_a_cap_holds_while_it_trains(threads, inside):
    import scipy.linalg  # noqa: F401 - whose library is there before the limits are set

    seen = []
    with threadpool_limits(3, user_api="blas"):
        cr.train(
            cr.mlp(1, [3], 1, "tanh"), X, X**2, loss="mse", optimizer="lbfgs", epochs=3, seed=0,
            threads=threads, callbacks=[lambda progress: seen.append(blas_threads())],
        )  # fmt: skip
        assert blas_threads() == {3}
    assert seen
    assert all(each == inside for each in seen)
