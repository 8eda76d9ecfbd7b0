"""A run: training forward, and back to anything that was."""

from dataclasses import replace
from math import nan

import numpy as np

from ..parameters import Parameters
from ..plan import State
from ..typing import Array
from .problem import Advances, Problem
from .refusal import RefusedError
from .timeline import Branch, Cause, Piece, Segment

MOST_BRANCHES = 6
MOST_SEGMENTS = 500
"""Changes from outside in one branch."""
_PREPARED = 4
"""Problems whose sessions are kept ready."""
_BUDGET = 48 * 2**20
"""Bytes of states that a run keeps."""


class Run:
    """One network's training, with its past.

    Every update that has been done can be gone back to: states are kept, and what lies between two
    of them is trained again, to the same bits. A change in the past begins a branch.

    Parameters
    ----------
    problem : Problem

    Attributes
    ----------
    state : State
        Where it is.
    batch_loss : float
        The loss of the last batch, before its update; nan if that is not known.
    ended : str
        "stopped", "diverged" or "done", else "".
    message : str
        Why, in words.
    """

    def __init__(self, problem: Problem) -> None:
        first = Segment(problem, problem.start, (Cause("start", "start"),))
        self.branches = {0: Branch(0, [Piece(first)])}
        self.branch = self.branches[0]
        self.place = 0
        self.state = problem.start
        self.batch_loss, self.ended, self.message = nan, "", ""
        self._prepared: list[Problem] = []
        self._next = 1

    @property
    def segment(self) -> Segment:
        """The segment that the state lies in."""
        return self.branch.pieces[self.place].segment

    @property
    def problem(self) -> Problem:
        """What is being trained."""
        return self.segment.problem

    @property
    def in_past(self) -> bool:
        """Whether updates after this one have been done."""
        return self.state.update < self.branch.last

    @property
    def epoch_left(self) -> int:
        """Updates to the end of the epoch under way."""
        return self.problem.n_batches - self.state.batch

    # --- forward ------------------------------------------------------------------------------

    def advance(self, updates: int) -> int:
        """Train on, at most so many updates and to the end of a segment; the updates done.

        Less than asked for is done where something ended it: `ended` and `message` say what.
        """
        self._enter()
        piece, before = self.branch.pieces[self.place], self.state
        segment, problem = piece.segment, piece.segment.problem
        self.ended = self.message = ""
        if piece.stop is not None:
            updates = min(updates, piece.stop - before.update)
        limit = problem.settings.epochs
        if limit is not None and piece.stop is None:
            left = (limit - before.epoch) * problem.n_batches - before.batch
            if left <= 0:
                self.ended, self.message = "done", f"all {limit} epochs are done"
                return 0
            updates = min(updates, left)
        with np.errstate(all="ignore"):
            report = self._ready(problem).advance(before, updates=updates)
        self.state = state = report.state
        if report.ended == "diverged":
            self._diverge(piece)
            return 0
        segment.curve.record(before, report, problem.n_batches)
        self.batch_loss = report.batch_loss
        if state.update > self.branch.last:
            self.branch.last = state.update
        # Also states that are come by again: they make the next way back shorter.
        if state.update > segment.kept.updates[-1]:
            segment.kept.offer(state)
        if report.ended == "stopped" and not self.in_past and piece.stop is None:
            self.ended, self.message = "stopped", self._why(report.rule)
        return state.update - before.update

    def _enter(self) -> None:
        """Go from the end of a segment to the beginning of the next."""
        while True:
            stop = self.branch.pieces[self.place].stop
            if stop is None or self.state.update < stop:
                return
            self.place += 1
            self.state = self.segment.start

    def _diverge(self, piece: Piece) -> None:
        update = self.state.update
        if piece.stop is None:
            self.branch.last = update
            piece.segment.kept.cut(update)
        self.batch_loss, self.ended = nan, "diverged"
        self.message = (
            f"a number was no longer finite in epoch {self.state.epoch + 1}; the weights from "
            "before it are kept. A lower learning rate, or a limit for the gradient's norm, helps"
        )

    def _why(self, name: str) -> str:
        if name == "learner":
            return self.problem.ended
        rule = self.problem.rules[name]
        return rule.reason(self.state.rules.get(name) or rule.start())

    def _ready(self, problem: Problem) -> Advances:
        if not self._prepared or self._prepared[-1] is not problem:
            self._prepared = [p for p in self._prepared if p is not problem] + [problem]
            while len(self._prepared) > _PREPARED:
                self._prepared.pop(0).release()
        return problem.session

    # --- back ---------------------------------------------------------------------------------

    def go_near(self, update: int, branch: int | None = None) -> None:
        """To the last state kept that is not after an update; `advance` leads from there to it.

        Raises
        ------
        RefusedError
            If there is no such branch, or the update has not been done in it.
        """
        chosen = self.branch if branch is None else self.branches.get(branch)
        if chosen is None:
            known = ", ".join(map(str, self.branches))
            raise RefusedError("branch", f"branch (={branch}) is not kept; there are {known}")
        first = chosen.pieces[0].segment.start.update
        if not first <= update <= chosen.last:
            raise RefusedError(
                "update",
                f"update (={update}) must be from {first} to {chosen.last}: no more is done",
            )
        self.branch, self.place = chosen, chosen.place(update)
        self.state = self.segment.kept.before(update)
        self.batch_loss, self.ended, self.message = nan, "", ""

    # --- changes ------------------------------------------------------------------------------

    def edit(self, weight: str, value: float) -> None:
        """Set one weight or bias, and go on from there.

        Raises
        ------
        UnknownNameError
            If nothing has that name.
        """
        self._enter()
        parameters = self.state.parameters.copy()
        view, index = parameters.layout.locate(weight)
        if index is None and view.stop - view.start != 1:
            raise RefusedError("weight", f"{weight!r} names an array; name one number of it")
        name = parameters.layout.full_name(view, index or (0,) * len(view.spec.shape))
        parameters[name] = value
        label = f"{parameters.layout.unit_name(view, index or (0,))} = {value:.6g}"
        cause = Cause("edit", label, name, value)
        self._go_on(self.problem, replace(self.state, parameters=parameters), cause)

    def change(self, problem: Problem, cause: Cause, vector: Array | None = None) -> None:
        """Go on with another problem, from the weights of now or from others.

        The optimizer keeps its memory if it is of the same class and the weights are the same.
        """
        self._enter()
        state = self.state
        parameters = state.parameters if vector is None else None
        memory, name = state.optimizer_state, type(problem.plan.optimizer).__name__
        if parameters is None:
            assert vector is not None
            parameters = Parameters(problem.network.layout, vector)
        else:
            parameters = Parameters(problem.network.layout, parameters.vector)
        start = problem.start.optimizer_state
        if vector is not None or name != state.optimizer or len(memory) != len(start):
            memory = problem.plan.optimizer.start(parameters.vector)
        changed = replace(
            state, parameters=parameters, optimizer_state=memory, optimizer=problem.start.optimizer
        )
        self._go_on(problem, changed, cause)

    def _go_on(self, problem: Problem, state: State, cause: Cause) -> None:
        start = replace(state, partial=None, rules={})
        piece = self.branch.pieces[self.place]
        before = self.branch.pieces[: self.place]
        causes: tuple[Cause, ...] = (cause,)
        keeps = state.optimizer_state is self.state.optimizer_state
        if start.update == piece.segment.start.update:  # nothing was trained since the last change
            causes = (*piece.segment.causes, cause)
            keeps = keeps and piece.segment.keeps_memory
            if start.update == 0 and start.parameters == problem.start.parameters:
                start, causes = problem.start, piece.segment.causes[:1]
        else:
            before = [*before, Piece(piece.segment, start.update)]
        if len(before) >= MOST_SEGMENTS:
            raise RefusedError(
                "", f"this run was changed {MOST_SEGMENTS} times; reset it before another change"
            )
        pieces = [*before, Piece(Segment(problem, start, causes, keeps))]
        if self.in_past:
            self.branch = Branch(self._next, pieces, self.branch.number)
            self.branches[self._next] = self.branch
            self._next += 1
            while len(self.branches) > MOST_BRANCHES:
                del self.branches[min(self.branches)]
        else:
            self.branch.pieces = pieces
        self.place, self.state = len(pieces) - 1, start
        self.batch_loss, self.ended, self.message = nan, "", ""
        self._trim()

    def _trim(self) -> None:
        """Keep fewer states where they take too much memory together."""
        segments = {p.segment for branch in self.branches.values() for p in branch.pieces}
        while sum(s.kept.bytes for s in segments) > _BUDGET:
            largest = max(segments, key=lambda s: s.kept.bytes)
            if len(largest.kept.states) <= 2:
                return
            largest.kept.thin()

    def trim(self) -> None:
        """The same while a long training goes on."""
        if self.segment.kept.bytes > _BUDGET // 8:
            self._trim()
