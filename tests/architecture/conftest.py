"""The source as data: which file imports what."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "chainrule"


class Import(NamedTuple):
    """One import of one module."""

    file: Path
    importer: str
    """The importing module, below chainrule: "engines.choose"."""
    imported: str
    """The imported module in full: "chainrule.plan.data", "numpy.typing"."""
    line: int
    lazy: bool
    """Whether it stands inside a function, to be run when that is called."""

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.imported}"


def module_name(file: Path) -> str:
    """The module's name below chainrule; "" for the package itself."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _walk(node: ast.AST, lazy: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    for child in ast.iter_child_nodes(node):
        if is_for_types(child):
            continue
        yield child, lazy
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from _walk(child, lazy or inside)


def _is_module(name: str) -> bool:
    path = PACKAGE.parent.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").exists() or path.with_suffix(".pyi").exists()


def imports_of(file: Path) -> Iterator[Import]:
    """Every import of a file that runs; what stands under TYPE_CHECKING does not."""
    importer = module_name(file)
    package = ["chainrule", *(importer.split(".") if importer else [])]
    if file.name != "__init__.py":
        package.pop()
    for node, lazy in _walk(ast.parse(file.read_text(encoding="utf-8"))):
        found = []
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            whole = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                name = f"{whole}.{alias.name}"
                found.append(name if whole.startswith("chainrule") and _is_module(name) else whole)
        for name in found:
            yield Import(file, importer, name, node.lineno, lazy)  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@pytest.fixture(scope="session")
def imports(sources: list[Path]) -> list[Import]:
    return [found for file in sources for found in imports_of(file)]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
