"""Rosenblatt's perceptron as an estimator."""

from typing import Any, final

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from ..errors import InvalidTypeError, require_integer, require_number, warn
from ..plan.data import dense_rows
from ..random import permutation
from ..search import perceptron_rule
from ..typing import Array
from .inputs import check_X, check_X_y
from .options import as_parameter_errors
from .problems import NotConvergedWarning


@final
class Perceptron(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A threshold unit, trained by the perceptron rule: a = 1 where x . w + b >= 0, else 0.

    Row by row, w <- w + eta (y - a) x and b <- b + eta (y - a): only mistakes change anything.
    Several classes have one unit each, against the rest; the largest sum wins.

    Parameters
    ----------
    eta0 : float, default 1
        The learning rate; > 0. From zeros it scales the weights and changes no decision.
    max_iter : int, default 1000
        Epochs at most, for each unit.
    tol : float or None, default 1e-3
        The share of rows by which the mistakes of an epoch must fall below the fewest so far to
        count as better; None goes on to max_iter unless there is no mistake left.
    n_iter_no_change : int, default 5
        Epochs in a row that may not be better.
    shuffle : bool, default True
        Whether each epoch takes the rows in a new order.
    random_state : int, RandomState or None, default None
        Decides the orders.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
    coef_ : ndarray, shape (1, n_features) or (n_classes, n_features)
        The weights of each unit; for two classes one unit, which fires for ``classes_[1]``.
    intercept_ : ndarray, shape (1,) or (n_classes,)
    errors_ : list of list of int
        The mistakes of each unit in each of its epochs.
    n_iter_ : int
        Epochs of the unit that needed most.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Raises
    ------
    ValueError
        If a parameter or the data cannot be used.

    Warns
    -----
    ConvergenceWarning
        If a unit still made mistakes after max_iter epochs.

    Notes
    -----
    If a plane separates the classes, the number of mistakes is finite (Novikoff 1962); if none
    does, the weights never rest. Rosenblatt 1958.

    Examples
    --------
    >>> from chainrule.estimators import Perceptron
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["off", "off", "off", "on"]
    >>> model = Perceptron(shuffle=False).fit(X, y)
    >>> model.errors_, model.predict([[1, 1]]).tolist()
    ([[2, 3, 3, 2, 1, 0]], ['on'])
    """

    def __init__(
        self,
        *,
        eta0: float = 1.0,
        max_iter: int = 1000,
        tol: float | None = 1e-3,
        n_iter_no_change: int = 5,
        shuffle: bool = True,
        random_state: Any = None,
    ) -> None:
        self.eta0 = eta0
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.shuffle = shuffle
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Any:
        """Learn from the rows of X, shape (n, n_features), and their classes y, shape (n,)."""
        with as_parameter_errors():
            require_number("eta0", self.eta0, above=0)
            require_integer("max_iter", self.max_iter, at_least=1)
            require_integer("n_iter_no_change", self.n_iter_no_change, at_least=1)
            if self.tol is not None:
                require_number("tol", self.tol, at_least=0)
            if not isinstance(self.shuffle, bool | np.bool_):
                raise InvalidTypeError(f"shuffle (={self.shuffle!r}) must be True or False")
        X, y = check_X_y(self, X, y, reset=True, numeric=False)
        check_classification_targets(y)
        if y.ndim != 1:
            raise ValueError(f"y has the shape {y.shape}, but must be one column of classes")
        self.classes_, codes = np.unique(y, return_inverse=True)
        n_classes = len(self.classes_)
        units = [1] if n_classes <= 2 else list(range(n_classes))
        if n_classes == 1:
            codes = np.ones_like(codes)  # the only class is what the unit fires for
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))

        self.coef_ = np.zeros((len(units), X.shape[1]))
        self.intercept_ = np.zeros(len(units))
        self.errors_ = []
        for k, unit in enumerate(units):
            self.errors_.append(self._learn(k, X, (codes == unit).astype(np.float64), seed))
        self.n_iter_ = max(len(errors) for errors in self.errors_)
        if any(len(errors) == self.max_iter and errors[-1] for errors in self.errors_):
            warn(
                f"after max_iter (={self.max_iter}) epochs there are still mistakes: no plane may "
                "separate the classes; try MLPClassifier",
                NotConvergedWarning,
            )
        return self

    def _learn(self, k: int, X: Array, y: Array, seed: int) -> list[int]:
        """Train unit k; the mistakes of each epoch."""
        n = X.shape[0]
        rows_at_once = max(2**20 // X.shape[1], 1)
        parts = [slice(s, s + rows_at_once) for s in range(0, n, rows_at_once)]
        w, b = self.coef_[k], 0.0
        errors: list[int] = []
        fewest, missed = np.inf, 0
        for epoch in range(self.max_iter):
            order = permutation(seed, epoch, n) if self.shuffle else np.arange(n)
            mistakes = 0
            for part in parts:
                rows = order[part]
                fit = perceptron_rule(
                    dense_rows(X, rows), y[rows], learning_rate=self.eta0, epochs=1, initial=(w, b)
                )
                w, b = fit.weights[-1], float(fit.biases[-1])
                mistakes += int(fit.errors[-1])
            errors.append(mistakes)
            if self.tol is not None:
                missed = missed + 1 if errors[-1] > fewest - self.tol * n else 0
                fewest = min(fewest, errors[-1])
            if not mistakes or missed >= self.n_iter_no_change:
                break
        self.coef_[k], self.intercept_[k] = w, b
        return errors

    def decision_function(self, X: Any) -> Array:
        """The sums x . w + b, shape (n,) for two classes, else (n, n_classes)."""
        check_is_fitted(self)
        z: Array = check_X(self, X) @ self.coef_.T + self.intercept_
        return z[:, 0] if z.shape[1] == 1 else z

    def predict(self, X: Any) -> Array:
        """The classes of the rows of X, shape (n,)."""
        z = self.decision_function(X)
        codes = (z >= 0).astype(int) if z.ndim == 1 else z.argmax(axis=1)
        classes: Array = self.classes_
        return classes.take(codes, mode="clip")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
