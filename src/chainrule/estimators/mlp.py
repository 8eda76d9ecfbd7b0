"""What the classifier and the regressor share."""

from abc import abstractmethod
from copy import copy
from dataclasses import replace
from math import inf, isfinite, nan
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import is_classifier
from sklearn.metrics import get_scorer
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state

from ..activations import Activation, Sigmoid
from ..cluster.partitions import is_collection
from ..errors import InvalidValueError, ShapeError, shown, warn
from ..losses import Loss
from ..network import Network
from ..parameters import Parameters
from ..plan import SelectedRows
from ..plan.data import is_sparse
from ..training import METRICS, History, Metric, TrainingResult
from ..typing import Array
from ._compat import KeepsParameters, ParameterError, naming, offered_if
from ._mlp_partitions import FitWithClient
from ._solver import Job, Solver, start_state
from .fitted import Fitted
from .initial import dense_layers, initial_parameters, join, split
from .inputs import check_sample_weight, check_X, check_X_y
from .options import (
    as_parameter_errors,
    check_options,
    hidden_activations,
    hidden_sizes,
    is_stochastic,
    make_network,
    make_optimizer,
    make_penalties,
)
from .outputs import Outputs


def _has_partial_fit(self: Any) -> bool:
    if not is_stochastic(self.solver):
        raise AttributeError(
            "partial_fit is only available for stochastic optimizers; "
            f"solver={self.solver!r} sees all rows at once"
        )
    return True


class _Held(NamedTuple):
    """Rows that are not learned from: labels, targets, weights, and which rows are left."""

    X: Any
    y: Any
    Y: Array
    weight: Any
    left: Any = None


class MLP(KeepsParameters, FitWithClient, Fitted):
    """A multilayer perceptron with scikit-learn's habits; see `MLPClassifier`, `MLPRegressor`."""

    validation_scores_: list[float] | None
    validation_loss_curve_: list[float] | None
    best_loss_: float | None
    best_validation_score_: float | None

    # --- what the two kinds decide ----------------------------------------------------------

    @abstractmethod
    def _encode(self, y: Any, *, first: bool, incremental: bool) -> Array:
        """Targets of shape (n, n_outputs) from y; sets what the first fit learns from y."""

    @abstractmethod
    def _loss_and_output(self) -> tuple[Loss, Activation]:
        """What is minimised, and the activation of the output layer."""

    @abstractmethod
    def _default_score(self) -> Metric:
        """The score for early stopping, from outputs and targets."""

    def _class_sample_weight(self, y: Any) -> Any:
        """What each row counts for its class; None for nothing special."""
        return None

    # --- fitting ----------------------------------------------------------------------------

    def _fit(
        self, X: Any, y: Any, sample_weight: Any, X_val: Any, y_val: Any,
        checkpoint: Any = None, *, incremental: bool,
    ) -> Any:  # fmt: skip
        if is_collection(X) or is_collection(y):
            raise ParameterError("X and y must be in memory for partial_fit, not with Dask")
        check_options(self)
        self._scorer()
        if incremental and self.early_stopping:
            raise InvalidValueError("partial_fit does not support early_stopping=True")
        first = not hasattr(self, "coefs_") or not (self.warm_start or incremental)
        numeric = not is_classifier(self)
        X, y = check_X_y(self, X, y, reset=first, numeric=numeric)
        X = X.astype(X.dtype if first else self.coefs_[0].dtype, copy=False)
        Y = self._encode(y, first=first, incremental=incremental).astype(X.dtype)
        weight = check_sample_weight(sample_weight, X.shape[0], X.dtype)
        with naming("random_state"):
            random = check_random_state(self.random_state)
        network, loss = self._prepare(Y.shape[1], X.dtype, random, first=first)

        held = self._held_out(X, y, Y, weight, X_val, y_val, random)
        class_weight = self._class_sample_weight(y)
        if class_weight is not None:
            weight = class_weight.astype(X.dtype) * (1.0 if weight is None else weight)
        if held is not None and held.left is not None:
            X = X[held.left] if is_sparse(X) else SelectedRows(X, held.left)
            Y = Y[held.left]
            weight = None if weight is None else weight[held.left]

        job = Job(
            network,
            loss,
            make_penalties(self.alpha, self.l1),
            X,
            Y,
            weight,
            None if held is None else (held.X, held.Y, held.weight),
            None if held is None else self._score(held),
            self._averages(Y.shape[1]),
            incremental,
        )
        return self._run(job, held, random, checkpoint)

    def _averages(self, n_out: int) -> bool:
        """Whether the loss that is reported is a mean over the outputs."""
        return isinstance(self.loss, str) and self.loss == "squared_error" and n_out > 1

    def _run(self, job: Job, held: "_Held | None", random: Any, checkpoint: Any = None) -> Any:
        """Train a job from where the estimator is."""
        if not isinstance(self.batch_size, str) and self.batch_size > len(job.Y):
            if is_stochastic(self.solver):
                message = f"batch_size (={self.batch_size}) is larger than the {len(job.Y)} samples"
                warn(message, UserWarning)
        if is_stochastic(self.solver) and held is not None and self.validation_scores_ is None:
            self.validation_scores_ = []
        parameters = join(job.network, self.coefs_, self.intercepts_)
        earlier = getattr(self, "_state", None)
        if job.incremental and earlier is not None:
            # Other rows may follow: an epoch that was interrupted is not gone on with.
            state = replace(earlier, parameters=parameters, partial=None)
        else:
            # random_state decides the orders, too; a warm start does not repeat them.
            self._rate = self.learning_rate_init
            self._seed = int(random.randint(np.iinfo(np.int32).max)) + self.t_
            state = start_state(make_optimizer(self, self._rate), parameters, earlier)
        solver = Solver(self, job, self._rate, self._seed, checkpoint)
        try:
            solver.run(state, fresh=not job.incremental)
        finally:
            self._rate = solver.rate
        return self

    def _held_out(
        self, X: Any, y: Any, Y: Array, weight: Any, X_val: Any, y_val: Any, random: Any
    ) -> "_Held | None":
        """The rows that are not learned from: given, or split off for early stopping."""
        if X_val is not None:
            X_val = check_X(self, X_val, name="X_val").astype(X.dtype, copy=False)
            y_val, Y_val = self._encode_more(y_val, X_val.shape[0], "y_val", "X_val")
            return _Held(X_val, y_val, Y_val.astype(X.dtype), None)
        if not (self.early_stopping and is_stochastic(self.solver)):
            return None
        left, held = self._split(Y, random)
        w = None if weight is None else weight[held]
        return _Held(X[held], y[held], Y[held], w, left)

    def _prepare(self, n_out: int, dtype: Any, random: Any, *, first: bool) -> tuple[Network, Loss]:
        """The network and its loss; before a first fit the weights, too."""
        sizes = hidden_sizes(self.hidden_layer_sizes)
        hidden = hidden_activations(self.activation, len(sizes))
        self.n_outputs_ = n_out
        with as_parameter_errors():
            loss, output = self._loss_and_output()
        network = make_network(self.n_features_in_, sizes, hidden, self.dropout, n_out, output)
        if first:
            self._start_over(network, initial_parameters(network, hidden, random, dtype), output)
        elif [c.shape for c in self.coefs_] != [
            (network.layers[i].n_in, network.layers[i].n_out) for i in dense_layers(network)
        ]:
            shapes = ", ".join(str(c.shape) for c in self.coefs_)
            raise ShapeError(
                f"the weights of the last fit have the shapes {shapes}, which do not fit "
                f"hidden_layer_sizes={self.hidden_layer_sizes!r} and {n_out} outputs; "
                "set warm_start=False to start over"
            )
        self.network_ = network
        return network, loss

    def _start_over(self, network: Network, parameters: Parameters, output: Activation) -> None:
        self.n_layers_ = len(dense_layers(network)) + 1
        self.out_activation_ = "logistic" if isinstance(output, Sigmoid) else output.name
        self.coefs_, self.intercepts_ = split(network, parameters)
        self.n_iter_ = self.t_ = 0
        self.loss_curve_: list[float] = []
        self.history_ = History()
        scores = self.early_stopping and is_stochastic(self.solver)
        self.validation_scores_ = [] if scores else None
        self.best_validation_score_ = None
        self.validation_loss_curve_ = None
        self.best_loss_ = None
        self.__dict__.pop("_state", None)
        self._outputs = Outputs(network, "reference", self.threads)

    def _split(self, Y: Array, random: Any) -> tuple[Any, Any]:
        """The rows to learn from and those held out, split as scikit-learn does."""
        stratify = Y.astype(bool) if is_classifier(self) and self.n_outputs_ == 1 else None
        train, held = train_test_split(
            np.arange(len(Y)),
            random_state=random,
            test_size=self.validation_fraction,
            stratify=stratify,
        )
        if len(held) < 2:
            raise InvalidValueError(
                "The validation set is too small. Increase 'validation_fraction' or the size of "
                "your dataset."
            )
        return train, held

    def _scorer(self) -> Any:
        """The scorer that ``scoring`` names; None for the default and for the loss."""
        if self.scoring is None or (isinstance(self.scoring, str) and self.scoring == "loss"):
            return None
        scorer = self.scoring
        if isinstance(scorer, str):
            lower = scorer in METRICS and not METRICS[scorer].greater_is_better
            with naming("scoring"):
                scorer = get_scorer(f"neg_{METRICS[scorer].name}" if lower else scorer)
        if not callable(scorer):
            raise ParameterError(f"scoring (={shown(scorer)}) must be a name or a scorer")
        return scorer

    def _score(self, held: "_Held") -> Any:
        """How they are scored: a metric, a function of the parameters, or None for the loss."""
        if isinstance(self.scoring, str) and self.scoring == "loss":
            return None
        scorer = self._scorer()
        if scorer is None:
            return self._default_score()
        more = {} if held.weight is None else {"sample_weight": held.weight}

        def score(parameters: Parameters) -> float:
            snapshot = copy(self)
            snapshot.__dict__.pop("feature_names_in_", None)
            snapshot.coefs_, snapshot.intercepts_ = split(self.network_, parameters)
            snapshot._outputs = Outputs(self.network_, self._outputs.engine, self.threads)
            return float(scorer(snapshot, held.X, held.y, **more))

        return score

    def _absorb(self, solver: Solver, result: TrainingResult) -> None:
        """Take over curves, state and parameters, ready to predict and to go on."""
        job, new, memory = solver.job, result.history, solver.memory(result)
        losses = [*solver.corrected, *([nan] if result.diverged else [])]
        self.loss_curve_ += losses if job.averages else new.loss
        if self.validation_scores_ is not None and not solver.stops_on_score:
            self.validation_scores_ += new.metrics.get("score", [])
        if result.diverged:
            for curve in (new.validation_loss, *new.metrics.values(), self.validation_scores_):
                if curve is not None:
                    curve.append(nan)
        self.history_.extend(new)
        self.validation_loss_curve_ = self.history_.validation_loss if job.validation else None
        self.n_iter_ = solver.done
        self.t_ += len(new) * job.X.shape[0]
        if self.loss_curve_:
            self.loss_ = self.loss_curve_[-1]
        parameters = result.parameters
        if solver.stops_on_score:
            self.best_loss_, self.best_validation_score_ = None, -memory.best
            parameters = parameters if memory.parameters is None else memory.parameters
        else:
            self.best_loss_ = min(filter(isfinite, self.loss_curve_), default=inf)
            scores = filter(isfinite, self.validation_scores_ or [])
            self.best_validation_score_ = max(scores, default=None)
        self._plan, self._state = result.plan, result.state
        self.coefs_, self.intercepts_ = split(self.network_, parameters)
        self.engine_, self._engine_reason = result.engine, result.engine_reason
        self.stopped_, self._diverged = result.stopped, result.diverged
        dense = getattr(result.backend, "engine", result.backend)  # of what learns from sparse rows
        self._outputs = Outputs(self.network_, dense.name, self.threads)

    @offered_if(_has_partial_fit)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Go on for one epoch over the given rows, with the optimizer's memory kept.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.

        Returns
        -------
        self
        """
        return self._fit(X, y, sample_weight, None, None, incremental=True)

    # --- scikit-learn's protocols -----------------------------------------------------------

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        if "history_" in state:  # times would make equal fits differ
            state = {**state, "history_": state["history_"].without_times()}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for array in (*self.__dict__.get("coefs_", ()), *self.__dict__.get("intercepts_", ())):
            array.flags.writeable = False

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.required = True
        return tags
