"""The fits that a recipe asks for: one, several, or as many as a limit of time holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import TrainingInterrupted
from ..layers import OneHot
from ..network import Network
from ..objective import Objective
from ..parameters import Parameters
from ..plan import Plan
from ..training import Callback, EarlyStopping, StopRule, TrainingResult, train
from ..typing import Array, IntArray
from .checkpointing import of_table
from .deadline import Deadline, TimeIsUp, fit_in_time, now
from .fitting import unjudged_epochs
from .recipe import Recipe
from .run import Run
from .training_set import TrainingSet


@dataclass(frozen=True)
class Part:
    """What one of several fits learns from, and which rows judge it.

    Attributes
    ----------
    seed : int
    rows, held_out : ndarray of int, optional
        By default all rows, and none.
    """

    seed: int
    rows: IntArray | None = None
    held_out: IntArray | None = None


class Fits:
    """How the networks of a recipe are trained on a training set.

    Attributes
    ----------
    network : Network
        On zeros and ones.
    trained : Network
        The same on what the training set holds, which may be codes.
    """

    def __init__(self, data: TrainingSet, recipe: Recipe, run: Run) -> None:
        self.data, self.recipe, self.run = data, recipe, run
        self.network = recipe.network(data.encoder.sizes, data.target)
        layers = self.network.layers
        codes = data.codes
        self.trained = Network([OneHot(data.encoder.sizes), *layers]) if codes else self.network

    def one(
        self, epochs: int, *, callbacks: Sequence[Callback] = (), checkpoint: Any = None
    ) -> TrainingResult:
        """Train on all rows, with all threads, to a part of the schedule; as `train` raises.

        The training set's validation says when to stop, where there is one.
        """
        data, run, n = self.data, self.run, len(self.data.X)
        stop: list[StopRule] = []
        if data.validation is not None:
            stop.append(self._early_stopping(n, self.recipe.patience))
        if run.deadline is not None:
            stop.append(TimeIsUp(run.deadline, now()))
        return train(
            self.trained, data.X, data.y, epochs=epochs, seed=data.seed, sample_weight=data.weight,
            validation=data.validation, stop=stop, callbacks=callbacks, engine=run.engine,
            threads=run.threads, checkpoint=of_table(checkpoint, data), **self.common(n),
        )  # fmt: skip

    def several(
        self, parts: Sequence[Part], epochs: int, patience: int | None = None
    ) -> list[TrainingResult]:
        """Train a network on each part; the threads, or the workers of a cluster, share them.

        Raises
        ------
        TrainingInterrupted
            On Ctrl-C, with all results so far.
        """
        data, run = self.data, self.run
        n = min(len(data.X) if one.rows is None else len(one.rows) for one in parts)
        settings = []
        for one in parts:
            setting: dict[str, Any] = {"seed": one.seed}
            if one.rows is not None:
                setting["rows"] = one.rows
            if one.held_out is not None:
                setting["validation"] = rows_of(data, one.held_out)
            settings.append(setting)
        stop: Any = [] if patience is None else self._early_stopping(n, patience)
        return list(
            run.train_many(
                self.trained, data.X, data.y, settings, sample_weight=data.weight, epochs=epochs,
                stop=stop, engine=run.engine, **self.common(n),
            )
        )  # fmt: skip

    def in_time(
        self,
        part: Callable[[int], Part],
        epochs: int,
        deadline: Deadline,
        most: int,
        patience: int | None = None,
    ) -> list[tuple[int, TrainingResult]]:
        """Train a network on part 0, 1, ..., as long as there is time; each thread has its own.

        Raises
        ------
        TrainingInterrupted
            On Ctrl-C, with the results so far.
        """
        data, run = self.data, self.run

        def fit(k: int, rule: TimeIsUp) -> TrainingResult:
            one = part(k)
            X, y, *weight = rows_of(data, slice(None) if one.rows is None else one.rows)
            stop: list[StopRule] = [rule]
            if patience is not None:
                stop.insert(0, self._early_stopping(len(X), patience))
            return train(
                self.trained, X, y, sample_weight=weight[0] if weight else None, seed=one.seed,
                validation=None if one.held_out is None else rows_of(data, one.held_out),
                epochs=epochs, stop=stop, engine=run.engine, threads=1, **self.common(len(X)),
            )  # fmt: skip

        try:
            return fit_in_time(fit, deadline, epochs=epochs, threads=run.n_threads, most=most)
        except KeyboardInterrupt as interrupt:
            (found,) = interrupt.args or ((),)
            results = [result for _, result in found]
            raise TrainingInterrupted("interrupted", results) from None

    def common(self, n: int) -> dict[str, Any]:
        """What all fits share; the schedule ends with all epochs, however many are made."""
        recipe, metric = self.recipe, self.run.metric
        loss = recipe.loss(self.data.target)
        objective = Objective(self.trained, loss, recipe.penalties)
        plan = Plan(objective, recipe.optimizer, recipe.schedule, recipe.batch_size)
        return {
            "loss": loss,
            "optimizer": recipe.optimizer,
            "batch_size": recipe.batch_size,
            "penalties": recipe.penalties,
            "schedule": plan.until(recipe.epochs, n).schedule,
            "metrics": [metric] if metric else [],
        }

    def _early_stopping(self, n: int, patience: int) -> EarlyStopping:
        recipe, metric = self.recipe, self.run.metric
        unjudged = unjudged_epochs(recipe.batch_size, n, recipe.epochs, recipe.optimizer)
        monitor = metric.name if metric else "validation_loss"
        return EarlyStopping(monitor, patience, start_from_epoch=unjudged)

    def plain(self, result: TrainingResult) -> TrainingResult:
        """A result on codes as the same one on zeros and ones."""
        if self.trained is self.network:
            return result
        layout, plan, state = self.network.layout, result.plan, result.state

        def moved(parameters: Parameters) -> Parameters:
            return Parameters(layout, parameters.vector)

        rules = {
            name: replace(memory, parameters=memory.parameters and moved(memory.parameters))
            for name, memory in state.rules.items()
        }
        objective = Objective(self.network, plan.objective.loss, plan.objective.penalties)
        return replace(
            result,
            parameters=moved(result.parameters),
            state=replace(state, parameters=moved(state.parameters), rules=rules),
            plan=replace(plan, objective=objective),
        )


def rows_of(data: TrainingSet, rows: IntArray | slice) -> tuple[Array, ...]:
    """X, y and perhaps weights of some rows of a training set."""
    weights = () if data.weight is None else (data.weight[rows],)
    return data.X[rows], data.y[rows], *weights


Judged = tuple[IntArray, Array, Array, Array]
"""Numbers, outputs, targets and weights of rows not learned from."""


def judged(result: TrainingResult, numbers: IntArray, rows: tuple[Array, ...]) -> Judged:
    """What a network says of rows that it has not learned from."""
    X, y, *weights = rows
    return numbers, result.predict(X), y, weights[0] if weights else np.ones(len(y))
