"""`chainrule cv`: cross-validation."""

import json
from typing import TYPE_CHECKING, Any

import click

from .failure import ExitCode
from .learning import learning_options
from .options import fail_under_option, metrics_option
from .searching import reporting_options, searching_options
from .sources import table_argument

if TYPE_CHECKING:
    from ..evaluation import CrossValidation
    from ..tables import Query, ReadOptions


@click.command()
@table_argument
@learning_options
@searching_options(folds=5)
@metrics_option
@fail_under_option
@reporting_options
@click.pass_context
def cv(
    ctx: click.Context,
    /,
    table: "str | Query",
    metrics: tuple[str, ...],
    fail_under: float | None,
    as_json: bool,
    quiet: bool,
    no_progress: bool,
    reading: "ReadOptions",
    cluster: tuple[str, int | None] | None,
    **options: Any,
) -> None:
    """Cross-validate: fit to all folds but one, test on that one.

    TABLE is whatever fit reads. Each score has its mean and standard deviation over the folds. Rows
    are dealt out at random, each class in turn; with --group whole groups, with --time each fold
    learns from what came before it.

    \b
    chainrule cv penguins --seed 1
    chainrule cv visits.csv --target ill --group patient --folds 10
    chainrule cv sales.csv --target price --time day --metric mae
    """  # noqa: D301 - click's mark for lines that stay apart
    from ..evaluation import cross_validate
    from .clusters import connected
    from .searching import counted, given

    frame, target, chosen = given(table, options, reading)
    with connected(cluster) as client, counted("fold", quiet or no_progress) as progress:
        found = cross_validate(
            frame, target, metrics=metrics or None, client=client, progress=progress, **chosen
        )
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=2))
    else:
        _show(found)
    heads = {s.target: s for s in reversed(found.spreads)}.values()
    if fail_under is not None and not all(head.reaches(fail_under) for head in heads):
        ctx.exit(ExitCode.BELOW)


def _show(found: "CrossValidation") -> None:
    from ..tables.words import count
    from .console import grid, number, results
    from .report import spaced

    console = results()
    rows = sum(fold.n_test for fold in found.folds)
    console.print(f"{count(len(found.folds), 'fold')}, {rows:,} rows tested; seed {found.seed}")
    spreads, targets = found.spreads, dict.fromkeys(s.target for s in found.spreads)
    for target in targets:
        if len(targets) > 1:
            console.print(f"\n{target}", style="bold underline")
        folds = [f"fold {k + 1}" for k in range(len(found.folds))] if len(found.folds) <= 10 else []
        table = grid(["", "mean", "std", "trivial guess", *folds])
        for one in (s for s in spreads if s.target == target):
            values = map(number, one.values if folds else ())
            table.add_row(
                spaced(one.metric), number(one.mean), number(one.std), number(one.guess), *values
            )
        console.print(table)
