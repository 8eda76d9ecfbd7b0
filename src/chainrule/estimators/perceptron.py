"""Rosenblatt's perceptron as an estimator: scikit-learn's, with chainrule's checks of tables."""

from fractions import Fraction
from typing import Any, final

import numpy as np
import sklearn.linear_model

from ..errors import shown
from ..typing import Array, float_array
from ._compat import ParameterError, naming
from .inputs import naming_columns


@final
class Perceptron(sklearn.linear_model.Perceptron):  # type: ignore[misc]
    """A threshold unit, trained by the perceptron rule: it fires where z = x . w + b > 0.

    Row by row, with y = 1 for the class of the unit and -1 for the others, each row with y z <= 0
    is a mistake and changes w <- w + eta y x and b <- b + eta y; no other row changes anything.
    Several classes have one unit each, against the rest; the largest z wins.

    It is `sklearn.linear_model.Perceptron`, which has a compiled loop over rows of its own: every
    parameter, attribute and method is there, with the same numbers and in the same time. What is
    added are messages that name the column of a table that holds no numbers.
    `chainrule.gradient_free.perceptron_rule` is the rule line by line, with the weights and the
    mistakes of every epoch; there z = 0 fires, so that only one of the two classes can be wrong
    at it.

    Parameters
    ----------
    penalty : {"l2", "l1", "elasticnet"} or None, default None
        What is added to the loss for large weights.
    alpha : float, default 0.0001
        The strength of the penalty.
    l1_ratio : float, default 0.15
        The share of L1 in "elasticnet"; in [0, 1].
    fit_intercept : bool, default True
        Whether there is a b.
    max_iter : int, default 1000
        Epochs at most, for each unit.
    tol : float or None, default 1e-3
        What the mean of max(0, -y z) must fall by to count as better; None goes on to max_iter.
    shuffle : bool, default True
        Whether each epoch takes the rows in a new order.
    verbose : int, default 0
        Whether each epoch is printed.
    eta0 : float, default 1
        The learning rate; > 0. From zeros it scales the weights and changes no decision.
    n_jobs : int or None, default None
        Threads for the units of several classes.
    random_state : int, RandomState or None, default 0
        Decides the orders.
    early_stopping : bool, default False
        Whether to hold out rows and to stop once their score has not risen for a while.
    validation_fraction : float, default 0.1
        The part that is held out.
    n_iter_no_change : int, default 5
        Epochs in a row that may not be better.
    class_weight : dict, "balanced" or None, default None
        What a row of each class counts.
    warm_start : bool, default False
        Whether `fit` starts from the weights of the fit before it.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
    coef_ : ndarray, shape (1, n_features) or (n_classes, n_features)
        The weights of each unit; for two classes one unit, which fires for ``classes_[1]``.
    intercept_ : ndarray, shape (1,) or (n_classes,)
    n_iter_ : int
        Epochs of the unit that needed most.
    t_ : int
        Rows seen, counted from 1.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Raises
    ------
    ValueError
        If a parameter or the data cannot be used.

    Warns
    -----
    ConvergenceWarning
        If max_iter ended it before tol did.

    Notes
    -----
    If a plane separates the classes, the number of mistakes is finite (Novikoff 1962); if none
    does, the weights never rest. Rosenblatt 1958.

    Examples
    --------
    >>> from chainrule.estimators import Perceptron
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["off", "off", "off", "on"]
    >>> model = Perceptron(tol=None, max_iter=20, shuffle=False).fit(X, y)
    >>> model.coef_.tolist(), model.intercept_.tolist(), model.predict([[1, 1]]).tolist()
    ([[3.0, 2.0]], [-4.0], ['on'])
    """

    def fit(
        self,
        X: Any,
        y: Any,
        coef_init: Any = None,
        intercept_init: Any = None,
        sample_weight: Any = None,
    ) -> Any:
        """Learn from the rows of X, shape (n, n_features), and their classes y, shape (n,).

        Parameters
        ----------
        X : array_like, sparse matrix or data frame, shape (n, n_features)
        y : array_like, shape (n,)
        coef_init, intercept_init : array_like, optional
            Where to start; zeros by default.
        sample_weight : array_like, shape (n,), optional
            What each row counts.

        Returns
        -------
        self
        """
        self._check(coef_init=coef_init, intercept_init=intercept_init, sample_weight=sample_weight)
        names = "X", "y", "coef_init", "intercept_init", "sample_weight"
        with naming(*names), naming_columns(X):
            super().fit(X, y, coef_init, intercept_init, sample_weight)
        return self._without_loss()

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Any:
        """Go on for one epoch over the given rows.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.
        classes : array_like, optional
            All classes that will ever come; the first call needs them.

        Returns
        -------
        self
        """
        self._check(sample_weight=sample_weight)
        noisy = np.errstate(invalid="ignore")  # of classes that are none, beside the error
        with naming("X", "y", "classes", "sample_weight"), naming_columns(X), noisy:
            super().partial_fit(X, y, classes, sample_weight)
        return self._without_loss()

    def _check(self, **arrays: Any) -> None:
        """Refuse what scikit-learn would not, or not by its name."""
        for name, value in self.get_params(deep=False).items():
            if isinstance(value, Fraction) or shown(value) == f"<{type(value).__name__}>":
                raise ParameterError(f"{name} (={shown(value)}) cannot be used")
            if isinstance(value, int | np.integer) and not -(2**31) <= value < 2**31:
                raise ParameterError(f"{name} (={shown(value)}) must have at most 32 bits")
        for name, array in arrays.items():
            if array is not None:
                float_array(name, array)

    def _without_loss(self) -> "Perceptron":
        """Drop an object of scikit-learn's that no model file can hold; every fit makes it anew."""
        self.__dict__.pop("_loss_function_", None)
        return self

    def decision_function(self, X: Any) -> Array:
        """The sums x . w + b, shape (n,) for two classes, else (n, n_classes)."""
        with naming("X"), naming_columns(X):
            z: Array = super().decision_function(X)
        return z

    def predict(self, X: Any) -> Array:
        """The class of each row, shape (n,)."""
        with naming("X"), naming_columns(X):
            labels: Array = super().predict(X)
        return labels

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The share of rows whose class is right."""
        with naming("X", "y", "sample_weight"):
            return float(super().score(X, y, sample_weight))
