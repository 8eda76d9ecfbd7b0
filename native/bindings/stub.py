"""Writes src/chainrule/_core.pyi: what the bindings say of themselves, for type checkers.

Usage: python native/bindings/stub.py, or make stubs, after the bindings have changed.
"""

import re
import subprocess
import sys
import textwrap
from pathlib import Path

from nanobind.stubgen import StubGen

import chainrule._core as core

STUB = Path(__file__).parents[2] / "src" / "chainrule" / "_core.pyi"

TYPES = {
    "curves": "Array",
    "ended": 'Literal["done", "diverged", "interrupted", "stopped"]',
    "keep_mask": "BoolArray",
    "optimizer_state": "Array",
    "orders": "IntArray",
    "parameters": "Array",
    "permutation": "IntArray",
    "progress": "Callable[[int], object]",
    "RuleState.parameters": "Array | None",
    "Updater.step": "tuple[float, float]",
    "validation_losses": "Array | None",
    "value_and_gradient": "tuple[float, Array]",
    "variable": "str | None",
}
"""The types of arguments, properties and results that the bindings only call an object, an array
or a string: by name, or by the names of a class and its member."""

IMPORTS = """from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from .typing import Array, BoolArray, IntArray
"""
WIDTH = 100


def stub() -> str:
    """The stub of the core that is installed."""
    generator = StubGen(core, quiet=True)
    generator.put(core)
    text = re.sub(r"Annotated\[NDArray, dict\([^)]*\)\]", "Array", generator.get())
    text = re.sub(r"^(from|import) .*\n", "", text, flags=re.M)
    lines, owner = [], ""
    for line in text.splitlines():
        if found := re.match(r"class (\w+)", line):
            owner = found[1]
        elif line.startswith("def "):
            owner = ""
        lines.append(_typed(line, owner) if "def " in line else line)
    text = "\n".join(lines)
    text = re.sub(r'^( *)"""\n?(.*?)"""$', _docstring, text, flags=re.M | re.S)
    head, body = text.split("\n", 1)
    return _tidy(f"{head}\n\n{IMPORTS}\n{body}")


def _typed(line: str, owner: str) -> str:
    """A signature, with the types that TYPES knows."""
    found = re.match(r"( *def (\w+)\()(.*)(\) -> )(.*?)(:(?: \.\.\.)?)$", line)
    if found is None:
        raise SystemExit(f"this is no signature: {line}")
    start, name, arguments, arrow, result, end = found.groups()

    def known(name: str, otherwise: str) -> str:
        of_owner = f"{owner}.{name}" if owner else name
        kind = TYPES.get(of_owner, TYPES.get(name, otherwise))
        if kind == "object":
            raise SystemExit(f"say in TYPES what {of_owner} is")
        return kind

    arguments = re.sub(
        r"(\w+): (object|Array)\b", lambda m: f"{m[1]}: {known(m[1], m[2])}", arguments
    )
    return f"{start}{arguments}{arrow}{known(name, result)}{end}"


def _docstring(found: re.Match[str]) -> str:
    """A docstring with its sentences filled to lines, as the code's own are."""
    indent = found[1]
    words = " ".join(found[2].split())
    if len(indent) + len(words) + 6 <= WIDTH:
        return f'{indent}"""{words}"""'
    indents = {"initial_indent": indent, "subsequent_indent": indent}
    lines = textwrap.fill(f'"""{words}', WIDTH - 3, **indents)  # ruff may put the quotes there
    return f'{lines}\n{indent}"""'


def _tidy(text: str) -> str:
    """Formatted by ruff, without imports that nothing needs."""
    ruff = [sys.executable, "-m", "ruff"]
    name = ["--stdin-filename", str(STUB), "-"]
    for command in (["check", "--fix-only", "--quiet", "--select", "F401"], ["format", "--quiet"]):
        done = subprocess.run(
            [*ruff, *command, *name], input=text, capture_output=True, text=True, check=True
        )
        text = done.stdout
    return text


if __name__ == "__main__":
    STUB.write_text(stub(), encoding="utf-8")
