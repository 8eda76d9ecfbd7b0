"""A page for every package, with every public name."""

import ast
import inspect
import pkgutil
from collections.abc import Mapping
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

from docstrings import escaped

import chainrule

PRIVATE = {"cli", "engines", "files", "web"}
"""Packages that are reached through others."""


def packages() -> list[str]:
    """The packages with public names."""
    found = (module.name for module in pkgutil.iter_modules(chainrule.__path__) if module.ispkg)
    return [name for name in found if name not in PRIVATE]


def top_level() -> dict[str, list[str]]:
    """The names of `chainrule` itself that no package has, by their module."""
    public: dict[str, list[str]] = {}
    of_packages = {
        id(getattr(import_module(f"chainrule.{r}"), n)) for r in packages() for n in names(r)
    }
    for name in chainrule.__all__:
        thing = getattr(chainrule, name)
        if (
            not name.startswith("_")
            and not inspect.ismodule(thing)
            and id(thing) not in of_packages
        ):
            public.setdefault(thing.__module__.split(".")[1], []).append(name)
    return public


def homes() -> dict[str, str]:
    """Where each name is explained; what `chainrule` itself offers comes first."""
    found = {n: f"chainrule.{r}.{n}" for r in packages() for n in names(r)}
    front = {n for public in top_level().values() for n in public}
    found |= {n: f"chainrule.{n}" for n in front}
    for package in packages():
        offered = import_module(f"chainrule.{package}")
        for name in names(package):
            if name in chainrule.__all__ and getattr(chainrule, name) is getattr(offered, name):
                found[name] = f"chainrule.{package}.{name}"
    return found


def names(package: str) -> list[str]:
    """The public names of a package."""
    return sorted(import_module(f"chainrule.{package}").__all__, key=str.lower)


def entry(module: str, name: str) -> str:
    """What autodoc is to write about a name."""
    thing = getattr(import_module(module), name)
    if inspect.isclass(thing):
        return f".. autoclass:: {module}.{name}\n   :members:\n   :show-inheritance:\n"
    if inspect.isroutine(thing):
        return f".. autofunction:: {module}.{name}\n"
    return f".. py:data:: {module}.{name}\n\n   {escaped(about_constant(module, name))}\n"


def about_constant(module: str, name: str) -> str:
    """The string below a constant in the source; for a registry, the names in it."""
    thing = getattr(import_module(module), name)
    for file in sorted(Path(import_module(module).__file__ or "").parent.glob("*.py")):
        body = ast.parse(file.read_text(encoding="utf-8")).body
        for first, second in pairwise(body):
            target = (
                getattr(first, "target", None) or (getattr(first, "targets", None) or [None])[0]
            )
            said = isinstance(second, ast.Expr) and isinstance(second.value, ast.Constant)
            if said and isinstance(target, ast.Name) and target.id == name:
                return " ".join(str(second.value.value).split())
    if isinstance(thing, Mapping):
        return "By name: " + ", ".join(f"``{key}``" for key in thing) + "."
    return f"A type: ``{thing}``."


def line(module: str, name: str) -> str:
    """What a name is, in one line."""
    thing = getattr(import_module(module), name)
    if inspect.isclass(thing) or inspect.isroutine(thing):
        return escaped((inspect.getdoc(thing) or "").split("\n")[0])
    return escaped(about_constant(module, name).split(". ")[0])


def page(module: str, title: str, public: list[str]) -> str:
    """One page in reStructuredText: all names with a line each, then each in full."""
    about = escaped((inspect.getdoc(import_module(module)) or "").split("\n")[0])
    head = f"{title}\n{'=' * len(title)}\n\n{about}\n\n.. list-table::\n   :widths: 1 3\n\n"
    rows = [f"   * - :py:obj:`~{module}.{n}`\n     - {line(module, n)}" for n in public]
    return "\n".join([head + "\n".join(rows) + "\n", *(entry(module, n) for n in public)])


def write_pages(app: Any) -> None:
    """All packages, the top level and the list of both."""
    folder = Path(app.srcdir) / "reference"
    folder.mkdir(exist_ok=True)
    front = sorted((n for found in top_level().values() for n in found), key=str.lower)
    (folder / "chainrule.rst").write_text(page("chainrule", "chainrule", front), encoding="utf-8")
    for package in packages():
        title = f"chainrule.{package}"
        text = page(title, title, names(package))
        (folder / f"{package}.rst").write_text(text, encoding="utf-8")
    listed = "\n".join(["chainrule", *packages()])
    (folder / "index.md").write_text(
        "# Reference\n\nEvery public name. What is not listed under `chainrule` itself is imported "
        "from its package:\n`from chainrule.plots import NetworkDiagram`.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n",
        encoding="utf-8",
    )


def setup(app: Any) -> dict[str, bool]:
    """Pages are written before Sphinx looks for them."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}
