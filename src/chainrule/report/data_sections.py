"""What the model was made of: the sections of a report about its data and its making."""

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np

from ..tables import ColumnSchema, DecodedTable, Pipeline
from ..tables.schema import Values
from ..tables.words import count
from ..training import History
from .charts import learning_curve, sparkline
from .tags import facts, section, table, text

_BARS = 20
_MOST_COLUMNS = 200


def columns(pipeline: Pipeline, decoded: DecodedTable | None) -> str:
    """Every column: what it was taken for, what is missing, how its values lie."""
    schema = pipeline.schema
    heads = ["column", "taken for", "missing", "different", "values", ""]
    rows = []
    for target in schema.targets:
        shown = escape(target.name)
        rows.append([f"<b>{shown}</b>", "target", "", "", "", escape(target.why)])
    for one in schema.columns[:_MOST_COLUMNS]:
        values = None if decoded is None else decoded.features.get(one.name)
        rows.append(
            [
                escape(one.name), one.kind, text(one.n_missing) if one.n_missing else "",
                "" if one.n_distinct is None else text(one.n_distinct),
                "" if values is None else _spark(values), escape(_remark(one)),
            ]
        )  # fmt: skip
    more = len(schema.columns) - _MOST_COLUMNS
    note = f"{count(schema.n_rows, 'row')} with a target"
    note += f", {schema.n_without_target:,} without" if schema.n_without_target else ""
    note += f"; {more:,} further columns are not shown" if more > 0 else ""
    return section("The data", table(heads, rows, (2, 3), (5,)), note, wide=True)


def _remark(one: ColumnSchema) -> str:
    return one.reason or one.note


def _spark(values: Values) -> str:
    """How numbers lie between their ends, or how often the most frequent levels are."""
    if isinstance(values, tuple):
        _, codes = values
        counts = np.sort(np.bincount(codes[codes >= 0]))[::-1]
        return sparkline(counts[:_BARS].astype(float)) if len(counts) else ""
    known = values[np.isfinite(values)]
    if not len(known):
        return ""
    low, high = np.quantile(known, [0.01, 0.99])
    if not high > low:
        low, high = known.min(), known.max()
    inside = known[(known >= low) & (known <= high)]
    return sparkline(np.histogram(inside, bins=_BARS)[0].astype(float)) if high > low else ""


def curves(history: History, kept: int | None) -> str:
    """The loss, and the validation loss, by epoch."""
    loss = np.array(history.loss, dtype=float)
    drawn, key = [("one", loss)], ['<span><i class="one"></i>training</span>']
    if history.validation_loss:
        drawn.append(("two", np.array(history.validation_loss, dtype=float)))
        key.append('<span><i class="two"></i>validation</span>')
        if kept:
            key.append(f'<span><i class="dot"></i>kept, epoch {kept:,}</span>')
    chart = learning_curve(drawn, kept, "loss")
    legend = f'<div class="key">{"".join(key)}</div>'
    note = "The loss of an epoch is taken before its updates, the validation loss after them."
    return section("Learning curve", chart and chart + legend, note)


def making(known: Mapping[str, Mapping[str, Any]], command: str) -> str:
    """How it was made: facts under their headings, and the command."""
    parts = []
    for heading, values in known.items():
        body = facts((name.replace("_", " "), _as_words(v)) for name, v in values.items())
        parts.append(section(escape(heading), body, wide=len(values) > 8))
    if command:
        parts.append(section("Command", f"<pre><code>{escape(command)}</code></pre>", wide=True))
    return "".join(parts)


def _as_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)
