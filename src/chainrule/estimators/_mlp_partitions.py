"""Multilayer perceptrons on collections of Dask: `fit(X, y, client=...)`."""

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils import check_random_state

from ..cluster.collections import check_collections, few_rows
from ..cluster.fitting import Sharing, train_in_rounds
from ..cluster.partitions import Blocks, delayed_partitions, is_collection
from ..cluster.targets import Labels, encoded_parts, find_labels, weighted_parts
from ..cluster.workers import Workers
from ..errors import InvalidValueError, shown
from ..objective import Objective
from ..training import Metric, TrainingResult
from ..training.options import RunOptions
from ..typing import Array
from ._compat import ParameterError, naming
from ._solver import Job
from .inputs import check_X
from .options import check_options, is_stochastic, make_penalties


class FitWithClient:
    """`fit` of rows in memory, or on a cluster."""

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, *, X_val: Any = None, y_val: Any = None,
        checkpoint: Any = None, client: Any = None, shards: int | None = None,
    ) -> Any:  # fmt: skip
        """Fit the network to X and y.

        Parameters
        ----------
        X : array_like, sparse matrix or data frame, shape (n, n_features)
            The inputs.
        y : array_like, shape (n,) or (n, n_outputs)
            Class labels, or numbers.
        sample_weight : array_like, shape (n,), optional
            What each row counts.
        X_val, y_val : like X and y, optional
            Rows that are not learned from: ``validation_loss_curve_`` and ``validation_scores_``
            tell how well they are met, and early stopping looks at them and not at a part of X.
        checkpoint : path or Checkpoint, optional
            As in `chainrule.train`; ``random_state`` must be an integer.
        client, shards : distributed.Client and int, optional
            Where X, y and sample_weight are arrays or data frames of Dask, in the same partitions:
            they are fitted where they lie, as by `chainrule.cluster.train`. One shard has the bits
            of a fit in memory.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If something given is wrong, or a weight is not finite after the first epoch.
        ClusterError
            If the cluster of `client` is lost.
        TrainingInterrupted
            On Ctrl-C; the estimator keeps what it had learned.
        """
        if (X_val is None) != (y_val is None):
            raise ParameterError("X_val and y_val must be given together")
        if client is None and not (is_collection(X) or is_collection(y)):
            fit: Any = self._fit  # type: ignore[attr-defined]
            return fit(X, y, sample_weight, X_val, y_val, checkpoint, incremental=False)
        return fit_partitions(self, X, y, sample_weight, (X_val, y_val), client, shards, checkpoint)


class Elsewhere(NamedTuple):
    """Rows, or their weights, that are on a cluster: what a fit asks of them here."""

    shape: tuple[int, ...]
    total: float = 0.0

    def __len__(self) -> int:
        return self.shape[0]

    def sum(self) -> float:
        """The sum of the weights."""
        return self.total


def fit_partitions(
    estimator: Any,
    X: Any,
    y: Any,
    sample_weight: Any,
    validation: tuple[Any, Any],
    client: Any,
    shards: int | None,
    checkpoint: Any,
) -> Any:
    """Fit a perceptron on the workers of a client; one shard has the bits of one machine.

    Raises
    ------
    ChainruleError
        If there is no client, X, y and the weights are not cut alike, or a parameter needs all
        rows in memory.
    """
    e = estimator
    check_collections(client, X, y, sample_weight)
    check_options(e)
    e._scorer()
    _check_parts(e, validation[0], checkpoint)
    first = not (hasattr(e, "coefs_") and e.warm_start)
    few = check_X(e, few_rows(X), reset=first)
    dtype = Blocks.type_of(X) if first else e.coefs_[0].dtype
    workers = Workers(client)
    labels = find_labels(workers, y) if is_classifier(e) else None
    some = np.zeros((2, _columns(y))) if labels is None else np.repeat(labels.values, 3)
    n_out = e._encode(some, first=first, incremental=False).shape[1]
    with naming("random_state"):
        random = check_random_state(e.random_state)
    network, loss = e._prepare(n_out, dtype, random, first=first)
    objective = Objective(network, loss, make_penalties(e.alpha, e.l1))
    held = e._held_out(few.astype(dtype), None, None, None, *validation, random)
    encoder = _encoder(e)
    columns = {"X": delayed_partitions("X", X), "y": encoded_parts(y, encoder)}
    per_label = None if labels is None else _class_weights(e, labels)
    if per_label is not None:
        assert labels is not None
        columns["sample_weight"] = weighted_parts(y, sample_weight, labels.values, per_label, dtype)
    elif sample_weight is not None:
        columns["sample_weight"] = delayed_partitions("sample_weight", sample_weight)
    blocks = Blocks(workers, objective, columns, dtype)
    score = None if held is None else e._score(held)
    if isinstance(score, Metric) and e.scoring is None:
        score = encoder._default_score()  # it goes to a worker
    weighted = "sample_weight" in columns
    job = Job(
        network, loss, objective.penalties,
        Elsewhere((blocks.n, few.shape[1])), Elsewhere((blocks.n, n_out)),
        Elsewhere((blocks.n,), blocks.weight) if weighted else None,
        None if held is None else (held.X, held.Y, held.weight), score,
        averages=e._averages(n_out), incremental=False,
        train=partial(_train, workers, blocks, objective, shards),
    )  # fmt: skip
    return e._run(job, held, random)


def _check_parts(e: Any, X_val: Any, checkpoint: Any) -> None:
    """Raise where a parameter needs all rows in memory."""
    if not is_stochastic(e.solver):
        raise ParameterError(
            f"solver (={shown(e.solver)}) must be one that takes batches for collections of Dask, "
            "such as 'adam': L-BFGS needs all rows for each of its steps"
        )
    if e.early_stopping and X_val is None:
        raise ParameterError(
            "early_stopping (=True) needs X_val and y_val, rows in memory, for collections of "
            "Dask: none are held out of those"
        )
    if checkpoint is not None:
        raise InvalidValueError(
            f"checkpoint (={shown(checkpoint)}) must be None for collections of Dask; "
            "chainrule.cluster.train writes checkpoints of them"
        )


def _columns(y: Any) -> int:
    return int(np.shape(y)[1]) if y.ndim == 2 else 1


def _encoder(e: Any) -> Any:
    """The estimator with what encodes targets and scores outputs, and without all else."""
    given = {**e.get_params(deep=False), "callbacks": (), "random_state": None}
    small = type(e)(**given)
    for name in ("_label_binarizer", "classes_", "_threshold", "n_outputs_"):
        if name in vars(e):
            setattr(small, name, getattr(e, name))
    return small


def _class_weights(e: Any, labels: Labels) -> Array | None:
    """What each label counts."""
    if e.class_weight is None:
        return None
    if isinstance(e.class_weight, str) and e.class_weight == "balanced":
        counts = labels.counts.astype(np.float64)
        return np.asarray(labels.counts.sum() / (len(counts) * counts))
    found: Array = e._class_sample_weight(labels.values)
    return found


def _train(
    workers: Workers, blocks: Blocks, objective: Objective, shards: int | None,
    network: Any, X: Any, Y: Any, *, epochs: int, validation: Any, metrics: Any, stop: Any,
    callbacks: Any, initial: Any, engine: str, divergence: Any, **plan: Any,
) -> TrainingResult:  # fmt: skip
    """`chainrule.train` as a `Solver` calls it, of rows on a cluster."""
    kept = ("optimizer", "batch_size", "shuffle", "seed", "schedule")
    return train_in_rounds(
        workers,
        blocks,
        Sharing(shards, None),
        RunOptions(epochs, engine, None, divergence),
        {"objective": objective, "clip_norm": None, **{name: plan[name] for name in kept}},
        (validation, metrics, stop, callbacks),
        initial=initial,
    )
