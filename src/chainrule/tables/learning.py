"""From a training set to parameters: one network, or several that each leave rows out."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, isfinite
from os import cpu_count
from typing import Any

import numpy as np

from ..errors import InvalidValueError, TrainingInterrupted
from ..layers import OneHot
from ..network import Network
from ..objective import Objective
from ..parameters import Parameters
from ..plan import Plan
from ..training import (
    Callback,
    EarlyStopping,
    StopRule,
    TrainingResult,
    train,
    train_many,
)
from ..typing import Array, IntArray
from .calibration import divided_by, temperature_of
from .checkpointing import of_table
from .deadline import Deadline, TimeIsUp, fit_in_time, now, seconds_of_an_epoch
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

    def learn(self) -> Learned:
        """Train; raises as `chainrule.train`."""
        if self.run.deadline is not None:
            self.recipe = replace(self.recipe, epochs=self._affordable_epochs(self.run.deadline))
        if self.data.folds:
            return self._by_folds()
        validation, begun = self.data.validation, now()
        result = self._fit(self.recipe.epochs, validation, self.run.callbacks, self.run.checkpoint)
        held_out = [] if validation is None else [_judged(result, self.data.held_out, validation)]
        first = self._learned([result], held_out)
        return self._refitted(first, result, now() - begun) if self._refits(result) else first

    def _fit(
        self,
        epochs: int,
        validation: tuple[Array, ...] | None,
        callbacks: Sequence[Callback] = (),
        checkpoint: Any = None,
    ) -> TrainingResult:
        """Train on the training set's rows, to a part of the schedule."""
        data, run = self.data, self.run
        stop: list[StopRule] = []
        if validation is not None:
            stop.append(self._early_stopping(len(data.X), self.recipe.patience))
        if run.deadline is not None:
            stop.append(TimeIsUp(run.deadline, now()))
        try:
            return train(
                self.trained or self.network, data.X, data.y, epochs=epochs, seed=data.seed,
                sample_weight=data.weight, validation=validation, stop=stop,
                callbacks=callbacks, engine=run.engine, threads=run.threads,
                checkpoint=of_table(checkpoint, data), **self._common(len(data.X)),
            )  # fmt: skip
        except TrainingInterrupted as interrupt:
            raise TrainingInterrupted(str(interrupt), self._learned([interrupt.result])) from None

    def _refits(self, result: TrainingResult) -> bool:
        """Whether all rows are to be learned from, now that rows held out have judged a fit."""
        data = self.data
        judged = data.validation is not None and len(result.history) > 0 and not result.diverged
        asked = result.stopped == "a callback asked for it"
        return self.recipe.refit and judged and not asked and not data.held_out_given

    def _refitted(self, first: Learned, result: TrainingResult, seconds: float) -> Learned:
        """The same with parameters from all rows, if there is time; no curve, no checkpoint."""
        epochs = self._best_epoch([result])
        held_out, n = self.data.validation, len(self.data.X)
        assert held_out is not None
        self.data = self.data.with_held_out()
        deadline, longer = self.run.deadline, len(self.data.X) / n
        if deadline and seconds * longer * epochs / len(result.history) > deadline.left:
            return first
        try:
            again = self._fit(epochs, None)
        except TrainingInterrupted as interrupt:
            raise TrainingInterrupted(str(interrupt), first) from None
        if again.diverged or len(again.history) < epochs:
            return first
        parameters = divided_by(self.network, self._plain(again).parameters, first.temperature)
        return replace(first, members=(parameters,), refitted_for=epochs)

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
        if self.run.deadline is None:
            fits = self._fit_folds(range(self.data.folds))
        else:
            fits = self._fit_folds_in_time(self.run.deadline)
        results = [result for _, result in fits]
        judged = []
        for k, result in fits:
            out = self._part(k)[1]
            if k < self.data.folds:  # each row once
                judged.append(_judged(result, self.data.rows[out], _rows(self.data, out)))
        if self.run.ensemble:
            return self._learned(results, judged)
        last = self._fit(self._best_epoch(results), None, self.run.callbacks)
        return self._learned([last], judged)

    def _part(self, k: int) -> tuple[IntArray, IntArray]:
        """The rows of fold k, and those that it leaves out; after the last fold of another cut."""
        data = self.data
        classes = data.y.argmax(axis=1) if isinstance(data.target, ClassTarget) else None
        cut, k = divmod(k, data.folds)
        fold = fold_of_rows(len(data.X), data.folds, data.seed + cut, classes)
        return np.flatnonzero(fold != k), np.flatnonzero(fold == k)

    def _fit_folds(self, folds: Sequence[int]) -> list[tuple[int, TrainingResult]]:
        """The threads share the folds."""
        data, run = self.data, self.run
        parts = [self._part(k) for k in folds]
        n = min(len(rows) for rows, _ in parts)
        settings = [
            {"rows": rows, "validation": _rows(data, out), "seed": data.seed + k}
            for k, (rows, out) in zip(folds, parts, strict=True)
        ]
        try:
            found = train_many(
                self.trained or self.network, data.X, data.y, settings,
                sample_weight=data.weight, epochs=self.recipe.epochs, stop=self._fold_stopping(n),
                engine=run.engine, threads=run.threads, **self._common(n),
            )  # fmt: skip
        except TrainingInterrupted as interrupt:
            raise self._interrupted(str(interrupt), interrupt.result) from None
        return list(zip(folds, found, strict=True))

    def _fit_folds_in_time(self, deadline: Deadline) -> list[tuple[int, TrainingResult]]:
        """Each thread has a fold to itself, so that the time ends it; an ensemble goes on."""
        data, run = self.data, self.run

        def fit(k: int, rule: TimeIsUp) -> TrainingResult:
            rows, out = self._part(k)
            weight = None if data.weight is None else data.weight[rows]
            return train(
                self.trained or self.network, data.X[rows], data.y[rows], sample_weight=weight,
                validation=_rows(data, out), seed=data.seed + k, epochs=self.recipe.epochs,
                stop=[self._fold_stopping(len(rows)), rule], engine=run.engine, threads=1,
                **self._common(len(rows)),
            )  # fmt: skip

        most = max(MOST_MEMBERS, data.folds) if run.ensemble else data.folds
        try:
            return fit_in_time(
                fit, deadline, epochs=self.recipe.epochs, threads=self._threads, most=most
            )
        except KeyboardInterrupt as interrupt:
            (found,) = interrupt.args or ((),)
            raise self._interrupted("interrupted", [result for _, result in found]) from None

    def _fold_stopping(self, n: int) -> EarlyStopping:
        patience = self.recipe.patience if self.run.ensemble else max(self.recipe.epochs, 1)
        return self._early_stopping(n, patience)

    def _interrupted(self, why: str, results: Sequence[TrainingResult]) -> TrainingInterrupted:
        """With the first network that has learned anything.

        Raises
        ------
        KeyboardInterrupt
            If there is none.
        """
        done = [result for result in results if result.state.update] or list(results)
        if not done:
            raise KeyboardInterrupt
        return TrainingInterrupted(why, self._learned(done[:1]))

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
        ends = [end for end in self.recipe.natural_ends(len(self.data.X)) if end <= len(mean)]
        return min(ends, key=lambda end: float(mean[end - 1])) if ends else self.recipe.epochs

    # --- a limit of time ----------------------------------------------------------------------

    @property
    def _threads(self) -> int:
        return self.run.threads or cpu_count() or 1

    def _affordable_epochs(self, deadline: Deadline) -> int:
        """As many epochs as fit into the limit, by the time of some updates.

        An ensemble has as many members as end in time, and all of them the same epochs: so many
        that no thread is idle in the end.

        Raises
        ------
        InvalidValueError
            If there is no time for one.
        """
        data, epochs, epoch = self.data, self.recipe.epochs, self._seconds_of_an_epoch()
        left, fits = _SAFE * deadline.left, 1.0
        if not isfinite(epoch):  # it diverged
            return epochs
        if data.folds:
            share, rounds = 1 - 1 / data.folds, ceil(data.folds / self._threads)
            if self.run.ensemble:
                wanted = ceil(left / (epoch * share * max(epochs, 1)))
                fits = share * min(max(wanted, 1), rounds)
            else:
                fits = share * rounds + 1.0
        affordable = int(left / (epoch * fits))
        if affordable < 1 <= epochs:
            raise InvalidValueError(
                f"time_limit (={deadline.limit:g}) is too short for one epoch of "
                f"{len(data.X):,} rows, which takes about {epoch * fits:.2g} s; give more time, "
                "fewer rows or smaller layers"
            )
        return min(epochs, affordable)

    def _seconds_of_an_epoch(self) -> float:
        """Of all rows, while the other threads are as busy as they will be."""
        data, rows = self.data, self.recipe.batch_size
        n, threads = len(data.X), self._threads if data.folds else 1
        part = n if isinstance(rows, str) else min(_PROBED * rows, n)
        judged = data.validation and tuple(x[: ceil(len(x) * part / n)] for x in data.validation)

        def fit(callback: Callback) -> TrainingResult:
            return train(
                self.trained or self.network, data.X[:part], data.y[:part], epochs=3, seed=0,
                validation=judged, callbacks=[callback], engine=self.run.engine,
                threads=1 if data.folds else self.run.threads, divergence="ignore",
                **self._common(n),
            )  # fmt: skip

        return seconds_of_an_epoch(fit, threads) * n / part

    # --- what was learned ---------------------------------------------------------------------

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


MOST_MEMBERS = 20
"""Of an ensemble that has time for more than its folds."""
_PROBED = 16
"""Updates whose time is taken, three times."""
_SAFE = 0.95
"""The share of the time that is planned with."""

Judged = tuple[IntArray, Array, Array, Array]
"""Numbers, outputs, targets and weights of rows not learned from."""


def _judged(result: TrainingResult, numbers: IntArray, rows: tuple[Array, ...]) -> Judged:
    X, y, *weights = rows
    return numbers, result.predict(X), y, weights[0] if weights else np.ones(len(y))


def _rows(data: TrainingSet, rows: IntArray) -> tuple[Array, ...]:
    """Rows of a training set as a validation set."""
    weights = () if data.weight is None else (data.weight[rows],)
    return data.X[rows], data.y[rows], *weights
