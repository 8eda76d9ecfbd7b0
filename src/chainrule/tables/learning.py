"""From a training set to parameters: one network, or several that each leave rows out."""

from collections.abc import Sequence
from dataclasses import replace
from os import cpu_count
from time import perf_counter
from typing import Any

import numpy as np

from ..errors import (
    InvalidValueError,
    TrainingInterrupted,
)
from ..layers import OneHot
from ..network import Network
from ..objective import Objective
from ..parameters import Parameters
from ..plan import Plan
from ..schedules import CosLog
from ..training import (
    EarlyStopping,
    StopRule,
    TimeLimit,
    TrainingResult,
    train,
    train_many,
)
from ..typing import Array, IntArray
from .calibration import divided_by, temperature_of
from .checkpointing import of_table
from .fitting import unjudged_epochs
from .presets import fold_of_rows
from .recipe import Recipe
from .run import HeldOutRows, Learned, Run
from .target import ClassTarget, NumericTarget
from .training_set import TrainingSet


class Learning:
    """One training set and one recipe: trained once, or for each fold."""

    def __init__(self, data: TrainingSet, recipe: Recipe, run: Run) -> None:
        self.data, self.recipe, self.run = data, recipe, run
        self.network = recipe.network(data.encoder.sizes, data.target)
        layers = self.network.layers
        self.trained = Network([OneHot(data.encoder.sizes), *layers]) if data.codes else None
        self.started = perf_counter()

    def learn(self) -> Learned:
        """Train; raises as `chainrule.train`."""
        if self.run.time_limit is not None:
            self.recipe = replace(self.recipe, epochs=self._affordable_epochs())
        if self.data.folds:
            return self._by_folds()
        validation = self.data.validation
        result = self._fit(self.recipe.epochs, validation)
        held_out = [] if validation is None else [_judged(result, self.data.held_out, validation)]
        return self._learned([result], held_out)

    def _fit(self, epochs: int, validation: tuple[Array, ...] | None) -> TrainingResult:
        """Train on the training set's rows, to a part of the schedule."""
        data, run = self.data, self.run
        stop: list[StopRule] = []
        if validation is not None:
            stop.append(self._early_stopping(len(data.X), self.recipe.patience))
        if run.time_limit is not None:
            stop.append(TimeLimit(_SAFE * self._left()))
        try:
            return train(
                self.trained or self.network, data.X, data.y, epochs=epochs, seed=data.seed,
                sample_weight=data.weight, validation=validation, stop=stop,
                callbacks=run.callbacks, engine=run.engine, threads=run.threads,
                checkpoint=of_table(run.checkpoint, data), **self._common(len(data.X)),
            )  # fmt: skip
        except TrainingInterrupted as interrupt:
            raise TrainingInterrupted(str(interrupt), self._learned([interrupt.result])) from None

    def _common(self, n: int) -> dict[str, Any]:
        """What all fits share; the schedule ends with all epochs, however many are made."""
        recipe, metric = self.recipe, self.run.metric
        loss = recipe.loss(self.data.target)
        objective = Objective(self.trained or self.network, loss, recipe.penalties)
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

    # --- folds ------------------------------------------------------------------------------

    def _by_folds(self) -> Learned:
        """A network for each fold, which its rows end: all of them, or one with their epochs."""
        data, run = self.data, self.run
        classes = data.y.argmax(axis=1) if isinstance(data.target, ClassTarget) else None
        fold = fold_of_rows(len(data.X), data.folds, data.seed, classes)
        results, judged = [], []
        for group in self._groups():
            parts = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in group]
            found = self._fit_folds(parts, group)
            results += found
            judged += [
                _judged(one, data.rows[out], _rows(data, out))
                for one, (_, out) in zip(found, parts, strict=True)
            ]
            if run.ensemble and self._no_time_left(len(results)):
                break
        if run.ensemble:
            return self._learned(results, judged)
        last = self._fit(self._best_epoch(results), None)
        return self._learned([last], judged)

    def _groups(self) -> list[list[int]]:
        """The folds that are trained together: with a time limit as many as there are threads."""
        folds = list(range(self.data.folds))
        if self.run.time_limit is None:
            return [folds]
        size = self._threads
        return [folds[i : i + size] for i in range(0, len(folds), size)]

    def _fit_folds(
        self, parts: Sequence[tuple[IntArray, IntArray]], group: Sequence[int]
    ) -> list[TrainingResult]:
        data, run = self.data, self.run
        n = min(len(rows) for rows, _ in parts)
        patience = self.recipe.patience if run.ensemble else max(self.recipe.epochs, 1)
        stop = self._early_stopping(n, patience)
        settings = [
            {"rows": rows, "validation": _rows(data, out), "seed": data.seed + k}
            for k, (rows, out) in zip(group, parts, strict=True)
        ]
        try:
            return train_many(
                self.trained or self.network, data.X, data.y, settings,
                sample_weight=data.weight, epochs=self.recipe.epochs, stop=stop,
                engine=run.engine, threads=run.threads, **self._common(n),
            )  # fmt: skip
        except TrainingInterrupted as interrupt:
            done = [result for result in interrupt.result if result.state.update]
            first = (done or list(interrupt.result))[:1]
            if not first:
                raise
            raise TrainingInterrupted(str(interrupt), self._learned(first)) from None

    def _best_epoch(self, results: Sequence[TrainingResult]) -> int:
        """The epoch with the best mean of the folds' curves; the last where none is finite."""
        if not self.recipe.epochs:
            return 0
        metric = self.run.metric
        name, sign = (
            (metric.name, -1.0 if metric.greater_is_better else 1.0)
            if metric
            else ("validation_loss", 1.0)
        )
        epochs = min(len(result.history) for result in results)
        curves = [sign * np.array(one.history.curve(name)[:epochs]) for one in results]
        mean = np.mean(
            [curve for curve in curves if np.isfinite(curve).all()] or [np.empty(0)], axis=0
        )
        ends = [end for end in self._natural_ends() if end <= len(mean)]
        return min(ends, key=lambda end: float(mean[end - 1])) if ends else self.recipe.epochs

    def _natural_ends(self) -> list[int]:
        """The epochs that may be the last of a refit: where the rate has come down, else any.

        In the middle of a cycle the parameters are wherever a large step has left them.
        """
        recipe, epochs = self.recipe, self.recipe.epochs
        if isinstance(recipe.schedule, CosLog) and recipe.schedule.steps is None:
            n_cycles = 2**recipe.schedule.cycles - 1
            ends = [
                round(epochs * (2**k - 1) / n_cycles) for k in range(1, recipe.schedule.cycles + 1)
            ]
            return sorted({end for end in ends if 1 <= end <= epochs})
        first = unjudged_epochs(recipe.batch_size, len(self.data.X), epochs, recipe.optimizer)
        return list(range(first + 1, epochs + 1))

    # --- what was learned ---------------------------------------------------------------------

    # --- a limit of time ----------------------------------------------------------------------

    def _left(self) -> float:
        assert self.run.time_limit is not None
        return max(self.run.time_limit - (perf_counter() - self.started), 1e-3)

    def _no_time_left(self, done: int) -> bool:
        """Whether another group of members would end too late."""
        if self.run.time_limit is None:
            return False
        spent = perf_counter() - self.started
        return spent * (1 + self._threads / done) > self.run.time_limit

    @property
    def _threads(self) -> int:
        return self.run.threads or cpu_count() or 1

    def _affordable_epochs(self) -> int:
        """As many epochs as fit into the limit, by the time of some updates on one thread.

        An ensemble has at least as many members as threads; it may have fewer than folds.

        Raises
        ------
        InvalidValueError
            If there is no time for one.
        """
        data, recipe, limit = self.data, self.recipe, self.run.time_limit
        n = len(data.X)
        part = data.X[: _PROBED * recipe.batch_size] if recipe.batch_size != "full" else data.X
        seconds = []
        for _ in range(2):  # the first one prepares
            begun = perf_counter()
            train(
                self.trained or self.network, part, data.y[: len(part)], epochs=1, seed=0,
                engine=self.run.engine, threads=1, divergence="ignore", **self._common(n),
            )  # fmt: skip
            seconds.append(perf_counter() - begun)
        epoch = min(seconds) * n / len(part) * _WITH_VALIDATION
        fits = 1.0
        if data.folds and not self.run.ensemble:
            fits += data.folds / self._threads
        affordable = int(_SAFE * self._left() / (epoch * fits))
        if affordable < 1 <= recipe.epochs:
            raise InvalidValueError(
                f"time_limit (={limit:g}) is too short for one epoch of {n:,} rows, which takes "
                f"about {epoch * fits:.2g} s; give more time, fewer rows or smaller layers"
            )
        return min(recipe.epochs, affordable)

    def _learned(
        self, results: Sequence[TrainingResult], judged: Sequence["Judged"] = ()
    ) -> Learned:
        """The members, as networks on zeros and ones, and how sure they are."""
        plain = [self._plain(result) for result in results]
        members = [result.parameters for result in plain]
        target, temperature, residuals, held_out = self.data.target, 1.0, None, None
        if judged and isinstance(target, ClassTarget):
            rows, a, y, w = (np.concatenate(column) for column in zip(*judged, strict=True))
            if self.recipe.calibrate:
                temperature = temperature_of(a, y, w)
                members = [divided_by(self.network, one, temperature) for one in members]
            if not self.data.validation_apart:
                held_out = HeldOutRows(rows, y.argmax(axis=1), a)
        if judged and isinstance(target, NumericTarget):
            errors = [np.abs(target.outputs(a) - target.outputs(y))[:, 0] for _, a, y, _ in judged]
            residuals = np.sort(np.concatenate(errors))
        return Learned(tuple(members), plain[0], temperature, residuals, held_out)

    def _plain(self, result: TrainingResult) -> TrainingResult:
        """A result on codes as the same one on zeros and ones."""
        if self.trained is None:
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


_PROBED = 16
"""Updates whose time is taken."""
_WITH_VALIDATION = 1.15
"""An epoch evaluates the rows held out, too: a forward pass over a quarter as many."""
_SAFE = 0.9

Judged = tuple[IntArray, Array, Array, Array]
"""Numbers, outputs, targets and weights of rows not learned from."""


def _judged(result: TrainingResult, numbers: IntArray, rows: tuple[Array, ...]) -> Judged:
    X, y, *weights = rows
    return numbers, result.predict(X), y, weights[0] if weights else np.ones(len(y))


def _rows(data: TrainingSet, rows: IntArray) -> tuple[Array, ...]:
    """Rows of a training set as a validation set."""
    weights = () if data.weight is None else (data.weight[rows],)
    return data.X[rows], data.y[rows], *weights
