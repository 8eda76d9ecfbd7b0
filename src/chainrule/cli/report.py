"""After a fit or an evaluation: what a person wants to know."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..evaluation import Evaluation, Score, TargetEvaluation, WorstRow
from ..evaluation.scores import spread_in_words
from ..tables import Pipeline
from ..tables.words import count
from .console import grid, number, results, seconds

if TYPE_CHECKING:
    from rich.console import Console

MAX_CLASSES = 8
"""More classes than this make a table too wide: the most frequent mistakes are listed."""
_MAX_MISTAKES = 5
_MAX_DOUBTFUL = 3
_WIDEST_LABEL = 16


def show_report(
    pipeline: Pipeline, evaluation: Evaluation, which: str, metric: str | None, duration: float
) -> None:
    """Print the scores against the trivial guess, the mistakes in short, and how it went."""
    show_evaluation(evaluation, which)
    console = results()
    console.print()
    show_course(console, pipeline, metric, duration)


def show_evaluation(evaluation: Evaluation, which: str = "") -> None:
    """Print the scores of each target and its mistakes; `which` rows they are, test or training."""
    console = results()
    for one in evaluation.targets:
        if which or one is not evaluation.targets[0]:
            console.print()
        if len(evaluation.targets) > 1:
            console.print(one.name, style="bold underline")
        console.print(f"{which} {headline(one)}".strip(), style="bold")
        if evaluation.resamples:
            console.print(_spread(one.head, evaluation))
        show_scores(console, one)
        if which == "training":
            console.print("These are the rows learned from: the score on new rows is not known.")
        show_mistakes(console, one)


def _spread(head: Score, evaluation: Evaluation) -> str:
    """How much of a score is luck of the rows, in words."""
    drawn = f"{evaluation.resamples:,} resamples of these rows"
    if head.low == head.high:
        return f"the same in {drawn}, which cannot tell how sure it is"
    return f"{spread_in_words(head)} in {evaluation.level:.0%} of {drawn}"


def show_scores(console: "Console", one: TargetEvaluation) -> None:
    """Each score but the first beside that of the trivial guess."""
    spreads = any(score.low is not None for score in one.scores[1:])
    heads = ["", "model", *(["spread"] if spreads else []), one.guess]
    table = grid(heads)
    for score in one.scores[1:]:
        spread = [spread_in_words(score)] if spreads else []
        table.add_row(spaced(score.metric), number(score.value), *spread, number(score.guess))
    if one.scores[1:]:
        console.print(table)
    if not one.head.beats_the_guess:
        console.print("The model is no better than the trivial guess.", style="bold")


def headline(one: TargetEvaluation) -> str:
    """A score and that of the trivial guess, in a sentence."""
    head = one.head
    return score_in_words(head.metric, head.value, one.rows, one.guess, head.guess)


def score_in_words(metric: str, value: float, rows: int, guess: str, of_guess: float) -> str:
    """A score and that of the trivial guess, which is given in words."""
    return (
        f"{spaced(metric)} {number(value)} on {count(rows, 'row')}; {guess} gives "
        f"{number(of_guess)}"
    )


def show_mistakes(console: "Console", one: TargetEvaluation) -> None:
    """The confusion table, the most frequent mistakes, or the sizes of the errors."""
    if one.errors:
        show_errors(console, one.errors)
        return
    counts, labels = np.array(one.confusion), one.labels
    console.print()
    if len(labels) <= MAX_CLASSES:
        console.print("true class in rows, predicted class in columns")
        short = [_shortened(label) for label in labels]
        table = grid(["", *short])
        for label, row in zip(short, one.confusion, strict=True):
            table.add_row(label, *(f"{n:,}" for n in row))
        console.print(table)
        return
    np.fill_diagonal(counts, 0)
    worst = [divmod(int(k), len(labels)) for k in np.argsort(-counts, axis=None, kind="stable")]
    console.print(f"{count(int(counts.sum()), 'mistake')}, most often")
    for true, predicted in worst[:_MAX_MISTAKES]:
        if n := counts[true, predicted]:
            console.print(f"  {labels[true]} taken for {labels[predicted]}: {n:,}")


def show_errors(console: "Console", errors: Mapping[str, float]) -> None:
    """Sizes of predicted - true, in the target's unit."""
    console.print()
    console.print("errors, predicted - true")
    table = grid(["", ""])
    table.add_row("mean", number(errors["mean"]))
    table.add_row("half of the rows within", number(errors["half"]))
    table.add_row("nine rows of ten within", number(errors["nine of ten"]))
    table.add_row("largest", number(errors["largest"]))
    console.print(table)


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
    ended = f"ended: {spaced(result.stopped)}"
    if kept := result.kept_epoch:
        score = spaced(metric or "loss")
        rows = count(summary["validation_rows"], "row")
        if again := summary.get("refitted_for"):
            ended += f"; the best {score} on {rows} of validation was that of epoch {kept}, after "
            ended += f"which all rows were learned from for {count(again, 'epoch')}"
            if summary["members"] > 1:
                ended += f" by {count(summary['members'], 'network')}, whose mean predicts"
        else:
            ended += f"; kept from epoch {kept}, with the best {score} on {rows} of validation"
    console.print(ended)


def show_doubtful(rows: Sequence[WorstRow], n: int) -> None:
    """Which labels look wrong, of those of n rows; nothing where none does."""
    if rows:
        worst = ", ".join(
            f"row {one.row} ({one.true}, predicted {one.predicted})" for one in rows[:_MAX_DOUBTFUL]
        )
        more = ", ..." if len(rows) > _MAX_DOUBTFUL else ""
        results().print(f"look mislabelled: {len(rows):,} of {count(n, 'row')}: {worst}{more}")


def show_files(files: Mapping[str, Path]) -> None:
    """Where everything was written."""
    console = results()
    width = max(map(len, files))
    for what, path in files.items():
        console.print(f"{what:<{width}}  {path}")


def spaced(name: str) -> str:
    """The name of a metric as words."""
    return name.replace("_", " ")


def _shortened(label: str) -> str:
    return label if len(label) <= _WIDEST_LABEL else label[: _WIDEST_LABEL - 1] + "…"
