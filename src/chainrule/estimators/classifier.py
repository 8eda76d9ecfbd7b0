"""The classifier with scikit-learn's habits."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, final

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target, unique_labels

from ..activations import ACTIVATIONS, Activation
from ..cluster.collections import mapped
from ..cluster.partitions import is_collection
from ..errors import DataError, InvalidValueError, ShapeError, require_number, shown
from ..losses import LOSSES, BinaryCrossEntropy, CrossEntropy, Loss
from ..training import Metric
from ..typing import Array
from ._compat import ParameterError, naming, offered_if
from .documentation import documented
from .inputs import array_of
from .mlp import MLP, _has_partial_fit
from .options import as_parameter_errors, look_up


def _has_probabilities(self: Any) -> bool:
    loss = None if self.loss == "log_loss" else _loss(self.loss, multiclass=True)
    if loss is not None and _is_margin(loss):
        raise AttributeError(
            f"{type(loss).__name__} gives margins and no probabilities; use decision_function, or "
            "loss='log_loss'"
        )
    return True


def _has_margins(self: Any) -> bool:
    if self.loss == "log_loss" or not _is_margin(_loss(self.loss, multiclass=True)):
        raise AttributeError("the outputs are probabilities; use predict_proba")
    return True


@final
@documented
class MLPClassifier(ClassifierMixin, MLP):  # type: ignore[misc]
    """A multilayer perceptron that tells classes apart, in the place of scikit-learn's.

    Every parameter, attribute and method of `sklearn.neural_network.MLPClassifier` is here, with
    the same meaning; what follows ``max_fun`` is new.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default (100,)
        The units of each hidden layer; ``()`` has none: one neuron for two classes.
    activation : str, Activation or sequence, default "relu"
        Of the hidden layers: a name or an object for all of them, or one for each.
    <parameters>
    loss : str or Loss, default "log_loss"
        "log_loss" is the cross entropy. Other losses are taken of the probabilities; "hinge" of a
        margin: then there is `decision_function` and no `predict_proba`. It may be your own object.
    class_weight : dict, "balanced" or None, default None
        What a row of each class counts.
    label_smoothing : float, default 0
        How far targets are moved towards equal shares, for "log_loss"; in [0, 1).

    Attributes
    ----------
    classes_ : ndarray
        The classes, in the order of the columns of `predict_proba`.
    <attributes>

    Raises
    ------
    ValueError
        If a parameter or the data cannot be used; the message says why.

    Notes
    -----
    Outputs are softmax for several classes, logistic for two or for labels that do not exclude
    each other. Rumelhart, Hinton & Williams 1986; Glorot & Bengio 2010; Kingma & Ba 2015.

    Examples
    --------
    >>> from chainrule.estimators import MLPClassifier
    >>> X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], ["no", "yes", "yes", "no"]
    >>> model = MLPClassifier(4, "tanh", solver="lbfgs", random_state=0).fit(X, y)
    >>> model.predict([[0.0, 1.0], [1.0, 1.0]]).tolist()
    ['yes', 'no']

    One activation for each layer, dropout, weights for the classes, and rows to watch:

    >>> model = MLPClassifier((8, 4), ["tanh", "gelu"], dropout=0.1, class_weight="balanced",
    ...     max_iter=5, n_iter_no_change=5, callbacks=lambda progress: progress.epoch == 3)
    >>> len(model.fit(X, y, X_val=X, y_val=y).validation_loss_curve_)
    3
    """

    def __init__(
        self,
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
        loss: Any = "log_loss",
        class_weight: Any = None,
        label_smoothing: float = 0.0,
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

    # --- targets ----------------------------------------------------------------------------

    def _encode(self, y: Any, *, first: bool, incremental: bool) -> Array:
        if not hasattr(self, "classes_") or not (self.warm_start or incremental):
            with naming("y"):
                check_classification_targets(y)
                self._label_binarizer = LabelBinarizer().fit(y)
            self.classes_ = self._label_binarizer.classes_
        elif not incremental:
            with naming("y"):
                classes = unique_labels(y)
            if set(classes) != set(self.classes_):
                raise InvalidValueError(
                    "warm_start can only be used where `y` has the same classes as in the "
                    f"previous call to fit. Previously got {self.classes_}, `y` has {classes}"
                )
        return self._targets(y)

    def _encode_more(self, y: Any, n: int, name: str, rows: str) -> tuple[Any, Array]:
        y = array_of(name, y)
        if len(y) != n:
            raise ShapeError(f"{name} has {len(y)} rows, but {rows} has {n}")
        y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
        return y, self._targets(y, name)

    def _targets(self, y: Any, name: str = "y") -> Array:
        return self._loss_and_output()[0].encode(self._indicators(y, name))

    def _indicators(self, y: Any, name: str) -> Array:
        """1 for a row's class or labels, 0 for the others; one column for two classes."""
        binarizer, known = self._label_binarizer, self.classes_
        if y.ndim == 1 and not binarizer.y_type_.startswith("multilabel"):
            try:
                codes = np.searchsorted(known, y).clip(max=len(known) - 1)
                met = bool((known[codes] == y).all())
            except (
                TypeError,
                ArithmeticError,
            ):  # labels that cannot be compared with those of the fit
                met = False
            if met and binarizer.y_type_ == "multiclass":
                return (codes[:, None] == np.arange(len(known))).astype(np.float64)
            if met:
                return (codes == 1)[:, None].astype(np.float64)
        with naming(name), np.errstate(invalid="ignore"):
            new = np.setdiff1d(unique_labels(y), known)
        if len(new):
            raise DataError(
                f"`{name}` has classes not in `self.classes_`: {new.tolist()}; "
                f"the fit knows {known.tolist()}"
            )
        with naming(name):
            Y: Array = binarizer.transform(y).astype(np.float64)
        return Y

    def _class_sample_weight(self, y: Any) -> Any:
        if self.class_weight is None:
            return None
        if isinstance(self.class_weight, Mapping):
            with as_parameter_errors():
                for label, weight in self.class_weight.items():
                    require_number(f"class_weight[{label!r}]", weight, at_least=0)
        with naming("class_weight"):
            return compute_sample_weight(self.class_weight, y)

    def _loss_and_output(self) -> tuple[Loss, Activation]:
        multiclass = self._label_binarizer.y_type_ == "multiclass"
        loss = _loss(self.loss, multiclass=multiclass)
        if self.label_smoothing:
            if not isinstance(loss, CrossEntropy | BinaryCrossEntropy):
                raise ParameterError(
                    f"label_smoothing (={shown(self.label_smoothing)}) needs loss='log_loss'; "
                    f"{type(loss).__name__} has none"
                )
            loss = replace(loss, label_smoothing=self.label_smoothing)
        self._threshold = 0.0 if _is_margin(loss) else 0.5
        if _is_margin(loss):
            return loss, ACTIVATIONS["identity"]
        return loss, ACTIVATIONS["softmax" if multiclass else "sigmoid"]

    # --- scores -----------------------------------------------------------------------------

    def _codes(self, a: Array) -> Array:
        """Which class, or which labels, an output row means."""
        if self._label_binarizer.y_type_ == "multiclass":
            return a.argmax(axis=1)
        over = a > self._threshold
        return over if self.n_outputs_ > 1 else over[:, 0]

    def _default_score(self) -> Metric:
        def accuracy(a: Array, y: Array, w: Array) -> float:
            hit = self._codes(a) == self._codes(y)
            return float(np.average(hit.all(axis=1) if hit.ndim == 2 else hit, weights=w))

        return Metric("score", accuracy, greater_is_better=True)

    @offered_if(_has_partial_fit)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Any:
        """Go on for one epoch over the given rows, with the optimizer's memory kept.

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
        if isinstance(self.class_weight, str) and self.class_weight == "balanced":
            raise ParameterError(
                "class_weight='balanced' needs all rows, but partial_fit sees some of them; give "
                "a dict, as made by sklearn.utils.class_weight.compute_class_weight"
            )
        known = getattr(self, "classes_", None)
        if known is None:
            if classes is None:
                raise InvalidValueError("classes must be passed on the first call to partial_fit.")
            with naming("y"):
                multilabel = type_of_target(y).startswith("multilabel")
            # What scikit-learn asks of numbers that are no classes is noise beside its error.
            with naming("classes"), as_parameter_errors(), np.errstate(invalid="ignore"):
                self._label_binarizer = LabelBinarizer().fit(y if multilabel else classes)
                self.classes_ = unique_labels(classes)
        elif classes is not None:
            with naming("classes"), np.errstate(invalid="ignore"):
                same = np.array_equal(known, unique_labels(classes))
            if not same:
                raise InvalidValueError(
                    f"`classes={shown(classes, 1000)}` is not the same as on last call to "
                    f"partial_fit, was: {known!r}"
                )
        return self._fit(X, y, sample_weight, None, None, incremental=True)

    # --- predictions ------------------------------------------------------------------------

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The share of rows whose class, or whose whole set of labels, is right."""
        with naming("X", "y", "sample_weight"):
            return float(super().score(X, y, sample_weight))

    def predict(self, X: Any) -> Array:
        """The classes of the rows of X, shape (n,); for labels, 0 and 1 of shape (n, n_labels).

        Labels that were given to `fit` as a sparse matrix are predicted as one.
        """
        if is_collection(X):
            return mapped(self.predict, X)
        codes = self._codes(self._output(X))
        if codes.ndim == 2:
            labels = codes.astype(int)
            binarizer = self._label_binarizer
            return binarizer.inverse_transform(labels) if binarizer.sparse_input_ else labels
        classes: Array = self.classes_
        return classes.take(codes, mode="clip")

    @offered_if(_has_margins)
    def decision_function(self, X: Any) -> Array:
        """The margins that a hinge loss is of, shape (n, n_classes), or (n,) for two classes."""
        if is_collection(X):
            return mapped(self.decision_function, X)
        a = self._output(X)
        return a[:, 0] if a.shape[1] == 1 else a

    @offered_if(_has_probabilities)
    def predict_proba(self, X: Any) -> Array:
        """The probabilities of the classes, shape (n, n_classes), in the order of ``classes_``."""
        if is_collection(X):
            return mapped(self.predict_proba, X)
        a = self._output(X)
        if self.n_outputs_ > 1:
            return a
        both = np.empty((len(a), 2), dtype=a.dtype)
        both[:, 1:] = a
        np.subtract(1.0, a, out=both[:, :1])
        return both

    @offered_if(_has_probabilities)
    def predict_log_proba(self, X: Any) -> Array:
        """The logarithms of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def _loss(given: Any, *, multiclass: bool) -> Loss:
    if isinstance(given, str) and given == "log_loss":
        return LOSSES["cross_entropy" if multiclass else "binary_cross_entropy"]
    return look_up(LOSSES, "loss", given, "log_loss")


def _is_margin(loss: Loss) -> bool:
    """Whether a loss takes the labels -1 and 1 and an output of any size."""
    return loss.is_margin
