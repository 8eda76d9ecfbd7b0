"""`chainrule runs`: what was trained here."""

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..runs import RunRecord


@click.command()
@click.argument("names", metavar="[RUN]...", nargs=-1)
@click.option(
    "--folder", metavar="FOLDER", default="runs", show_default=True, help="Where the runs are."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def runs(names: tuple[str, ...], folder: str, as_json: bool) -> None:
    """List what was trained here, or compare runs side by side.

    Each chainrule fit leaves a run. Without RUN all are listed, with their scores; with one RUN
    everything about it is shown; with several what differs between them.

    \b
    chainrule runs
    chainrule runs penguins-1 penguins-3
    """  # noqa: D301 - click's mark for lines that stay apart
    from ..runs import compare_runs, list_runs
    from ..runs.record import find_run

    found = [find_run(folder, name) for name in names] if names else list_runs(folder)
    if as_json:
        click.echo(json.dumps([run.facts for run in found], indent=2))
    elif not names:
        _list(found)
    elif len(found) == 1:
        _one(found[0])
    else:
        _columns([run.name for run in found], compare_runs(found))


def _list(found: "list[RunRecord]") -> None:
    from .console import grid, results
    from .report import spaced

    table = grid(["", "status", "table", "target", "score", "trivial guess", "epochs", "started"])
    for run in found:
        scores = run.scores or {"": {}}
        for k, (target, score) in enumerate(scores.items()):
            first = [run.name, _status(run), str(run.settings.get("table", ""))]
            said = f"{spaced(score['metric'])} {_number(score['value'])}" if score else ""
            guess = _number(score["guess"]) if score else ""
            last = [f"{run.epochs:,}", run.started[:16].replace("T", " ")]
            cells = [*(first if k == 0 else [""] * 3), target, said, guess]
            table.add_row(*cells, *(last if k == 0 else ["", ""]))
    results().print(table)
    if not found:
        click.echo("There is none.")


def _one(run: "RunRecord") -> None:
    facts = dict(run.facts)
    evaluation = facts.pop("evaluation", {})
    for name, value in facts.items():
        if isinstance(value, dict):
            click.echo(name)
            for key, inner in value.items():
                click.echo(f"  {key:<20} {_plain(inner)}")
        else:
            click.echo(f"{name:<22} {_plain(value)}")
    for target in evaluation.get("targets", ()):
        click.echo(f"scores of {target['target']}")
        for score in target["scores"]:
            guess = f"(trivial guess {_number(score['guess'])})"
            click.echo(
                f"  {score['metric'].replace('_', ' '):<30} {_number(score['value'])} {guess}"
            )


def _columns(names: list[str], compared: dict[str, list[Any]]) -> None:
    from .console import grid, results

    table = grid(["", *names])
    for key, values in compared.items():
        values = [str(one)[:16].replace("T", " ") for one in values] if key == "started" else values
        table.add_row(key.replace("_", " "), *map(_plain, values))
    results().print(table)


def _status(run: "RunRecord") -> str:
    return "not ended" if run.status == "running" else run.status


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value)) or "none"
    if isinstance(value, float):
        return _number(value)
    return "" if value is None else str(value)


def _number(value: float | None) -> str:
    from .console import number

    return "not computed" if value is None else number(value)
