"""One fit in a process of its own: `python -m benchmarks.tables.one_fit JOB`, JOB in JSON.

The last line that it writes is the result, in JSON.
"""

import json
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module, metadata
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from ..cores import stay_on
from . import scores
from .data import Source, split
from .methods import EVERY

PREDICTED = 10_000
"""Rows whose prediction is timed."""
COVERAGE = 0.9
"""Of the intervals that a method is asked for."""


@dataclass(frozen=True)
class Job:
    """What a fit needs to be known by and repeated."""

    table: str
    seed: int
    method: str
    path: str
    target: str
    task: str
    threads: int
    rows: int | None = None

    def __str__(self) -> str:
        """The job as JSON."""
        return json.dumps(asdict(self))


def measure(job: Job) -> dict[str, Any]:
    """Seconds of fit and prediction, and the scores of the predictions.

    The library is imported and the rows are in the form that the method takes before its time
    begins; what the library loads in its first fit counts. The processor's seconds are those of all
    threads of this process.
    """
    method = EVERY[job.method]
    rows = split(Source(Path(job.path), job.target, job.task), job.seed, job.rows)
    X, X_test = method.takes(rows.train), method.takes(rows.test)
    times = np.arange(PREDICTED) % len(rows.y_test)
    X_timed = method.takes(rows.test.take(times))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = method.make(job.task, job.seed, job.threads)
        processor = process_time()
        seconds = _seconds(lambda: model.fit(X, rows.y_train))
        processor = process_time() - processor
        found = _scores(model, job.task, X_test, rows.y_test)
        predict = min(_seconds(lambda: model.predict(X_timed)) for _ in range(3))
    return {
        "version": _version(method.library),
        "rows": [len(rows.y_train), len(rows.y_test)],
        "columns": rows.train.num_columns,
        "fit": seconds,
        "fit_processor": processor,
        "predict": predict,
        **found,
    }


def _seconds(call: Callable[[], Any]) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start


def _scores(model: Any, task: str, X: Any, y: Any) -> dict[str, float]:
    predicted = model.predict(X)
    if task == "classification":
        return scores.of_classes(y, predicted, model.predict_proba(X))
    found = scores.of_numbers(y, predicted)
    if hasattr(model, "predict_interval"):
        bounds = model.predict_interval(X, coverage=COVERAGE)
        low, high = bounds if isinstance(bounds, tuple) else np.asarray(bounds).T
        found |= scores.of_intervals(y, low, high)
    return found


def _version(library: str) -> str:
    version = getattr(import_module(library), "__version__", "")
    return f"{library} {version or metadata.version(library)}"


def main() -> None:
    """Measure the job that is given, and print what is found."""
    job = Job(**json.loads(sys.argv[1]))
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a library prints must not get into the answer
    stay_on(job.threads)
    try:
        answer = measure(job)
    except Exception as error:  # one method's failure is a line of the page
        answer = {"failed": f"{type(error).__name__}: {error}"}
    answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
