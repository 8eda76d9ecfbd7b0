"""The options of `chainrule fit` that a preset decides where they are not given."""

from collections.abc import Callable
from typing import Any

import click

from .options import batch_size, hidden_units

_FACTOR = click.FloatRange(min=0)
_OPTIONS: dict[str, dict[str, Any]] = {
    "preset": {
        "type": click.Choice(["plain", "auto", "best"]),
        "default": "auto",
        "show_default": True,
        "help": "Decides what is not given of the options below: auto is accurate for its time, "
        "best the mean of several such networks, plain an ordinary multilayer perceptron.",
    },
    "time-limit": {
        "type": click.FloatRange(min=0, min_open=True),
        "metavar": "SECONDS",
        "help": "What training may take.",
    },
    "hidden": {
        "metavar": "UNITS,...",
        "callback": hidden_units,
        "help": "Units of each hidden layer, or none for a linear model.",
    },
    "activation": {"metavar": "NAME", "help": "Of the hidden layers."},
    "epochs": {
        "type": click.IntRange(min=1),
        "metavar": "N",
        "help": "The largest number of passes over the rows.",
    },
    "batch-size": {
        "metavar": "ROWS|auto|full",
        "callback": batch_size,
        "help": "Rows of one update.",
    },
    "optimizer": {"metavar": "NAME", "help": "The rule for each step."},
    "learning-rate": {
        "type": float,
        "metavar": "RATE",
        "help": "In place of the optimizer's own.",
    },
    "schedule": {"metavar": "NAME", "help": "How the learning rate changes."},
    "label-smoothing": {
        "type": click.FloatRange(0, 1, max_open=True),
        "metavar": "SHARE",
        "help": "How far labels are moved towards equal shares.",
    },
    "scale-factor": {
        "type": _FACTOR,
        "metavar": "FACTOR",
        "help": "The learning rate factor of a factor for each input; 0 for none.",
    },
    "parametrization": {
        "type": click.Choice(["standard", "ntk"]),
        "help": "Whether the learning rate of a layer falls with its inputs (ntk).",
    },
    "embedding": {
        "type": click.IntRange(min=0),
        "metavar": "N",
        "help": "Outputs of learned waves for each number; 0 for none.",
    },
    "calibrate": {
        "flag": "--calibrate/--no-calibrate",
        "default": None,
        "help": "Whether rows held out correct the probabilities.",
    },
    "folds": {
        "type": click.IntRange(min=0),
        "metavar": "N",
        "help": "Parts of the rows, of which each is held out once; 0 for none.",
    },
    "ensemble": {
        "flag": "--ensemble/--no-ensemble",
        "default": False,
        "help": "Whether the networks of all folds are averaged.",
    },
    "refit": {
        "flag": "--refit/--no-refit",
        "default": None,
        "help": "Whether the rows held out are learned from in the end.",
    },
    "members": {
        "type": click.IntRange(min=1),
        "metavar": "N",
        "help": "Networks that are trained in the end, of which the mean predicts.",
    },
    "patience": {
        "type": click.IntRange(min=1),
        "metavar": "N",
        "help": "Epochs without improvement until it stops.",
    },
}


def recipe_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options, under the names that `Pipeline.fit` has for them.

    All but --folds, which is `chainrule fit`'s alone: elsewhere it means folds to test on.
    """
    for name in reversed([name for name in _OPTIONS if name != "folds"]):
        command = _option(name)(command)
    return command


def folds_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --folds."""
    return _option("folds")(command)


def _option(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    settings = dict(_OPTIONS[name])
    flag = settings.pop("flag", f"--{name}")
    return click.option(flag, name.replace("-", "_"), **settings)
