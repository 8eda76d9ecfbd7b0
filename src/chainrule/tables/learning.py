"""From a training set to parameters: of one network, or of several that are averaged."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..errors import TrainingInterrupted
from ..training import Callback, TrainingResult
from .affordable import affordable_epochs
from .calibration import divided_by, temperature_of
from .deadline import now
from .fits import Fits, Judged, Part, judged, rows_of
from .presets import MOST_MEMBERS, fold_of_rows
from .recipe import Recipe
from .run import HeldOutRows, Learned, Run
from .target import ClassTarget, NumericTarget
from .training_set import TrainingSet


class Learning:
    """One training set and one recipe: fits that are judged, and those that are kept."""

    def __init__(self, data: TrainingSet, recipe: Recipe, run: Run) -> None:
        if run.deadline is not None:
            epochs = affordable_epochs(Fits(data, recipe, run), run.deadline)
            recipe = replace(recipe, epochs=epochs)
        self.data, self.recipe, self.run = data, recipe, run
        self.fits = Fits(data, recipe, run)

    def learn(self) -> Learned:
        """Train; raises as `chainrule.train`."""
        if self.data.folds:
            return self._by_folds()
        begun, validation = now(), self.data.validation
        try:
            result = self.fits.one(
                self.recipe.epochs, callbacks=self.run.callbacks, checkpoint=self.run.checkpoint
            )
        except TrainingInterrupted as interrupt:
            raise self._interrupted(interrupt) from None
        held_out = [] if validation is None else [judged(result, self.data.held_out, validation)]
        first = self._learned([result], held_out)
        ended = result.diverged or result.stopped == "a callback asked for it"
        if ended or not (self._refits or self.recipe.members > 1) or not result.history.loss:
            return first
        return self._kept(first, result, now() - begun)

    @property
    def _refits(self) -> bool:
        """Whether the rows held out are to be learned from in the end."""
        data = self.data
        return self.recipe.refit and data.validation is not None and not data.held_out_given

    def _kept(self, first: Learned, result: TrainingResult, seconds: float) -> Learned:
        """The same with the parameters of the last fits, if there is time; no curve of them."""
        refits, done, n = self._refits, len(result.history), len(self.data.X)
        epochs = done if self.data.validation is None else self._best_epoch([result])
        data = self.data.with_held_out() if refits else replace(self.data, validation=None)
        fits, deadline = Fits(data, self.recipe, self.run), self.run.deadline
        if deadline and seconds * len(data.X) / n * epochs / done > deadline.left:
            return first
        try:
            found = self._last_fits(fits, epochs)
        except TrainingInterrupted as interrupt:
            raise TrainingInterrupted(str(interrupt), first) from None
        whole = [one for one in found if not one.diverged and len(one.history) >= epochs]
        members = [
            divided_by(fits.network, fits.plain(one).parameters, first.temperature) for one in whole
        ]
        if not members:
            return first
        return replace(first, members=tuple(members), refitted_for=epochs if refits else 0)

    def _last_fits(
        self, fits: Fits, epochs: int, callbacks: Sequence[Callback] = ()
    ) -> list[TrainingResult]:
        """The fits that are kept, one for each member, which has a seed of its own."""
        members, deadline = self.recipe.members, self.run.deadline
        if members == 1:
            return [fits.one(epochs, callbacks=callbacks)]
        if deadline is None:
            return fits.several([Part(self._seed(k)) for k in range(members)], epochs)
        found = fits.in_time(lambda k: Part(self._seed(k)), epochs, deadline, members)
        return [result for _, result in found]

    def _seed(self, k: int) -> int:
        """That of fit k: the next ones, as seeds go round."""
        return (self.data.seed + k) % 2**64

    # --- folds ------------------------------------------------------------------------------

    def _by_folds(self) -> Learned:
        """A network for each fold, which its rows end: all of them, or others with their epochs."""
        data, recipe, run = self.data, self.recipe, self.run
        patience = recipe.patience if run.ensemble else max(recipe.epochs, 1)
        try:
            if run.deadline is None:
                parts = [self._fold(k) for k in range(data.folds)]
                fits = list(enumerate(self.fits.several(parts, recipe.epochs, patience)))
            else:
                most = max(MOST_MEMBERS, data.folds) if run.ensemble else data.folds
                fits = self.fits.in_time(self._fold, recipe.epochs, run.deadline, most, patience)
            results, said = [result for _, result in fits], []
            for k, result in fits:
                out = self._fold(k).held_out
                if k < data.folds and out is not None:  # each row once
                    said.append(judged(result, data.rows[out], rows_of(data, out)))
            if not run.ensemble:
                results = self._last_fits(self.fits, self._best_epoch(results), run.callbacks)
        except TrainingInterrupted as interrupt:
            raise self._interrupted(interrupt) from None
        return self._learned(results, said)

    def _fold(self, k: int) -> Part:
        """The rows of fold k, and those that it leaves out; after the last fold of another cut."""
        data = self.data
        classes = data.y.argmax(axis=1) if isinstance(data.target, ClassTarget) else None
        cut, k_of_cut = divmod(k, data.folds)
        fold = fold_of_rows(len(data.X), data.folds, self._seed(cut), classes)
        out = fold == k_of_cut
        return Part(self._seed(k), np.flatnonzero(~out), np.flatnonzero(out))

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

    # --- what was learned ---------------------------------------------------------------------

    def _learned(self, results: Sequence[TrainingResult], said: Sequence[Judged] = ()) -> Learned:
        """The members, as networks on zeros and ones, and how sure they are."""
        plain = [self.fits.plain(result) for result in results]
        members = [result.parameters for result in plain]
        target, temperature, residuals, held_out = self.data.target, 1.0, None, None
        if said and isinstance(target, ClassTarget):
            rows, a, y, w = (np.concatenate(column) for column in zip(*said, strict=True))
            if self.recipe.calibrate:
                temperature = temperature_of(a, y, w)
                members = [divided_by(self.fits.network, one, temperature) for one in members]
            if not self.data.validation_apart:
                held_out = HeldOutRows(rows, y.argmax(axis=1), a)
        if said and isinstance(target, NumericTarget):
            errors = [np.abs(target.outputs(a) - target.outputs(y))[:, 0] for _, a, y, _ in said]
            residuals = np.sort(np.concatenate(errors))
        return Learned(tuple(members), plain[0], temperature, residuals, held_out)

    def _interrupted(self, interrupt: TrainingInterrupted) -> TrainingInterrupted:
        """With the first network that has learned anything.

        Raises
        ------
        KeyboardInterrupt
            If there is none.
        """
        found = interrupt.result
        results = [found] if isinstance(found, TrainingResult) else list(found)
        done = [result for result in results if result.state.update] or results
        if not done:
            raise KeyboardInterrupt
        return TrainingInterrupted(str(interrupt), self._learned(done[:1]))
