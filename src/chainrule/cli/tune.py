"""`chainrule tune`: random search."""

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from .learning import learning_options
from .options import file_to_write
from .searching import reporting_options, searching_options
from .settings import parameters_by_name, resolved
from .sources import table_argument

if TYPE_CHECKING:
    from ..evaluation import SearchResult
    from ..tables import Query, ReadOptions

_MOST_ROWS = 20


@click.command()
@table_argument
@learning_options
@click.option(
    "--search",
    multiple=True,
    metavar="NAME=VALUES",
    help="A setting and what is tried: learning_rate=1e-4..1e-2:log, activation=relu|tanh, "
    "'hidden=32|64,64'; repeatable. By default learning rate, hidden, activation, batch size.",
)
@click.option(
    "--trials", type=click.IntRange(min=1), default=20, show_default=True, metavar="N",
    help="How many settings are tried.",
)  # fmt: skip
@searching_options(folds=3)
@click.option("--metric", metavar="NAME", help="The score. By default the first one of the task.")
@click.option(
    "--results",
    metavar="FILE",
    callback=file_to_write(),
    help="Write each trial to this file as it ends; where it is there, go on from it.",
)
@click.option(
    "--all", "every", is_flag=True, help=f"List every trial, not only the {_MOST_ROWS} best."
)
@reporting_options
@click.pass_context
def tune(
    ctx: click.Context,
    /,
    table: "str | Query",
    search: tuple[str, ...],
    results: Path | None,
    every: bool,
    as_json: bool,
    quiet: bool,
    no_progress: bool,
    reading: "ReadOptions",
    cluster: tuple[str, int | None] | None,
    **options: Any,
) -> None:
    """Search settings at random, each one cross-validated.

    TABLE is whatever fit reads. The trials are listed, the best first, with the command that fits
    with its settings. A search that was killed goes on with the same --results, and one that is
    done becomes longer with more --trials.

    \b
    chainrule tune penguins --trials 30 --results penguins.trials
    chainrule tune sales.csv --target price --search learning_rate=1e-4..1e-2:log \\
        --search 'hidden=64|64,64|128,128'
    """  # noqa: D301 - click's mark for lines that stay apart
    from ..evaluation import parse_space
    from ..evaluation import tune as search_settings
    from .clusters import connected
    from .fit import fit
    from .fitting import without_password
    from .searching import counted, given

    known = parameters_by_name(fit)

    def value(name: str, text: str) -> Any:
        parameter = known.get(name)
        if parameter is None:
            from ..registry import unknown

            raise click.UsageError(f"--search: {unknown('option', name, known)}")
        return parameter.process_value(
            ctx, [text] if getattr(parameter, "multiple", False) else text
        )

    space = parse_space(search, value) if search else None
    for name in space or ():
        options.pop(name, None)
    if results is not None and results.exists() and options["seed"] is None:
        from ..evaluation.trials_file import TrialsFile

        options["seed"] = TrialsFile(results).seed
    searched = space if space is not None else _default_space()
    fixed = {name: option for name, option in options.items() if name not in searched}
    frame, target, chosen = given(table, fixed, reading)
    with connected(cluster) as client, counted("trial", quiet or no_progress) as progress:
        found = search_settings(
            frame, target, space, client=client, results=results, progress=progress, **chosen
        )
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=2, default=str))
        return
    _show(found, None if every else _MOST_ROWS)
    if isinstance(table, str):
        source, name = [table], f"{Path(table).stem if table != '-' else 'best'}.model"
    else:
        source = ["--sql", table.sql, "--db", without_password(table.uri)]
        name = "best.model"
    settings = {**_chosen(ctx, fit), **found.best.settings, "seed": found.seed}
    words = [word for k, v in settings.items() for word in ("--set", f"{k}={_text(v)}")]
    click.echo(shlex.join(["chainrule", "fit", *source, *words, "-o", name]))


def _chosen(ctx: click.Context, fit: click.Command) -> dict[str, Any]:
    """What was chosen of what fit takes, too."""
    others = {"table", "sql", "db", "seed", "quiet", "as_json", "cluster", "workers"}
    names = {parameter.name for parameter in fit.params} - others
    return {
        name: value
        for name, value in resolved(ctx).items()
        if name in names and ctx.get_parameter_source(name) is not ParameterSource.DEFAULT
    }


def _default_space() -> dict[str, Any]:
    from ..evaluation import DEFAULT_SPACE

    return DEFAULT_SPACE


def _text(value: Any) -> str:
    if isinstance(value, tuple | list):
        return ",".join(map(str, value)) or "none"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _show(found: "SearchResult", most: int | None) -> None:
    from ..tables.words import count
    from .console import grid, number, results
    from .report import spaced

    console = results()
    console.print(
        f"{count(len(found.trials), 'trial')}; {spaced(found.metric)}, the trivial guess gives "
        f"{number(found.guess)}; seed {found.seed}"
    )
    names = list(found.best.settings)
    table = grid(["", spaced(found.metric), "std", "seconds", *map(spaced, names)])
    for trial in found.trials[:most]:
        values = [_text(trial.settings[name]) for name in names]
        score = "failed" if trial.score is None else number(trial.score)
        std = "" if trial.std is None else number(trial.std)
        table.add_row(str(trial.number), score, std, f"{trial.seconds:.2f}", *values)
    console.print(table)
    for trial in found.trials:
        if trial.error:
            console.print(f"trial {trial.number} failed: {trial.error}")
