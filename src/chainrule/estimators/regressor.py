"""The regressor with scikit-learn's habits."""

from typing import Any, final

import numpy as np
from sklearn.base import RegressorMixin

from ..activations import ACTIVATIONS, Activation
from ..cluster.collections import mapped
from ..cluster.partitions import is_collection
from ..errors import ShapeError, as_float
from ..losses import (
    LOSSES,
    BinaryCrossEntropy,
    CrossEntropy,
    Loss,
    Poisson,
    Quantile,
)
from ..training import METRICS, Metric
from ..typing import Array, float_array
from ._compat import ParameterError, naming
from .documentation import documented
from .inputs import array_of, check_numbers
from .mlp import MLP
from .options import look_up


@final
@documented
class MLPRegressor(RegressorMixin, MLP):  # type: ignore[misc]
    """A multilayer perceptron that predicts numbers, in the place of scikit-learn's.

    Every parameter, attribute and method of `sklearn.neural_network.MLPRegressor` is here, with
    the same meaning; what follows ``max_fun`` is new.

    Parameters
    ----------
    loss : str or Loss, default "squared_error"
        "squared_error" is half the squared error, as in scikit-learn: for several outputs its
        gradient is that of their sum, while the loss that is reported is their mean. "poisson"
        goes with an exponential output and needs y >= 0. Other names (``mean_absolute_error``,
        ``huber``, ``quantile``, ``log_cosh``, ...) and objects, of your own too, are taken as
        they are.
    hidden_layer_sizes : int or sequence of int, default (100,)
        The units of each hidden layer; ``()`` has none: a linear model.
    activation : str, Activation or sequence, default "relu"
        Of the hidden layers: a name or an object for all of them, or one for each.
    <parameters>
    quantiles : sequence of float or None, default None
        With ``loss="quantile"``, several quantiles of one target at once: `predict` has a column
        for each.

    Attributes
    ----------
    <attributes>

    Raises
    ------
    ValueError
        If a parameter or the data cannot be used; the message says why.

    Notes
    -----
    Rumelhart, Hinton & Williams 1986; Glorot & Bengio 2010; Kingma & Ba 2015; quantiles:
    Koenker & Bassett 1978.

    Examples
    --------
    >>> import numpy as np
    >>> from chainrule.estimators import MLPRegressor
    >>> X = np.linspace(-1, 1, 50)[:, None]
    >>> y = X[:, 0] ** 2
    >>> model = MLPRegressor("squared_error", 8, "tanh", solver="lbfgs", tol=1e-3, random_state=0)
    >>> round(model.fit(X, y).score(X, y), 2)
    1.0

    A prediction interval and a median, from one network:

    >>> model = MLPRegressor("quantile", quantiles=(0.05, 0.5, 0.95), batch_size=50,
    ...     max_iter=20, n_iter_no_change=20, callbacks=lambda progress: progress.epoch == 3)
    >>> model.fit(X, y).predict(X[:2]).shape
    (2, 3)
    """

    def __init__(
        self,
        loss: Any = "squared_error",
        hidden_layer_sizes: Any = (100,),
        activation: Any = "relu",
        *,
        solver: Any = "adam",
        alpha: float = 0.0001,
        batch_size: Any = "auto",
        learning_rate: Any = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        quantiles: Any = None,
        scoring: Any = None,
        dropout: Any = 0.0,
        l1: float = 0.0,
        weight_decay: float = 0.0,
        callbacks: Any = (),
        progress: bool = False,
        threads: int | None = None,
        engine: str = "auto",
    ) -> None:
        self._store(locals())

    def _encode(self, y: Any, *, first: bool, incremental: bool) -> Array:
        return self._targets(y, "y")

    def _encode_more(self, y: Any, n: int, name: str, rows: str) -> tuple[Any, Array]:
        y = array_of(name, y)
        check_numbers(name, y)
        Y = self._targets(float_array(name, y, np.float64), name)
        if len(Y) != n:
            raise ShapeError(f"{name} has {len(Y)} rows, but {rows} has {n}")
        return y, Y

    def _targets(self, y: Any, name: str) -> Array:
        Y: Array = np.asarray(y, dtype=np.float64)
        Y = Y[:, None] if Y.ndim == 1 else Y
        if self.quantiles is None:
            return Y
        if Y.shape[1] != 1:
            raise ShapeError(f"quantiles need a {name} with one column, not {Y.shape[1]}")
        return np.repeat(Y, len(tuple(self.quantiles)), axis=1)

    def _loss_and_output(self) -> tuple[Loss, Activation]:
        own = isinstance(self.loss, str) and self.loss == "squared_error"
        given = "half_mean_squared_error" if own else self.loss
        loss = look_up(LOSSES, "loss", given, "squared_error")
        if self.quantiles is not None:
            if not isinstance(loss, Quantile):
                raise ParameterError("quantiles need loss='quantile'")
            loss = Quantile(tuple(as_float("quantiles", q) for q in self.quantiles))
        output = "identity"
        for kind, name in (
            (Poisson, "exp"),
            (BinaryCrossEntropy, "sigmoid"),
            (CrossEntropy, "softmax"),
        ):
            output = name if isinstance(loss, kind) else output
        return loss, ACTIVATIONS[output]

    def _default_score(self) -> Metric:
        def r2(a: Array, y: Array, w: Array) -> float:
            return METRICS["r2"](self._points(a), self._points(y), w)

        return Metric("score", r2, greater_is_better=True)

    def _points(self, a: Array) -> Array:
        """The columns that are predictions, and not bounds of an interval."""
        if self.quantiles is None:
            return a
        middle = int(np.argmin(np.abs(np.asarray(self.quantiles, dtype=float) - 0.5)))
        return a[:, middle : middle + 1]

    def predict(self, X: Any) -> Array:
        """The predictions for the rows of X, shape (n,), or (n, n_outputs) for several."""
        if is_collection(X):
            return mapped(self.predict, X)
        a = self._output(X)
        return a[:, 0] if a.shape[1] == 1 else a

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """R2 = 1 - residual / total variance; of several quantiles, of the one nearest to 1/2."""
        with naming("X", "y", "sample_weight"):
            if self.quantiles is None or len(tuple(self.quantiles)) == 1:
                return float(super().score(X, y, sample_weight))
            from sklearn.metrics import r2_score

            a = self._points(self._output(X))
            return float(r2_score(y, a[:, 0], sample_weight=sample_weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
