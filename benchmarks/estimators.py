"""`python -m benchmarks.estimators`: our estimators and scikit-learn's on the same work, in turns.

Both get the same rows, the same type of numbers, the same first weights and one thread. Before
anything is timed, both fit the rows in their own order, and their losses must be equal; what is
timed is the same fit with a new random order in every epoch.
"""

import argparse
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import sklearn.neural_network as theirs
from scipy.sparse import random_array
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_limits

import chainrule.estimators as ours

RTOL = 1e-6
"""Equal losses: sums in another order, amplified over the epochs."""


@dataclass(frozen=True)
class Work:
    """A fit: which estimator, which rows, which options."""

    title: str
    kind: str
    X: Any
    y: Any
    options: dict[str, Any]

    def model(self, package: Any, **more: Any) -> Any:
        """An unfitted estimator of a package, which goes through all of its epochs."""
        options = {"random_state": 0, "n_iter_no_change": np.inf} | self.options | more
        if package is ours:
            options["threads"] = 1
        return getattr(package, self.kind)(**options)


def works() -> list[Work]:
    """Networks of three sizes, a long table, and sparse ones with few and with many columns."""
    rng = np.random.default_rng(0)

    def regression(title: str, n: int, n_in: int, hidden: Any, batch: int, epochs: int) -> Work:
        X = rng.normal(size=(n, n_in))
        y = np.sin(X[:, 0]) + X[:, 1] * X[:, 2] + 0.1 * rng.normal(size=n)
        options = {"hidden_layer_sizes": hidden, "batch_size": batch, "max_iter": epochs}
        return Work(title, "MLPRegressor", X, y, options)

    def sparse(columns: int, per_row: int) -> Work:
        X = random_array((10_000, columns), density=per_row / columns, format="csr", rng=0)
        options = {"hidden_layer_sizes": (16,), "batch_size": 200, "max_iter": 1}
        title = f"{columns}-16-1, 10000 sparse rows of {per_row} numbers in batches of 200"
        return Work(title, "MLPClassifier", X, rng.integers(0, 2, 10_000), options)

    X, y = load_digits(return_X_y=True)
    digits = {"hidden_layer_sizes": (100,), "batch_size": 200, "max_iter": 20}
    return [
        regression("20-16-1, 1000 rows in batches of 32", 1000, 20, (16,), 32, 20),
        regression("8-64-64-1, 5000 rows in batches of 128", 5000, 8, (64, 64), 128, 10),
        Work("64-100-10, digits in batches of 200", "MLPClassifier", X / 16.0, y, digits),
        regression("20-16-1, a million rows in batches of 200", 10**6, 20, (16,), 200, 1),
        sparse(200, 20),
        sparse(5_000, 50),
        sparse(50_000, 50),
    ]


def fit(work: Work, package: Any, **more: Any) -> Any:
    """A fitted estimator; that it could have gone on is meant."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return work.model(package, **more).fit(work.X, work.y)


def require_equal_quality(work: Work) -> None:
    """Raise unless both learn the same from rows in their own order."""
    first, second = (fit(work, package, shuffle=False) for package in (ours, theirs))
    np.testing.assert_allclose(first.loss_curve_, second.loss_curve_, rtol=RTOL)
    np.testing.assert_allclose(
        first.predict(work.X[:1000]), second.predict(work.X[:1000]), rtol=1e-3, atol=1e-3
    )


def in_turns(
    first: Callable[[], Any], second: Callable[[], Any], rounds: int, repeat: int = 1
) -> tuple[float, float]:
    """The medians of the seconds of both, taken A B A B ..., each mean over a few calls."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for call, taken in zip((first, second), seconds, strict=True):
            start = perf_counter()
            for _ in range(repeat):
                call()
            taken.append((perf_counter() - start) / repeat)
    return median(seconds[0]), median(seconds[1])


def rows_of_table(work: Work, rounds: int) -> list[tuple[str, float, float]]:
    """Fit, prediction of one row, prediction of all rows."""
    require_equal_quality(work)
    models = [fit(work, package) for package in (ours, theirs)]
    n = work.X.shape[0]

    fits = (partial(fit, work, package) for package in (ours, theirs))
    table = [(f"fit {work.title}", *in_turns(*fits, rounds))]
    if n <= 5000:
        one = work.X[:1].copy()
        calls = (partial(model.predict, one) for model in models)
        table.append(("  predict one row", *in_turns(*calls, rounds, repeat=200)))
    calls = (partial(model.predict, work.X) for model in models)
    table.append((f"  predict {n} rows", *in_turns(*calls, rounds)))
    return table


def chunks_of_table(rounds: int, rows: int = 32) -> list[tuple[str, float, float]]:
    """`partial_fit` of digits, a few rows at a time."""
    X, y = load_digits(return_X_y=True)
    work = Work("", "MLPClassifier", X[:rows] / 16.0, y[:rows], {"hidden_layer_sizes": (100,)})
    models = [work.model(package, shuffle=False) for package in (ours, theirs)]
    for model in models:
        for _ in range(20):
            model.partial_fit(work.X, work.y, classes=np.arange(10))
    np.testing.assert_allclose(models[0].loss_curve_, models[1].loss_curve_, rtol=RTOL)
    calls = (partial(model.partial_fit, work.X, work.y) for model in models)
    title = f"partial_fit 64-100-10, {rows} rows"
    return [(title, *in_turns(*calls, rounds, repeat=50))]


def shown(seconds: float) -> str:
    """A time with three digits and its unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} us"


def print_row(title: str, mine: float, other: float) -> None:
    """A row of the table, as soon as it is known."""
    row = f"| {title} | {shown(mine)} | {shown(other)} | {other / mine:.1f} |"
    print(row, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.estimators", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="turns of each (default: 7)")
    rounds = parser.parse_args().rounds
    os.environ["OMP_NUM_THREADS"] = "1"
    print("| work | chainrule | scikit-learn | times faster |")
    print("|---|---:|---:|---:|")
    with threadpool_limits(1):
        for work in works():
            for title, mine, other in rows_of_table(work, rounds):
                print_row(title, mine, other)
        for title, mine, other in chunks_of_table(rounds):
            print_row(title, mine, other)


if __name__ == "__main__":
    main()
