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

RETURNS = {
    "value_and_gradient": "tuple[float, Array]",
    "advance": "tuple[Any, ...]",
    "advance_many": "tuple[list[tuple[Any, ...]], bool]",
    "variable": "str | None",
    "permutation": "IntArray",
    "keep_mask": "BoolArray",
}
"""What the bindings return as an object whose type only they know."""

IMPORTS = """from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .typing import Array, BoolArray, IntArray
"""
WIDTH = 100


def stub() -> str:
    """The stub of the core that is installed."""
    generator = StubGen(core, quiet=True)
    generator.put(core)
    text = re.sub(r"Annotated\[NDArray, dict\([^)]*\)\]", "Array", generator.get())
    text = re.sub(r"^(from|import) .*\n", "", text, flags=re.M)
    text = text.replace(": list,", ": list[Any],")
    for name, kind in RETURNS.items():
        text, found = re.subn(rf"(def {name}\(.*\)) -> .*:$", rf"\1 -> {kind}:", text, flags=re.M)
        if found != 1:
            raise SystemExit(f"RETURNS names {name}, which the core does not have")
    text = re.sub(r'^( *)"""\n?(.*?)"""$', _docstring, text, flags=re.M | re.S)
    head, body = text.split("\n", 1)
    return _tidy(f"{head}\n\n{IMPORTS}\n{body}")


def _docstring(found: re.Match[str]) -> str:
    """A docstring with its sentences filled to lines, as the code's own are."""
    indent = found[1]
    words = " ".join(found[2].split())
    if len(indent) + len(words) + 6 <= WIDTH:
        return f'{indent}"""{words}"""'
    lines = textwrap.fill(f'"""{words}', WIDTH, initial_indent=indent, subsequent_indent=indent)
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
