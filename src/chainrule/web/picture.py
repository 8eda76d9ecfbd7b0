"""One frame after the other for one page: what it asked for, of the state there is."""

from time import perf_counter
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np

from ..errors import ChainruleError
from ..parameters import Parameters
from ..plan import State
from ..typing import Array
from . import maps
from .frames import Flag, Header, Kind, Section, pack, thinned
from .limits import LIMITS
from .messages import View
from .problem import Problem
from .refusal import RefusedError
from .timeline import Branch

_NOW_AND_THEN = {"curves": 0.1, "losses": 0.1, "health": 0.25}
"""Seconds between two sections that cost more than they change."""
CURVE_POINTS = 400


class ViewSettings(msgspec.Struct, frozen=True):
    """What frames carry; see the message `View`."""

    boundary: int = 100
    units: int = 32
    axes: tuple[int, ...] = (0, 1)
    row: int | None = None
    gradients: Literal["none", "batch", "row"] = "batch"
    curves: bool = True
    health: bool = True
    predictions: bool = False
    path: tuple[str, str] | None = None
    rate: float = 30.0

    def changed(self, message: View, problem: Problem) -> "ViewSettings":
        """The same with what a page has changed.

        Raises
        ------
        RefusedError
            If there is no such input, row or weight.
        """
        given = {f: getattr(message, f) for f in self.__struct_fields__}
        changes = {k: v for k, v in given.items() if v is not msgspec.UNSET}
        new = msgspec.structs.replace(self, **changes)
        n_in = problem.network.n_in
        if "axes" in changes and (max(new.axes) >= n_in or len(set(new.axes)) < len(new.axes)):
            raise RefusedError(
                "axes", f"axes (={list(new.axes)}) must be different inputs, 0 to {n_in - 1}"
            )
        if "row" in changes:
            check_row(new.row, problem)
        for name in new.path or () if "path" in changes else ():
            try:
                problem.network.layout.locate(name)
            except ChainruleError as error:
                raise RefusedError("path", str(error)) from None
        return new

    def fitting(self, problem: Problem) -> "ViewSettings":
        """The same for other data and another network: what is not there is left out."""
        n_in, n = problem.network.n_in, len(problem.data.y)
        axes = tuple(a for a in self.axes if a < n_in) or (0,)
        if n_in > 1 and len(axes) == 1:
            axes = (*axes, next(i for i in range(n_in) if i not in axes))
        row = self.row if self.row is not None and self.row < n else None
        return msgspec.structs.replace(self, axes=axes, row=row)


def check_row(row: int | None, problem: Problem) -> None:
    """Raise a `RefusedError` unless there is such a training row."""
    n = len(problem.data.y)
    if row is not None and row >= n:
        raise RefusedError("row", f"row (={row}) must be from 0 to {n - 1}: there are {n} rows")


class Moment(NamedTuple):
    """Where a session stands; nothing of it changes any more, but for what a branch records."""

    number: int
    network: int
    data: int
    problem: Problem
    state: State
    branch: Branch
    batch_loss: float
    rate: float
    playing: bool
    ended: str
    view: ViewSettings
    other: "tuple[Problem, State, Branch] | None" = None


class Painter:
    """Makes the frames of one page, one after the other."""

    def __init__(self) -> None:
        self.number = 0
        self._sent: dict[str, float] = {}
        self._grids: dict[Any, Array] = {}
        self._milliseconds = np.nan

    def frame(self, moment: Moment) -> bytes:
        """The frame of a moment."""
        began = perf_counter()
        self.number += 1
        problem, state, branch = moment.problem, moment.state, moment.branch
        past = state.update < branch.last
        flags = (
            Flag.PLAYING * moment.playing
            | Flag.DIVERGED * (moment.ended == "diverged")
            | Flag.STOPPED * (moment.ended in ("stopped", "done"))
            | Flag.IN_PAST * past
            | Flag.COMPARING * (moment.other is not None)
        )
        due = {name: self._due(name, began, moment.playing) for name in _NOW_AND_THEN}
        sections = self._sections(moment, problem, state, branch, due)
        if moment.other is not None:
            others = self._sections(moment, *moment.other, {**due, "health": False})
            sections += [section._replace(run=1) for section in others]
        header = Header(
            self.number, moment.network, moment.data, int(flags), state.update, state.epoch,
            state.batch, branch.last, moment.batch_loss, moment.rate, self._milliseconds,
            branch.number,
        )  # fmt: skip
        data = pack(header, sections)
        self._milliseconds = 1000.0 * (perf_counter() - began)
        return data

    def _due(self, name: str, now: float, playing: bool) -> bool:
        if playing and now - self._sent.get(name, -1.0) < _NOW_AND_THEN[name]:
            return False
        self._sent[name] = now
        return True

    def _sections(
        self,
        moment: Moment,
        problem: Problem,
        state: State,
        branch: Branch,
        due: dict[str, bool],
    ) -> list[Section]:
        view = moment.view
        parameters = state.parameters.astype(np.float64)
        sections = [Section(Kind.PARAMETERS, parameters.vector)]
        of_loss = None
        if view.gradients != "none":
            row = view.row if view.gradients == "row" else None
            of_loss = maps.gradient(problem, parameters, row)
            sections.append(Section(Kind.GRADIENT, of_loss))
        plane = len(view.axes) == 2 and problem.network.n_in > 1
        for size, units in ((view.boundary, False), (view.units, True)):
            if size < 2:
                continue
            X = self._grid(problem, view, size)
            if units:
                sections += maps.unit_maps(problem, parameters, X, size, plane)
            else:
                sections.append(maps.answer(problem, parameters, X, size, plane))
        if view.row is not None:
            sections += maps.row_sections(problem, parameters, view.row)
        if view.curves and due["curves"]:
            sections.append(Section(Kind.CURVES, curves(branch)))
        if view.health and due["health"]:
            known = maps.gradient(problem, parameters, None) if of_loss is None else of_loss
            sections += maps.health(problem, parameters, known)
        if due["losses"]:
            measured = maps.losses(problem, parameters)
            sections.append(Section(Kind.LOSSES, measured))
            if state.batch == 0:
                piece = branch.pieces[branch.place(state.update)]
                piece.segment.curve.measure(state, float(measured[2]), float(measured[3]))
        if view.path is not None:
            sections.append(Section(Kind.PATH, path(branch, state, view.path)))
        if view.predictions:
            sections.append(Section(Kind.PREDICTIONS, maps.predictions(problem, parameters)))
        return sections

    def _grid(self, problem: Problem, view: ViewSettings, size: int) -> Array:
        key = problem.data, view.axes, size, view.row
        if key not in self._grids:
            if len(self._grids) >= 4:
                self._grids.clear()
            row = view.row if problem.network.n_in > len(view.axes) else None
            self._grids[key] = maps.grid(problem.data, view.axes, min(size, LIMITS.grid), row)
        return self._grids[key]


def curves(branch: Branch) -> Array:
    """Epoch, loss, validation loss, both metrics and update, for the whole branch, thinned."""
    losses = branch.rows(np.inf, CURVE_POINTS // 2)
    metrics = branch.metrics(np.inf, CURVE_POINTS // 2)
    unknown = np.full((len(losses) + len(metrics), 6), np.nan)
    unknown[: len(losses), [5, 0, 1, 2]] = losses
    unknown[len(losses) :, [5, 0, 3, 4]] = metrics
    ordered: Array = unknown[np.argsort(unknown[:, 5], kind="stable")]
    return ordered


def path(branch: Branch, state: State, weights: tuple[str, str]) -> Array:
    """Update and both weights at the states kept up to this one."""
    rows: list[list[float]] = []
    for kept in [*branch.states(state.update), state]:
        found = _pair(kept.parameters, weights)
        if found is not None and (not rows or kept.update >= rows[-1][0]):
            rows.append([float(kept.update), *found])
    return thinned(np.array(rows).reshape(-1, 3), CURVE_POINTS)


def _pair(parameters: Parameters, weights: tuple[str, str]) -> tuple[float, float] | None:
    try:
        return float(parameters[weights[0]]), float(parameters[weights[1]])
    except (ChainruleError, TypeError):
        return None
