"""Classification or regression: what a target asks for, and why."""

from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import DataError, require_choice
from .columns import is_date, is_integer, is_usable

Task = Literal["classification", "regression"]
TASKS: tuple[Task, ...] = ("classification", "regression")

MAX_WHOLE_CLASSES = 20
"""More different whole numbers than this are a quantity, not classes."""


def decide_task(name: str, target: Any, task: str | None = None) -> tuple[Task, str]:
    """The task, and a sentence that says why and how to choose the other one.

    Text and booleans are classes. Two different values of any kind are classes. Whole numbers
    (7 or 7.0: files and data frames do not always tell them apart) are classes if there are at
    most 20 different ones and each occurs twice on average. All other numbers are a quantity.

    Parameters
    ----------
    name : str
        The target column.
    target : pyarrow ChunkedArray
        Its tidy values; missing ones count for nothing.
    task : {"classification", "regression"}, optional
        What was asked for.

    Raises
    ------
    InvalidValueError
        If the task is unknown.
    DataError
        If the target holds dates, or something that is no number, text or boolean.
    """
    if task is not None:
        require_choice("task", task, TASKS, "be 'classification' or 'regression'")
    if is_date(target) or not is_usable(target):
        kind = "dates" if is_date(target) else str(target.type)
        raise DataError(f"target {name!r} holds {kind}; a target must be text, booleans or numbers")
    if task is not None:
        asked: Task = "classification" if task == "classification" else "regression"
        return asked, f"{task}, because task={task!r} was asked for"
    target = target.drop_null()
    n, n_distinct = len(target), pc.count_distinct(target).as_py()
    if not (is_integer(target) or target.type == pa.float64()):
        kind = "true and false" if target.type == pa.bool_() else "text"
        return "classification", f"classification, because {name} holds {kind}"
    if n_distinct <= 2:
        why = f"{name} has two different values"
        decided: Task = "classification"
    elif not _is_whole(target):
        why, decided = f"{name} holds numbers with fractions", "regression"
    elif n_distinct <= MAX_WHOLE_CLASSES and 2 * n_distinct <= n:
        why, decided = f"{name} holds only {n_distinct} different whole numbers", "classification"
    else:
        why, decided = f"{name} holds {n_distinct} different whole numbers", "regression"
    other = TASKS[1 - TASKS.index(decided)]
    return decided, f"{decided}, because {why} (task={other!r} would override this)"


def _is_whole(target: Any) -> bool:
    return is_integer(target) or bool(pc.all(pc.equal(target, pc.round(target))).as_py())
