"""The command line: one file a command, loaded when it is called."""

from .group import main

__all__ = ["main"]
