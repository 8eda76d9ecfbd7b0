import inspect
import re

import click
import pytest
from click.testing import CliRunner

import chainrule as cr
from chainrule.cli import main
from chainrule.cli.group import COMMANDS
from chainrule.tables import TABLES, Pipeline


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_in_the_table_is_the_command_s_own(name):
    command = main.get_command(click.Context(main), name)
    assert command.name == name
    assert command.get_short_help_str(limit=200) == COMMANDS[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example(name):
    command = main.get_command(click.Context(main), name)
    assert f"\nchainrule {name}" in inspect.cleandoc(command.help)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_explains_itself(name):
    command = main.get_command(click.Context(main), name)
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help or option.show_default, option.name


def test_help_lists_the_commands_and_the_exit_codes(chainrule):
    result = chainrule("--help")
    assert result.exit_code == 0
    for name, line in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", result.stdout, re.MULTILINE)
    assert "0 ok, 1 failure, 2 usage, 3 bad data, 4 diverged, 130" in result.stdout.replace(
        "\n", ""
    )


def test_version(chainrule):
    assert chainrule("--version").stdout == f"chainrule {cr.__version__}\n" or (
        chainrule("--version").stdout.split()[-1] == cr.__version__
    )


def test_the_nearest_command_is_proposed(chainrule):
    result = chainrule("pedict")
    assert result.exit_code == 2
    assert "unknown command 'pedict'; did you mean 'predict'?" in result.stderr


def test_help_of_fit_names_every_built_in_table(chainrule):
    text = chainrule("fit", "--help").stdout
    assert all(name in text for name in TABLES)


def test_defaults_are_those_of_the_library():
    fit = main.get_command(click.Context(main), "fit")
    defaults = {p.name: p.default for p in fit.params}
    parameters = inspect.signature(Pipeline.fit).parameters
    shared = set(defaults) & set(parameters) - {"target", "numbers", "categories", "texts", "drop"}
    assert {"epochs", "patience", "validation_fraction", "batch_size", "optimizer"} <= shared
    for name in shared:
        # click says "no default" with a value of its own.
        given = defaults[name] if isinstance(defaults[name], str | int | float) else None
        assert given == parameters[name].default, name


def test_every_option_of_the_library_that_is_a_word_or_a_number_is_an_option_here():
    fit = main.get_command(click.Context(main), "fit")
    missing = set(inspect.signature(Pipeline.fit).parameters) - {p.name for p in fit.params}
    # Objects: a command line has no way to write them.
    assert missing == {
        "frame",
        "penalties",
        "sample_weight",
        "callbacks",
        "checkpoint",
        "validation",
        "train_many",
    }


@pytest.mark.parametrize(
    "arguments", [["--help"], ["fit", "--help"], ["predict", "--help"], ["info", "--help"]]
)
def test_prog_name_does_not_matter(arguments):
    assert CliRunner().invoke(main, arguments).exit_code == 0
