"""What the library says, in the words of the command line: options instead of arguments."""

import re

OPTIONS = {
    "activation": "--activation",
    "batch_size": "--batch-size",
    "buffer": "--buffer",
    "categories": "--category",
    "class_weight": "--class-weight",
    "dates": "--dates",
    "decimal": "--decimal",
    "drop": "--drop",
    "encoding": "--encoding",
    "engine": "--engine",
    "epochs": "--epochs",
    "folds": "--folds",
    "group": "--group",
    "header": "--header",
    "hidden": "--hidden",
    "jobs": "--jobs",
    "learning_rate": "--learning-rate",
    "level": "--level",
    "method": "--method",
    "metric": "--metric",
    "metrics": "--metric",
    "missing": "--missing",
    "numbers": "--number",
    "optimizer": "--optimizer",
    "output": "--output",
    "patience": "--patience",
    "sample": "--sample",
    "resamples": "--resamples",
    "results": "--results",
    "seed": "--seed",
    "separator": "--separator",
    "sheet": "--sheet",
    "sql": "--sql",
    "skip": "--skip",
    "target": "--target",
    "task": "--task",
    "texts": "--search",
    "thousands": "--thousands",
    "threads": "--threads",
    "uri": "--db",
    "time": "--time",
    "trials": "--trials",
    "validation_fraction": "--validation-size",
    "weight": "--weight",
}
"""The option of each argument that messages name."""

_NAMES = "|".join(sorted(OPTIONS, key=len, reverse=True))
_GIVEN = re.compile(rf"\b({_NAMES}) \(=")
_BOTH = re.compile(rf"\b(?:{_NAMES})=\w*,? (?=--)")
_VALUE = re.compile(rf"\b({_NAMES})=(?:'([^']*)'|(\w+))")
_LISTED = re.compile(r"\btexts=\['([^']*)'\]")
_AGAIN = re.compile(r"(--[\w-]+ \S+) \(\1\)")
_PLACE = re.compile(r" \(--[\w-]+ on the command line\)")
_HEADER = {"--header True": "--header", "--header False": "--no-header"}


def in_options(message: str) -> str:
    """A message with ``--task regression`` in place of ``task='regression'``, and the like.

    Examples
    --------
    >>> in_options("learning_rate (=-1) must be > 0")
    '--learning-rate (=-1) must be > 0'
    >>> in_options("save it as UTF-8, or name its encoding (encoding=, --encoding)")
    'save it as UTF-8, or name its encoding (--encoding)'
    >>> in_options("values as labels by task='classification' (--task classification)")
    'values as labels by --task classification'
    """
    text = _GIVEN.sub(lambda m: f"{OPTIONS[m[1]]} (=", message)
    text = _LISTED.sub(r"--text \1", _BOTH.sub("", text))
    text = _VALUE.sub(lambda m: f"{OPTIONS[m[1]]} {m[2] if m[3] is None else m[3]}", text)
    for written, option in _HEADER.items():
        text = text.replace(f"{written} ({option})", option).replace(written, option)
    return _PLACE.sub("", _AGAIN.sub(r"\1", text))
