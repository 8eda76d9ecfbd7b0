"""Networks that scikit-learn has fitted, taken over."""

from copy import deepcopy
from math import nan
from typing import Any

import numpy as np

from ..engines import choose_engine
from ..errors import InvalidTypeError, InvalidValueError, NotFittedError, shown
from ..objective import Objective
from ..plan import Data, Plan
from ..training import History


def from_sklearn(model: Any) -> Any:
    """A fitted `MLPClassifier` or `MLPRegressor` of scikit-learn as ours, with the same weights.

    It predicts what the other one predicts, and can be explained, diagnosed, drawn, saved and
    exported. Its loss curve and counts are the other's; `partial_fit` and warm starts go on with
    the optimizer's memory at its beginning.

    Parameters
    ----------
    model : sklearn.neural_network.MLPClassifier or MLPRegressor
        Also what comes from `joblib.load`.

    Returns
    -------
    MLPClassifier or MLPRegressor

    Raises
    ------
    InvalidTypeError
        If it is neither.
    NotFittedError
        If it is not fitted.
    InvalidValueError
        If its weights do not fit its parameters.

    Examples
    --------
    >>> from sklearn.neural_network import MLPClassifier
    >>> from chainrule import explain, from_sklearn
    >>> X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], ["no", "yes", "yes", "no"]
    >>> theirs = MLPClassifier((3,), "tanh", solver="lbfgs", random_state=1).fit(X, y)
    >>> ours = from_sklearn(theirs)
    >>> bool((ours.predict(X) == theirs.predict(X)).all())
    True
    >>> "h1.w1" in str(explain(ours, x=X[1], y="yes", weight="h1.w1"))
    True
    """
    from .. import estimators
    from ..estimators._solver import start_state
    from ..estimators.initial import join, split
    from ..estimators.options import check_options, make_optimizer, make_penalties, rows_of_batch
    from ..estimators.outputs import Outputs

    kind = _kind(model)
    if not hasattr(model, "coefs_"):
        raise NotFittedError(f"{type(model).__name__} is not fitted yet; call fit first")
    given = model.get_params(deep=False)
    known = getattr(estimators, kind)().get_params(deep=False)
    ours = getattr(estimators, kind)(**{name: v for name, v in given.items() if name in known})
    check_options(ours)
    ours.n_features_in_ = int(model.n_features_in_)
    if hasattr(model, "feature_names_in_"):
        ours.feature_names_in_ = model.feature_names_in_.copy()
    if kind == "MLPClassifier":
        ours._label_binarizer = deepcopy(model._label_binarizer)
        ours.classes_ = deepcopy(model.classes_)
    dtype = np.result_type(*model.coefs_)
    nobody = np.random.RandomState(0)  # its weights are replaced
    network, loss = ours._prepare(int(model.n_outputs_), dtype, nobody, first=True)
    shapes = [(W.shape, b.shape) for W, b in zip(model.coefs_, model.intercepts_, strict=True)]
    own = [(W.shape, b.shape) for W, b in zip(ours.coefs_, ours.intercepts_, strict=True)]
    if shapes != own or ours.out_activation_ != model.out_activation_:
        raise InvalidValueError(
            f"model has weights of the shapes {shapes} and the output {model.out_activation_!r}, "
            f"but its parameters say {own} and {ours.out_activation_!r}; fit it again"
        )
    parameters = join(network, model.coefs_, model.intercepts_)
    ours.coefs_, ours.intercepts_ = split(network, parameters)
    curve = [float(value) for value in getattr(model, "loss_curve_", [])]
    missing = [nan] * len(curve)
    ours.history_ = History(
        loss=curve, gradient_norm=missing, learning_rate=[*missing], seconds=[*missing]
    )
    ours.loss_curve_ = [*curve]
    for name in ("n_iter_", "t_", "loss_", "best_loss_", "best_validation_score_"):
        setattr(ours, name, getattr(model, name, None))
    ours.validation_scores_ = getattr(model, "validation_scores_", None)
    plan = Plan(
        Objective(network, loss, make_penalties(ours.alpha, ours.l1)),
        make_optimizer(ours, ours.learning_rate_init),
        batch_size="full" if ours.solver == "lbfgs" else _rows(ours, rows_of_batch),
        shuffle=bool(ours.shuffle),
        seed=0,
        dtype=dtype,
    )
    ours._plan = plan
    ours._state = start_state(plan.optimizer, parameters, None)
    ours._rate, ours._seed = ours.learning_rate_init, 0
    row = (np.zeros((1, n), dtype) for n in (network.n_in, network.n_out))
    trial = Plan(plan.objective, seed=0, dtype=dtype)
    engine, why = choose_engine("auto", trial, Data(*row))
    ours.engine_, ours._engine_reason = engine.name, why
    ours.stopped_, ours._diverged = "fitted by scikit-learn", False
    ours._outputs = Outputs(network, engine.name, ours.threads)
    return ours


def _rows(estimator: Any, rows_of_batch: Any) -> int:
    """The rows of a batch, of a table whose length is not known."""
    return int(rows_of_batch(estimator.batch_size, 200))


def _kind(model: Any) -> str:
    """The class of ours that stands for theirs."""
    for theirs in type(model).__mro__:
        name, home = theirs.__name__, theirs.__module__
        if home.startswith("sklearn.neural_network") and name in ("MLPClassifier", "MLPRegressor"):
            return name
    raise InvalidTypeError(
        f"model (={shown(model)}) must be a fitted MLPClassifier or MLPRegressor of scikit-learn, "
        f"not {type(model).__name__}"
    )
