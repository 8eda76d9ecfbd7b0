"""Settings from a file and by their names, for every option of a command."""

from collections.abc import Callable, Mapping
from typing import Any

import click


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--config and --set: where the command line is silent, they speak; --set before --config."""
    given = click.option(
        "--set",
        "-s",
        multiple=True,
        metavar="NAME=VALUE",
        is_eager=True,
        expose_value=False,
        callback=_set,
        help="An option by its name, such as learning_rate=0.01; repeatable.",
    )
    config = click.option(
        "--config",
        metavar="FILE",
        is_eager=True,
        expose_value=False,
        callback=_config,
        help="A TOML file with options by their names; what stands on the command line is first.",
    )
    return given(config(command))


def _set(ctx: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> None:
    settings: dict[str, Any] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise click.BadParameter(f"{text!r} must be NAME=VALUE, such as learning_rate=0.01")
        settings[name.strip()] = value.strip()
    ctx.default_map = {**(ctx.default_map or {}), **_by_parameter(ctx, settings, "--set")}


def _config(ctx: click.Context, option: click.Parameter, path: str | None) -> None:
    if path is None:
        return
    from ..errors import DataError
    from ..runs import read_settings

    try:
        settings = read_settings(path)
    except DataError as error:
        raise click.BadParameter(str(error)) from None
    ctx.default_map = {**_by_parameter(ctx, settings, path), **(ctx.default_map or {})}


def _by_parameter(ctx: click.Context, settings: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Values as click reads them, by the names of the command's parameters."""
    known = parameters_by_name(ctx.command)
    found = {}
    for name, value in settings.items():
        parameter = known.get(name.replace("-", "_"))
        if parameter is None:
            from ..registry import unknown

            raise click.UsageError(f"{source}: {unknown('option', name, known)}")
        if isinstance(value, Mapping):
            raise click.UsageError(f"{source}: {name} must be a value, not a table of TOML")
        found[str(parameter.name)] = _as_given(parameter, value)
    return found


def parameters_by_name(command: click.Command) -> dict[str, click.Parameter]:
    """The parameters of a command by their own names and by those of their options."""
    known: dict[str, click.Parameter] = {}
    for parameter in command.params:
        if not parameter.expose_value:
            continue
        known[str(parameter.name)] = parameter
        if isinstance(parameter, click.Option):
            for option in parameter.opts:
                if option.startswith("--"):
                    known.setdefault(option[2:].replace("-", "_"), parameter)
    return known


def _as_given(parameter: click.Parameter, value: Any) -> Any:
    """A value of TOML as the command line would have it."""
    several = getattr(parameter, "multiple", False)
    if isinstance(value, list):
        parts = [str(part) for part in value]
        return parts if several else ",".join(parts) or "none"
    if isinstance(value, bool) or getattr(parameter, "is_flag", False):
        return value
    return [str(value)] if several else str(value)


def resolved(ctx: click.Context) -> dict[str, Any]:
    """Every parameter of the command with its value, as a file of settings holds it."""
    found = {}
    for parameter in ctx.command.params:
        name = str(parameter.name)
        value = ctx.params.get(name)
        if value is None or (value == () and getattr(parameter, "multiple", False)):
            continue
        if isinstance(value, Mapping):  # weights by label
            value = ",".join(f"{label}={weight:g}" for label, weight in value.items())
        if isinstance(value, tuple):
            value = [item if isinstance(item, bool | int | float) else str(item) for item in value]
        found[name] = value if isinstance(value, bool | int | float | str | list) else str(value)
    return found
