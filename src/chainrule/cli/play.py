"""`chainrule play`: the playground, a page in the browser."""

from typing import TYPE_CHECKING

import click

from .console import note

if TYPE_CHECKING:
    from ..web.server import Hub

PORT = 8765


@click.command(short_help="Open the playground: watch a network learn, in the browser.")
@click.argument("table", required=False)
@click.option("--target", help="The column of TABLE to predict; by default the last that can be.")
@click.option("--lesson", help="The lesson whose tour opens: line, people, iris, ...")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True,
    help="Where to listen; if it is in use, the next free one.",
)  # fmt: skip
@click.option("--no-browser", is_flag=True, help="Print the address, and open no browser.")
def play(
    table: str | None, target: str | None, lesson: str | None, port: int, no_browser: bool
) -> None:
    """Open the playground in the browser: train a network step by step, see every number.

    \b
    chainrule play
    chainrule play --lesson people
    chainrule play penguins --target species

    It listens on this machine alone, and ends with Ctrl-C.
    """  # noqa: D301 - \b keeps click from filling the lines
    from ..web.server import serve

    if target is not None and table is None:
        raise click.UsageError("--target goes with a TABLE")
    if table is not None and lesson is not None:
        raise click.UsageError("give a TABLE or --lesson, not both")
    hub = _hub(table, target, lesson)

    def ready(address: str, found: int) -> None:
        if port not in (0, found):
            note(f"Port {port} is in use; this is port {found}.")
        click.echo(f"The playground is at {address}")
        note("Ctrl-C ends it.")
        if not no_browser:
            import webbrowser

            webbrowser.open(address)

    serve(hub, port, ready=ready)


def _hub(table: str | None, target: str | None, lesson: str | None) -> "Hub":
    from ..web.server import Hub
    from ..web.settings import Settings
    from ..web.starts import start

    if table is None:
        if lesson is not None:
            from ..lessons import get_lesson

            get_lesson(lesson)  # so that a wrong name is refused here
        names = {"people": "lesson_people", "iris": "lesson_iris", "equation": "equation"}
        settings = Settings().changed(start(names.get(lesson or "", "lesson_line")))
        return Hub(settings, {"lesson": lesson, "table": None})
    from ..tables import TABLES, read_table
    from ..web.uploads import given_table

    if target is None and table in TABLES:
        target = TABLES[table].target
    settings, tables = given_table(read_table(table), table, target)
    return Hub(settings, {"lesson": None, "table": "given"}, tables)
