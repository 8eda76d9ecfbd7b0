"""After a fit: what a person wants to know."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..tables import ClassTarget, Pipeline, Table
from ..tables.formats import typed_numbers
from ..tables.scoring import Scores
from ..tables.target import Target
from ..tables.target_group import parts_of, split_outputs
from ..tables.words import count
from ..training import METRICS
from ..training.scores import confusion
from .console import number, results, seconds

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as Grid

    from ..typing import Array

MAX_CLASSES = 8
"""More classes than this make a table too wide: the most frequent mistakes are listed."""
_MAX_MISTAKES = 5
_WIDEST_LABEL = 16


def show_report(
    pipeline: Pipeline,
    rows: Table,
    scores: Mapping[str, Scores],
    which: str,
    metric: str | None,
    duration: float,
) -> None:
    """Print the scores against the trivial guess, the mistakes in short, and how it went."""
    console = results()
    tested, a = which == "test", pipeline.outputs(rows)
    parts = parts_of(pipeline.target)
    for part, form, own in zip(
        parts, pipeline.schema.targets, split_outputs(pipeline.target, a), strict=True
    ):
        console.print()
        if len(parts) > 1:
            console.print(part.name, style="bold underline")
        show_scores(console, part, scores[part.name], which, metric)
        if not tested:
            console.print("These are the rows learned from: the score on new rows is not known.")
        values = typed_numbers(rows.to_native()[part.name], form.format, part.name)
        show_mistakes(console, part, part.encode(values), own)
    console.print()
    show_course(console, pipeline, metric, duration)


def show_scores(
    console: "Console",
    target: Target,
    scores: Mapping[str, float],
    which: str,
    metric: str | None = None,
) -> None:
    """Each score beside that of the trivial guess; the metric, or the first one, heads them."""
    head = METRICS[metric or target.metrics[0]].name
    console.print(f"{which} {headline(target, scores, head)}", style="bold")
    grid = _grid(["", "model", _guess(target)])
    for name in target.metrics:
        if name != head:
            pair = (scores[name], scores[f"baseline_{name}"])
            grid.add_row(_spaced(name), *map(number, pair))
    console.print(grid)
    gain = scores[head] - scores[f"baseline_{head}"]
    if gain * (1 if METRICS[head].greater_is_better else -1) <= 0:
        console.print("The model is no better than the trivial guess.", style="bold")


def headline(target: Target, scores: Mapping[str, float], metric: str) -> str:
    """A score and that of the trivial guess, in a sentence."""
    rows = count(int(scores["rows"]), "row")
    return (
        f"{_spaced(metric)} {number(scores[metric])} on {rows}; "
        f"{_guess(target)} gives {number(scores[f'baseline_{metric}'])}"
    )


def show_mistakes(console: "Console", target: Target, y: "Array", a: "Array") -> None:
    """The confusion table, the most frequent mistakes, or the sizes of the errors."""
    if not isinstance(target, ClassTarget):
        show_errors(console, (target.outputs(a) - target.outputs(y))[:, 0])
        return
    table = confusion(a, y, np.ones(len(y))).astype(int)
    labels = [str(label) for label in target.labels]
    console.print()
    if len(labels) <= MAX_CLASSES:
        console.print("true class in rows, predicted class in columns")
        short = [_shortened(label) for label in labels]
        grid = _grid(["", *short])
        for label, counts in zip(short, table, strict=True):
            grid.add_row(label, *(f"{n:,}" for n in counts))
        console.print(grid)
        return
    np.fill_diagonal(table, 0)
    worst = [divmod(int(k), len(labels)) for k in np.argsort(-table, axis=None, kind="stable")]
    console.print(f"{count(int(table.sum()), 'mistake')}, most often")
    for true, predicted in worst[:_MAX_MISTAKES]:
        if n := table[true, predicted]:
            console.print(f"  {labels[true]} taken for {labels[predicted]}: {n:,}")


def show_errors(console: "Console", errors: "Array") -> None:
    """Sizes of predicted - true, in the target's unit."""
    sizes = np.abs(errors)
    console.print()
    console.print("errors, predicted - true")
    grid = _grid(["", ""])
    grid.add_row("mean", number(float(errors.mean())))
    grid.add_row("half of the rows within", number(float(np.quantile(sizes, 0.5))))
    grid.add_row("nine rows of ten within", number(float(np.quantile(sizes, 0.9))))
    grid.add_row("largest", number(float(errors[sizes.argmax()])))
    console.print(grid)


def show_course(
    console: "Console", pipeline: Pipeline, metric: str | None, duration: float
) -> None:
    """Network, epochs, time, engine, and why it ended."""
    summary, result, network = pipeline.summary, pipeline.result, pipeline.network
    assert result is not None
    widths = [network.n_in, *(layer.n_out for layer in network.layers)]
    console.print(
        f"network {'-'.join(map(str, widths))}, {count(network.layout.size, 'parameter')}, "
        f"{count(summary['epochs'], 'epoch')} in {seconds(duration)} on the {result.engine} "
        "engine"
    )
    ended = f"ended: {_spaced(result.stopped)}"
    if kept := result.kept_epoch:
        score = _spaced(metric or "loss")
        rows = count(summary["validation_rows"], "row")
        ended += f"; kept from epoch {kept}, with the best {score} on {rows} of validation"
    console.print(ended)


def show_files(files: Mapping[str, Path]) -> None:
    """Where everything was written."""
    console = results()
    width = max(map(len, files))
    for what, path in files.items():
        console.print(f"{what:<{width}}  {path}")


def _guess(target: Target) -> str:
    if isinstance(target, ClassTarget):
        return f"always {target.labels[int(np.argmax(target.counts))]}"
    return f"always {number(target.mean)}"


def _grid(heads: list[str]) -> "Grid":
    from rich.table import Table as Grid

    grid = Grid(box=None, pad_edge=False, padding=(0, 0, 0, 2), header_style="")
    for i, head in enumerate(heads):
        grid.add_column(head, justify="right" if i else "left", no_wrap=True)
    grid.show_header = any(heads)
    return grid


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _shortened(label: str) -> str:
    return label if len(label) <= _WIDEST_LABEL else label[: _WIDEST_LABEL - 1] + "…"
