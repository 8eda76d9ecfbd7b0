"""Neurons and small neural networks: fast enough to use, clear enough to see through."""

import ast
from importlib import import_module
from typing import Any

from .loading import LOADING

__version__ = "0.1.0"


def _public_names() -> dict[str, str]:
    """Where each public name lives: a module's path, or "" for a package of its own.

    The stub beside this file lists them for type checkers. Reading it takes a millisecond, and a
    name's module is loaded when the name is first used, so that `import chainrule` is quick.
    """
    with open(f"{__file__.removesuffix('.py')}.pyi", encoding="utf-8") as file:
        stub = ast.parse(file.read())
    return {
        alias.name: node.module or ""
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


_HOMES = _public_names()
__all__ = sorted([*_HOMES, "__version__"])


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        from .registry import nearest

        raise AttributeError(f"chainrule has no attribute {name!r}{nearest(name, __all__)}")
    home = _HOMES[name]
    with LOADING:
        value = getattr(import_module(f".{home}", __name__), name) if home else None
        if value is None:
            value = import_module(f".{name}", __name__)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
