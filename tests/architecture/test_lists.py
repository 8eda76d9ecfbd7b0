"""Everything that is written is listed: a name that nobody finds is not there."""

import ast
import inspect
from importlib import import_module
from types import ModuleType

import pytest

import chainrule as cr
from chainrule.layers import LAYERS, Layer
from chainrule.registry import Registry

FOLDERS = ("activations", "losses", "penalties", "initializers", "schedules", "optimizers")
LISTS = {"activations": 14, "losses": 12}
"""How many there are at least: an empty list would pass every test that reads it."""


def registry_of(folder: str) -> Registry:
    return getattr(import_module(f"chainrule.{folder}"), folder.upper())


def modules_of(folder: str, sources) -> list[ModuleType]:
    files = [f for f in sources if f.parent.name == folder and f.parents[1].name == "chainrule"]
    return [import_module(f"chainrule.{folder}.{f.stem}") for f in files if f.stem != "__init__"]


def classes_of(module: ModuleType, base: type) -> list[type]:
    """The concrete classes of a kind that a module defines."""
    return [
        c
        for c in vars(module).values()
        if inspect.isclass(c)
        and c.__module__ == module.__name__
        and issubclass(c, base)
        and c is not base
        and not inspect.isabstract(c)
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_is_listed(folder, sources):
    registry, package = registry_of(folder), import_module(f"chainrule.{folder}")
    listed = set(registry.classes.values())
    found = {c for module in modules_of(folder, sources) for c in classes_of(module, registry.base)}
    assert {c.__name__ for c in found - listed} == set(), f"add these to {folder.upper()}"
    assert listed == found
    assert {c.__name__ for c in found} <= set(package.__all__)
    assert len(registry) >= LISTS.get(folder, 2)


def test_every_layer_is_listed(sources):
    found = {c for module in modules_of("layers", sources) for c in classes_of(module, Layer)}
    assert set(LAYERS.values()) == found
    assert {c.__name__ for c in found} <= set(import_module("chainrule.layers").__all__)


@pytest.mark.parametrize("folder", FOLDERS)
def test_names_are_unique(folder):
    registry = registry_of(folder)
    assert set(registry.aliases) & set(registry.objects) == set()
    assert set(registry.aliases.values()) <= set(registry.objects)
    assert len(registry.classes) == len({type(item) for item in registry.values()})
    lower = [name.lower() for name in (*registry.objects, *registry.aliases)]
    assert len(set(lower)) == len(lower)
    assert all(name.isidentifier() and name == name.lower() for name in registry)


@pytest.mark.parametrize("folder", FOLDERS)
def test_listed_classes_are_final(folder):
    # Abstract or final: nobody inherits half of a formula.
    for c in registry_of(folder).classes.values():
        assert getattr(c, "__final__", False), c.__name__


def test_every_activation_has_a_file_of_its_name(sources):
    names = {f.stem for f in sources if f.parent.name == "activations"} - {"__init__", "base"}
    assert names == set(registry_of("activations"))


def test_every_module_is_used(sources, imports, root):
    # A module that no other imports is reached by nobody; -m chainrule reaches __main__, and the
    # commands are imported by their names in a table.
    from chainrule.cli.group import COMMANDS

    used = {found.imported for found in imports}
    used |= {f"chainrule.{home or name}" for name, home in cr._HOMES.items()}
    used |= {f"chainrule.cli.{command}" for command in COMMANDS}
    unused = []
    for file in sources:
        name = ".".join(file.relative_to(root / "src").with_suffix("").parts)
        if file.stem in ("__init__", "__main__"):
            continue
        if name not in used:
            unused.append(name)
    assert unused == []


# --- the front door -------------------------------------------------------------------------------


def test_the_list_of_public_names_is_one_of_explicit_imports(root):
    # Type checkers take a name in a stub as public only if it is imported "as" itself.
    tree = ast.parse((root / "src" / "chainrule" / "__init__.pyi").read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert all(node.level == 1 for node in imports)
    assert all(alias.asname == alias.name for node in imports for alias in node.names)


def test_public_names():
    names = cr.__all__
    assert len(set(names)) == len(names)
    assert dir(cr) == names
    for name in names:
        assert getattr(cr, name) is not None, name
    for name, home in cr._HOMES.items():
        module = import_module(f"chainrule.{home or name}")
        if home:
            assert getattr(cr, name) is getattr(module, name)
            assert name in getattr(module, "__all__", [name])
        else:
            assert getattr(cr, name) is module
    with pytest.raises(AttributeError, match="chainrule has no attribute 'Dens'; did you mean"):
        cr.Dens  # noqa: B018


@pytest.mark.parametrize("name", [n for n in cr.__all__ if not n.startswith("_")])
def test_every_public_name_is_explained(name):
    thing = getattr(cr, name)
    if not (inspect.isclass(thing) or inspect.isroutine(thing) or inspect.ismodule(thing)):
        return  # a constant or the name of a type: its module explains it
    own = vars(thing).get("__doc__") if inspect.isclass(thing) else thing.__doc__
    assert own, f"{name} has no docstring of its own"
    assert not own.startswith(f"{name}("), f"{name} has only what dataclass wrote"
    if inspect.isclass(thing):
        for key, member in vars(thing).items():
            if inspect.isroutine(member) and not key.startswith("_"):
                assert inspect.getdoc(member), f"{name}.{key} has no docstring"


@pytest.mark.parametrize("folder", FOLDERS)
def test_listed_classes_are_explained(folder):
    for c in registry_of(folder).classes.values():
        assert vars(c).get("__doc__"), c.__name__
        if inspect.signature(c).parameters:
            text = inspect.getdoc(c)
            bases = "".join(inspect.getdoc(b) or "" for b in c.__mro__[1:-1])
            for parameter in inspect.signature(c).parameters:
                assert parameter in text + bases, f"{c.__name__} does not explain {parameter}"
