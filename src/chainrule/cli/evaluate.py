"""`chainrule evaluate`: a model file and a table in, scores out."""

import json
from typing import TYPE_CHECKING

import click

from .failure import ExitCode
from .options import fail_under_option, metrics_option, reading_options
from .sources import table_argument

if TYPE_CHECKING:
    from ..tables import Query, ReadOptions


@click.command()
@click.argument("model")
@table_argument
@metrics_option
@click.option("--weight", metavar="COLUMN", help="The column that says what each row counts.")
@click.option(
    "--resamples",
    type=click.IntRange(0, 10**6),
    default=1000,
    show_default=True,
    metavar="N",
    help="How many resamples of the rows the spread is found from; 0 for none.",
)
@click.option(
    "--level",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.95,
    show_default=True,
    metavar="SHARE",
    help="The share of the resampled scores inside of the spread.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="N",
    help="Decides the resamples.",
)  # fmt: skip
@fail_under_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@reading_options
@click.pass_context
def evaluate(
    ctx: click.Context,
    /,
    model: str,
    table: "str | Query",
    metrics: tuple[str, ...],
    weight: str | None,
    resamples: int,
    level: float,
    seed: int,
    fail_under: float | None,
    as_json: bool,
    reading: "ReadOptions",
) -> None:
    """Score a saved model on a table.

    MODEL is a file that chainrule fit wrote. TABLE is whatever fit reads, with the target. Each
    score stands beside that of the trivial guess, with its spread over resamples of the rows.

    \b
    chainrule evaluate penguins.model later.csv
    chainrule evaluate penguins.model later.csv --metric f1_macro --fail-under 0.9
    """  # noqa: D301 - click's mark for lines that stay apart
    from ..evaluation import evaluate as evaluate_model
    from ..models import load_model
    from ..tables import read_table
    from .report import show_evaluation

    found = evaluate_model(
        load_model(model), read_table(table, reading), metrics=metrics or None, weight=weight,
        resamples=resamples, level=level, seed=seed,
    )  # fmt: skip
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=2))
    else:
        show_evaluation(found)
    if fail_under is not None and not all(t.head.reaches(fail_under) for t in found.targets):
        ctx.exit(ExitCode.BELOW)
