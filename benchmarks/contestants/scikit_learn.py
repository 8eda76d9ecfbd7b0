"""scikit-learn's MLPRegressor and MLPClassifier, started from given weights."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from ..workloads import Array, Workload

NAME = "scikit-learn"
VERSION = f"scikit-learn {sklearn.__version__}"

warnings.simplefilter("ignore", ConvergenceWarning)  # all epochs are wanted


def why_not(task: Workload, threads: int) -> str:
    losses = {"identity": "half_mean_squared_error", "softmax": "cross_entropy"}
    losses["sigmoid"] = "binary_cross_entropy"
    if losses.get(task.activations[-1]) != task.loss:
        return f"has no {task.loss} after {task.activations[-1]}"
    return "" if task.b else "has no layers without biases"


def prepare(task: Workload, threads: int) -> Callable[[], Any]:
    if task.kind == "predict":
        model = fit(task, task.W, task.b, 1e-30, epochs=1)
        model.coefs_, model.intercepts_ = task.W, task.b
        return lambda: model.predict(task.X)
    if task.kind == "many":

        def one_by_one() -> tuple[list[Array], list[Array]]:
            W, b = [w.copy() for w in task.W], [c.copy() for c in task.b]
            for i, rate in enumerate(task.learning_rate.tolist()):
                model = fit(task, [w[i] for w in W], [c[i] for c in b], rate, task.epochs)
                for k in range(len(W)):
                    W[k][i], b[k][i] = model.coefs_[k], model.intercepts_[k]
            return W, b

        return one_by_one

    def one() -> tuple[list[Array], list[Array]]:
        model = fit(task, task.W, task.b, task.learning_rate, task.epochs)
        return model.coefs_, model.intercepts_

    return one


class _Started:
    """Initial weights of our own in place of random ones."""

    start: tuple[list[Array], list[Array]]

    def _initialize(self, y: Any, layer_units: Any, dtype: Any) -> None:
        super()._initialize(y, layer_units, dtype)  # type: ignore[misc]
        self.coefs_, self.intercepts_ = ([np.array(a) for a in part] for part in self.start)


class _Classifier(_Started, MLPClassifier):
    pass


class _Regressor(_Started, MLPRegressor):
    pass


def fit(task: Workload, W: list[Array], b: list[Array], rate: float, epochs: int) -> Any:
    classes = "cross_entropy" in task.loss
    model = (_Classifier if classes else _Regressor)(
        hidden_layer_sizes=tuple(task.sizes[1:-1]),
        activation=task.activations[0] if len(task.W) > 1 else "identity",
        solver=task.optimizer,
        alpha=0.0,
        batch_size=task.batch,
        learning_rate_init=rate,
        max_iter=epochs,
        shuffle=task.shuffle,
        random_state=0,
        tol=0.0,
        momentum=0.0,
        nesterovs_momentum=False,
        n_iter_no_change=epochs + 1,
    )
    model.start = (W, b)
    rows = slice(0, 256 if task.kind == "predict" else None)
    y = task.labels if classes else task.y[:, 0]
    return model.fit(task.X[rows], y[rows])
