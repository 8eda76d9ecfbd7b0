"""`chainrule check`: a table against what a model expects."""

import json
from typing import TYPE_CHECKING

import click

from .failure import ExitCode
from .options import reading_options
from .sources import table_argument

if TYPE_CHECKING:
    from ..tables import Query, ReadOptions


@click.command()
@click.argument("model")
@table_argument
@click.option("--strict", is_flag=True, help="End with code 3 for what predict would handle, too.")
@click.option(
    "--rows",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    metavar="N",
    help="How many rows of each problem are listed.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@reading_options
@click.pass_context
def check(
    ctx: click.Context,
    /,
    model: str,
    table: "str | Query",
    strict: bool,
    rows: int,
    as_json: bool,
    reading: "ReadOptions",
) -> None:
    """Compare a table with what a saved model expects.

    Every problem is listed by its column, with the rows and the values. The code is 3 where predict
    would refuse the table; missing values and categories that training had not, which predict
    handles, are listed and change it only with --strict.

    \b
    chainrule check penguins.model new.csv && chainrule predict penguins.model new.csv
    """  # noqa: D301 - click's mark for lines that stay apart
    from ..models import load_pipeline
    from ..tables import check_table, read_table

    found = check_table(load_pipeline(model), read_table(table, reading), most_rows=rows)
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=2))
    else:
        click.echo(str(found))
        if not found.problems:
            click.echo("The table is as the model expects it.")
    if found.refused or (strict and found.problems):
        ctx.exit(ExitCode.BAD_DATA)
