"""The command line: one file a command, loaded when it is called."""

from typing import Any

__all__ = ["main"]


def __getattr__(name: str) -> Any:
    # Loaded late: until then nothing but the standard library is, and Ctrl-C is heard.
    if name == "main":
        from .group import main

        return main
    raise AttributeError(f"chainrule.cli has no attribute {name!r}")
