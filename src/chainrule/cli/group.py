"""The command `chainrule` and the table of its commands."""

from importlib import import_module
from typing import Any

import click

from .. import __version__
from .failure import failures_as_messages
from .interrupts import interrupts_are_raised

COMMANDS = {
    "fit": "Train a network on a table and save the model.",
    "predict": "Predict the rows of a table with a saved model.",
    "evaluate": "Score a saved model on a table.",
    "cv": "Cross-validate: fit to all folds but one, test on that one.",
    "tune": "Search settings at random, each one cross-validated.",
    "check": "Compare a table with what a saved model expects.",
    "inspect": "Show the layers, the weights and the origin of a saved model.",
    "runs": "List what was trained here, or compare runs side by side.",
    "explain": "Show where a gradient or a prediction comes from.",
    "export": "Write a model as ONNX, C or weights for other libraries.",
    "play": "Open the playground: watch a network learn, in the browser.",
    "lesson": "Walk through one of five lessons, with every number.",
    "info": "Show what a model is; or versions, engines and the machine.",
}
"""Each command with its help in one line. The command's object has its name, in a file of its name;
it is imported when it is called, so that no command waits for what another one needs."""


class LazyGroup(click.Group):
    """A group of commands in the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"{__package__}.{cmd_name}"), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or propose the nearest one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from ..registry import unknown

            ctx.fail(str(unknown("command", args[0], COMMANDS)))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whatever goes wrong becomes a message and an exit code."""
        with interrupts_are_raised(), failures_as_messages():
            return super().invoke(ctx)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def main() -> None:
    """Neurons and small neural networks: train them on a table, predict, look inside.

    \b
    chainrule fit penguins --target species -o penguins.model
    chainrule predict penguins.model new.csv -o predictions.csv

    Exit codes: 0 ok, 1 failure, 2 usage, 3 bad data, 4 diverged, 130 interrupted, and 5 where a
    score is worse than --fail-under.
    """  # noqa: D301 - click's mark for lines that stay apart
