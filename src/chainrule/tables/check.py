"""A table against what a model learned from: every problem, by column, row and value."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..errors import DataError, require_instance, require_integer
from ..registry import nearest
from ..typing import Array
from .column_encoders import CategoryEncoder, NumberEncoder
from .columns import as_texts, is_text, labels_of, number_array, places_of, tidy, to_numpy
from .dates import DateFormat
from .formats import WORDS, Format, read_numbers
from .frames import check_readable
from .integers import may_be_days
from .ordered_encoder import OrderedEncoder
from .pipeline import Pipeline
from .read import Table, read_table
from .target import ClassTarget, Target, spelled
from .target_group import parts_of
from .text_encoder import TextEncoder
from .words import count

_MISSING = "missing where training had all"


@dataclass(frozen=True)
class Problem:
    """What is wrong with a column, or unusual in it.

    Attributes
    ----------
    column : str
    problem : str
        In words.
    refused : bool
        Whether a prediction of the table is refused for it; else the prediction goes on, as
        `handled` says.
    handled : str
        How a prediction handles it; "" where it is refused.
    n_rows : int
        How many rows have it; 0 where it is about the whole column.
    rows : tuple of (int, str)
        The first of them: their numbers, from 1, and what stands there.
    """

    column: str
    problem: str
    refused: bool
    handled: str = ""
    n_rows: int = 0
    rows: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class TableCheck:
    """What `check_table` found; `print` lists it.

    Attributes
    ----------
    n_rows : int
    n_columns : int
        The columns that the model needs.
    problems : tuple of Problem
        Those that a prediction is refused for come first.
    """

    n_rows: int
    n_columns: int
    problems: tuple[Problem, ...]

    @property
    def refused(self) -> bool:
        """Whether the model refuses to predict the table."""
        return any(problem.refused for problem in self.problems)

    def to_dict(self) -> dict[str, Any]:
        """As plain data, which JSON can hold."""
        problems = [
            {**asdict(one), "rows": [{"row": row, "value": text} for row, text in one.rows]}
            for one in self.problems
        ]
        return {
            "rows": self.n_rows,
            "columns": self.n_columns,
            "refused": self.refused,
            "problems": problems,
        }

    def __str__(self) -> str:
        lines = [f"{count(self.n_rows, 'row')}, {count(self.n_columns, 'column')} needed"]
        for one in self.problems:
            rows = f" in {count(one.n_rows, 'row')}" if one.n_rows else ""
            end = f"; {one.handled}" if one.handled else ""
            lines.append(f"{one.column}: {one.problem}{rows}{end}")
            lines += [f"  row {row}: {text}" for row, text in one.rows]
        return "\n".join(lines)


def check_table(pipeline: Pipeline, frame: Any, *, most_rows: int = 5) -> TableCheck:
    """Compare a table with what a model expects.

    Parameters
    ----------
    pipeline : Pipeline
    frame : whatever `read_table` takes
    most_rows : int, default 5
        How many rows of each problem are listed; all are counted.

    Returns
    -------
    TableCheck
        Columns that are missing, values that are none of their kind, infinite numbers, labels that
        training had not: a prediction (or an evaluation) is refused for these. Missing values and
        levels where training had none, and columns that nobody needs: these are handled.

    Examples
    --------
    >>> from chainrule.tables import Pipeline, check_table
    >>> learned = {"size": [1, 2, 3, 4], "y": [1.5, 2.5, 3, 4]}
    >>> pipeline = Pipeline.fit(learned, "y", epochs=1, seed=0)
    >>> print(check_table(pipeline, {"size": [1.0, float("inf")], "colour": ["red", "blue"]}))
    2 rows, 1 column needed
    size: infinite in 1 row
      row 2: inf
    colour: not learned from; ignored
    """
    require_instance("pipeline", pipeline, Pipeline, "a Pipeline")
    require_integer("most_rows", most_rows, at_least=0)
    table = read_table(frame, lenient=True)
    found = list(_problems(pipeline, table, most_rows))
    found.sort(key=lambda one: not one.refused)
    return TableCheck(len(table), len(pipeline.encoder.columns), tuple(found))


def _problems(pipeline: Pipeline, table: Table, most: int) -> Iterator[Problem]:
    native, targets = table.to_native(), parts_of(pipeline.target)
    needed = [column.name for column in pipeline.encoder.columns]
    others = [name for name in native.column_names if name not in needed]
    for encoder in pipeline.encoder.columns:
        if encoder.name not in native.column_names:
            hint = nearest(encoder.name, others).removeprefix("; ")
            yield Problem(encoder.name, f"missing{f' ({hint})' if hint else ''}", True)
            continue
        try:
            check_readable(native, encoder.name)
            column = tidy(native[encoder.name])
            if isinstance(encoder, NumberEncoder):
                form, may_miss = encoder.format, encoder.missing
                yield from _of_numbers(encoder.name, form, column, most, may_miss)
            else:
                yield from _of_levels(encoder, column, most)
        except DataError as error:
            yield Problem(encoder.name, str(error), True)
    for target in targets:
        if target.name in others:
            try:
                yield from _of_target(target, native[target.name], most)
            except DataError as error:
                yield Problem(target.name, str(error), True)
    learned = {column.name for column in pipeline.schema.columns}
    for name in others:
        if name not in learned and name not in {target.name for target in targets}:
            yield Problem(name, "not learned from", False, "ignored")


def _listed(column: Any, where: Array, most: int) -> dict[str, Any]:
    """How many rows a mask has, and the first of them with their values."""
    rows = np.flatnonzero(where)
    texts = as_texts(column.take(number_array(rows[:most]))).to_pylist()
    shown = tuple(
        (row + 1, "missing" if text is None else text)
        for row, text in zip(rows[:most].tolist(), texts, strict=True)
    )
    return {"n_rows": len(rows), "rows": shown}


def _of_numbers(
    name: str, form: Format, column: Any, most: int, may_miss: bool
) -> Iterator[Problem]:
    bad = np.zeros(len(column), bool)
    if isinstance(form, DateFormat) and may_be_days(column):
        column = column.cast("large_string")
    if column.null_count == len(column):
        values = np.full(len(column), np.nan)
    elif is_text(column):
        values, bad = form.parse(column)
    elif column.type == "double" and not isinstance(form, DateFormat):
        values = to_numpy(column)  # infinite ones, too
    else:
        values = read_numbers(column, form, name)
    if bad.any():
        yield Problem(name, f"no {WORDS[type(form)]}", True, **_listed(column, bad, most))
    infinite = np.isinf(values)
    if infinite.any():
        yield Problem(name, "infinite", True, **_listed(column, infinite, most))
    missing = np.isnan(values) & ~bad
    if missing.any() and not may_miss:
        where = _listed(column, missing, most)
        yield Problem(name, _MISSING, False, "taken as the median", **where)


def _of_levels(
    encoder: CategoryEncoder | OrderedEncoder | TextEncoder, column: Any, most: int
) -> Iterator[Problem]:
    labels = labels_of(column)
    texts, codes = labels
    known = np.ones(len(texts), bool)
    if not isinstance(encoder, TextEncoder):
        known = places_of(texts, encoder.levels) >= 0
    unseen = ~np.append(known, True)[codes]
    if unseen.any():
        other = isinstance(encoder, CategoryEncoder) and encoder.other
        handled = "taken as another" if other else "taken as none that is known"
        where = _listed(column, unseen, most)
        yield Problem(encoder.name, "a level without an input of its own", False, handled, **where)
    missing = codes < 0
    if missing.any() and not encoder.missing:
        handled = "taken as none that is known"
        where = _listed(column, missing, most)
        yield Problem(encoder.name, _MISSING, False, handled, **where)


def _of_target(target: Target, column: Any, most: int) -> Iterator[Problem]:
    column = tidy(column)
    if not isinstance(target, ClassTarget):
        yield from _of_numbers(target.name, target.format, column, most, True)
        return
    texts, codes = labels_of(column)
    unseen = ~np.append(places_of(texts, tuple(spelled(target.labels))) >= 0, True)[codes]
    if unseen.any():
        where = _listed(column, unseen, most)
        yield Problem(target.name, "a label that training had not", True, **where)
