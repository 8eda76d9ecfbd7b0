"""The whole page."""

import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from importlib import resources
from typing import Any

import numpy as np

from .. import __version__
from ..errors import (
    DataWarning,
    items_of,
    require,
    require_instance,
    require_integer,
    require_mapping,
    require_text,
)
from ..evaluation import Evaluation, WorstRow, permutation_importance
from ..evaluation.evaluate import evaluated, metrics_of
from ..evaluation.models import pipeline_of
from ..tables import DecodedTable, Pipeline, Table, read_table
from ..tables.read import take_rows
from ..tables.scoring import judge
from ..tables.target_group import parts_of
from ..tables.words import count
from ..training import History
from . import data_sections as data
from . import score_sections as scores
from .tags import facts

_RESAMPLES = 200
_MOST_ROWS = 2000
_WORK = 100_000
"""Rows times columns that an importance is found from, about: wide tables take few rows."""


def html_report(
    model: Any,
    frame: Any,
    *,
    title: str | None = None,
    which: str = "",
    evaluation: Evaluation | None = None,
    decoded: DecodedTable | None = None,
    row_numbers: Sequence[int] | None = None,
    mislabelled: Sequence[WorstRow] = (),
    known: Mapping[str, Mapping[str, Any]] | None = None,
    command: str = "",
) -> str:
    """A page about a model: its scores with their spread, its mistakes, and what it was made of.

    One HTML file that loads nothing: no script, no font, no picture from elsewhere, which the page
    forbids itself. It is light or dark as the reader's system is, and fits a phone.

    Parameters
    ----------
    model : Pipeline, TabularClassifier or TabularRegressor
    frame : whatever `read_table` takes
        The rows that it is judged on, best those that it has not learned from.
    title : str, optional
    which : str, default ""
        What these rows are, in a word: "test".
    evaluation : Evaluation, optional
        Of these rows, where it is there already.
    decoded : DecodedTable, optional
        The whole table, to show how its values lie.
    row_numbers : sequence of int, optional
        What each row is called among the worst ones; by default its number, from 1.
    mislabelled : sequence of WorstRow, default ()
        Rows of the whole table whose labels look wrong, from
        `chainrule.evaluation.mislabelled_rows`.
    known : mapping, optional
        Further facts under their headings.
    command : str, default ""
        What made it, to be shown.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.report import html_report
    >>> pipeline = cr.Pipeline.fit("iris", "species", epochs=5, seed=0)
    >>> page = html_report(pipeline, "iris")
    >>> page.startswith("<!doctype html>"), "//" in page
    (True, False)
    """
    pipeline = pipeline_of("model", model)
    for name, value in (("title", title), ("which", which), ("command", command)):
        require_text(name, "" if value is None and name == "title" else value)
    for name, given, kind in (
        ("evaluation", evaluation, Evaluation), ("decoded", decoded, DecodedTable)
    ):  # fmt: skip
        if given is not None:
            require_instance(name, given, kind, f"of the kind {kind.__name__}")
    doubtful = items_of("mislabelled", mislabelled, "rows that look mislabelled")
    for row in doubtful:
        require_instance("mislabelled", row, WorstRow, "rows that look mislabelled")
    known = {} if known is None else known
    require_mapping("known", known)
    for heading, values in known.items():
        require_mapping(f"known[{heading!r}]", values)
    table = read_table(frame, lenient=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        judged = judge(pipeline.target, pipeline.schema.targets, table, pipeline.outputs(table))
        if evaluation is None:
            metrics = metrics_of(None, parts_of(pipeline.target))
            evaluation = evaluated(judged, metrics, resamples=_RESAMPLES, head_alone=True)
        important = _importance(pipeline, table, evaluation.head.metric)
    numbers = _row_numbers(row_numbers, len(table))
    body, several = [], len(judged) > 1
    top = [one.column for one in important[:8]] or [c.name for c in pipeline.encoder.columns[:8]]
    for k, (one, found) in enumerate(zip(judged, evaluation.targets, strict=True)):
        head = scores.hero(found, evaluation.level, evaluation.resamples, which)
        made = f'<div class="wide">{facts(_facts(pipeline))}</div>' if k == 0 else ""
        history = pipeline.result.history if pipeline.result is not None else History()
        curve = ""
        if k == 0 and len(history):
            kept = pipeline.result.kept_epoch if pipeline.result is not None else None
            curve = data.curves(history, kept)
        body.append(f"<h3>{escape(found.name)}</h3>" if several else "")
        body.append(f'<div class="hero">{head}{made}</div><div class="grid">')
        half = [scores.score_table(found), scores.mistakes(found, one), curve]
        half.append(scores.calibration(one))
        pairs = "".join(half).count("<section") % 2 == 0
        body += half
        if k == 0:
            body.append(scores.importance(important, found.head.metric, wide=pairs))
        body.append(scores.worst(one, table, top, numbers))
        if k == 0:
            whole = None if decoded is None else decoded.table
            body.append(scores.mislabelled(doubtful, whole, top))
        body.append("</div>")
    body.append('<div class="grid">')
    body += [data.columns(pipeline, decoded), data.making(known, command), "</div>"]
    return _page(title or pipeline.target.name, _subtitle(pipeline), "".join(body))


def _row_numbers(given: Sequence[int] | None, n: int) -> Sequence[int]:
    if given is None:
        return range(1, n + 1)
    numbers = items_of("row_numbers", given, "integers, one for each row")
    require(len(numbers) == n, "row_numbers", len(numbers), f"hold a number for each of {n} rows")
    for number in numbers:
        require_integer("row_numbers", number, at_least=0)
    return numbers


def _importance(pipeline: Pipeline, table: Table, metric: str) -> Any:
    n_columns, n = len(pipeline.encoder.columns), len(table)
    most = int(np.clip(_WORK // n_columns, 200, _MOST_ROWS))
    if n > most:
        table = take_rows(table, np.linspace(0, n - 1, most).astype(np.int64))
    repeats = 5 if n_columns <= 30 else 1
    return permutation_importance(pipeline, table, metric=metric, repeats=repeats)


def _facts(pipeline: Pipeline) -> list[tuple[str, Any]]:
    summary, network = pipeline.summary, pipeline.network
    folds, held_out = summary.get("folds"), summary.get("validation_rows")
    learned = [
        ("rows learned from", summary.get("rows")),
        ("to see when to stop", f"{folds} folds" if folds else held_out or None),
    ]
    best = summary.get("best_epoch") if held_out else None
    ran = [("epochs", summary.get("epochs")), ("best epoch", best)]
    sizes = [("network", network.sizes.replace(" -> ", "-")), ("parameters", network.layout.size)]
    return [(name, value) for name, value in [*learned, *ran, *sizes] if value is not None]


def _subtitle(pipeline: Pipeline) -> str:
    schema, summary = pipeline.schema, pipeline.summary
    said = f"{schema.task} from {count(len(schema.features), 'column')}"
    for part in (summary.get("source"), str(summary.get("date") or "")[:10]):
        said += f" · {part}" if part else ""
    return f"{said[:1].upper()}{said[1:]}"


@cache
def _style() -> str:
    return (resources.files(__package__) / "style.css").read_text(encoding="utf-8")


def _page(title: str, subtitle: str, body: str) -> str:
    nothing = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{nothing}">'
        f'<meta name="color-scheme" content="light dark"><title>{escape(title)}</title>'
        f"<style>{_style()}</style></head><body><main><header><h1>{escape(title)}</h1>"
        f"<p>{escape(subtitle)}</p></header>{body}"
        f"<footer>Made by chainrule {__version__}. This page loads nothing.</footer>"
        "</main></body></html>\n"
    )
