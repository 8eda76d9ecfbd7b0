"""Who may import whom, and which libraries. A row imports the rows below it, never one above."""

import re
import subprocess
import sys

import pytest

ROWS = """
cli web
lessons
exchange report runs
models
estimators plots
explain diagnose evaluation
cluster
tables
training
checkpoints
engines
plan subject
backprop gradient_free neuron
objective
network
layers losses optimizers parameters
activations penalties initializers schedules
random registry domain rules files
errors typing loading formatting
"""
ROW_OF = {name: -i for i, row in enumerate(ROWS.split("\n")) for name in row.split()}

# Which package may import which library; "lazily" where only when a function needs it.
LIBRARIES = {
    "numpy": dict.fromkeys(ROW_OF, ""),
    "scipy": {"training": "lazily"},
    "threadpoolctl": {"training": "lazily"},
    "sklearn": {"tables": "lazily", "models": "lazily", "estimators": ""},
    "narwhals": {"tables": "", "cluster": "", "estimators": "", "runs": ""},
    "pyarrow": {"tables": "", "cluster": "", "evaluation": "lazily", "cli": "lazily"},
    "charset_normalizer": {"tables": "lazily"},
    "python_calamine": {"tables": "lazily"},  # of the extra "excel"
    "safetensors": {"files": "lazily"},
    "onnx": {"exchange": "lazily"},  # of the extra "onnx"
    "skl2onnx": {"exchange": "lazily"},
    "matplotlib": {"plots": "lazily"},
    "dask": {"cluster": "lazily"},  # of the extra "cluster"
    "distributed": {"cluster": "lazily"},
    "click": {"cli": ""},
    "starlette": {"web": ""},
    "uvicorn": {"web": "lazily"},
    "websockets": {"web": "lazily"},
    "msgspec": {"web": ""},
    "rich": dict.fromkeys(("cli", "estimators", "explain"), "lazily"),
}


def package(module: str) -> str:
    """The package of a module below chainrule: "engines" for "engines.choose"."""
    return module.split(".")[0]


def inner(imports):
    """Imports within chainrule, as (import, importing package, imported package)."""
    for found in imports:
        if found.imported.split(".")[0] == "chainrule" and found.importer:
            target = package(found.imported.removeprefix("chainrule").removeprefix("."))
            if target != package(found.importer):
                yield found, package(found.importer), target


def test_every_room_has_its_row(sources, root):
    packages = {f.relative_to(root / "src" / "chainrule").parts[0] for f in sources}
    packages = {name.removesuffix(".py") for name in packages} - {"__init__", "__main__"}
    assert packages - set(ROW_OF) == set(), "say in ROWS and in docs/design.md where these lie"


def test_the_design_shows_the_same_rows(root):
    table = [
        re.findall(r"`(\w+)`", line.split("|")[1])
        for line in (root / "docs" / "design.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
    ]
    here = [row.split() for row in ROWS.strip().split("\n")]
    assert table[: len(here)] == here


def test_imports_go_down(imports):
    wrong = []
    for found, importer, imported in inner(imports):
        if importer == "__main__" or imported in ("", "_core"):
            continue
        if ROW_OF[imported] > ROW_OF[importer]:
            wrong.append(f"{found}: {imported} lies above {importer}")
    assert not wrong, "\n".join(wrong)


def test_only_the_version_comes_from_the_front_door(imports, root):
    # A name taken from chainrule itself would hide which package it comes from.
    wrong = []
    for found, _, imported in inner(imports):
        if imported == "":
            line = found.file.read_text(encoding="utf-8").splitlines()[found.line - 1]
            if not line.strip().endswith("import __version__"):
                wrong.append(str(found))
    assert not wrong, "\n".join(wrong)


def in_cycles(graph):
    """The nodes of a graph that lead back to themselves."""

    def reached(start):
        found, todo = set(), [start]
        while todo:
            new = graph.get(todo.pop(), set()) - found
            found |= new
            todo += new
        return found

    return [name for name in graph if name in reached(name)]


def test_no_cycles_inside_a_row(imports):
    graph = {}
    for _, importer, imported in inner(imports):
        if ROW_OF.get(importer) == ROW_OF.get(imported):
            graph.setdefault(importer, set()).add(imported)
    assert in_cycles(graph) == []


def test_no_cycles_between_files(imports):
    # Not even inside functions; a package's __init__ collects its files and is left out.
    graph = {}
    for found in imports:
        if found.file.name != "__init__.py":
            graph.setdefault(f"chainrule.{found.importer}", set()).add(found.imported)
    assert in_cycles(graph) == []


def test_the_core_is_imported_in_one_room(imports):
    wrong = [
        str(found)
        for found in imports
        if found.imported.startswith("chainrule._core")
        and not found.importer.startswith("engines.compiled")
    ]
    assert not wrong, "\n".join(wrong)


def test_libraries_stay_in_their_rooms(imports):
    wrong = []
    for found in imports:
        library = found.imported.split(".")[0]
        if library in sys.stdlib_module_names or library == "chainrule":
            continue
        allowed = LIBRARIES.get(library, {}).get(package(found.importer))
        if allowed is None:
            wrong.append(f"{found}: not a library of {package(found.importer) or 'chainrule'}")
        elif allowed == "lazily" and not found.lazy:
            wrong.append(f"{found}: only inside a function")
    assert not wrong, "\n".join(wrong)


def test_every_library_is_required(root):
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = {re.match(r"[\w-]+", r)[0].lower() for r in project["dependencies"]}
    for extra in ("cluster", "excel", "onnx"):
        required |= {re.match(r"[\w-]+", r)[0] for r in project["optional-dependencies"][extra]}
    names = {"sklearn": "scikit-learn"}
    assert {names.get(library, library).replace("_", "-") for library in LIBRARIES} <= required


def loaded_by(statement: str) -> set[str]:
    """The libraries of ours that a statement loads in a fresh process."""
    code = f"import sys\n{statement}\nprint(*{{m.split('.')[0] for m in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split()) & {*LIBRARIES, "pandas", "polars", "joblib", "torch", "jax"}


def test_import_chainrule_loads_no_library_but_numpy():
    assert loaded_by("import chainrule") <= {"numpy"}


def test_the_whole_mathematics_loads_no_library_but_numpy():
    everything = (
        "import chainrule as cr\nfor name in ('train', 'SGD', 'Network'): getattr(cr, name)"
    )
    assert loaded_by(everything) <= {"numpy"}


def test_training_loads_no_library_but_numpy():
    statement = (
        "import chainrule as cr\n"
        "cr.train(cr.mlp(1, (2,), 1), [[0.0], [1.0]], [0.0, 1.0], loss='mse', epochs=2, seed=0)"
    )
    assert loaded_by(statement) <= {"numpy"}


@pytest.mark.parametrize(
    ("statement", "never"),
    [
        ("import chainrule.cli", {"sklearn", "scipy", "matplotlib", "pyarrow", "pandas", "torch"}),
        ("import chainrule.tables", {"sklearn", "scipy", "matplotlib", "click", "pandas", "torch"}),
        ("import chainrule.models", {"sklearn", "scipy", "matplotlib", "click", "pandas", "torch"}),
        ("import chainrule.plots", {"sklearn", "scipy", "click", "pandas", "torch"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_face_loads_what_it_needs(statement, never):
    assert loaded_by(statement) & never == set()


def test_this_test_sees_wrong_imports(tmp_path, monkeypatch):
    # What reads the imports must read all of their forms.
    from importlib.util import module_from_spec, spec_from_file_location
    from pathlib import Path

    spec = spec_from_file_location("reader", Path(__file__).with_name("conftest.py"))
    reader = module_from_spec(spec)
    spec.loader.exec_module(reader)
    package = tmp_path / "chainrule"
    (package / "losses").mkdir(parents=True)
    (package / "errors.py").touch()
    file = package / "losses" / "wrong.py"
    file.write_text(
        "from typing import TYPE_CHECKING\n"
        "import scipy.optimize as so\n"
        "from .. import errors\n"
        "from ..errors import x\n"
        "from . import other\n"
        "if TYPE_CHECKING:\n    import matplotlib\n"
        "def f():\n    from chainrule.errors import y\n"
    )
    monkeypatch.setattr(reader, "PACKAGE", package)
    found = [(i.imported, i.lazy) for i in reader.imports_of(file)]
    assert found == [
        ("typing", False),
        ("scipy.optimize", False),
        ("chainrule.errors", False),
        ("chainrule.errors", False),
        ("chainrule.losses", False),
        ("chainrule.errors", True),
    ]
