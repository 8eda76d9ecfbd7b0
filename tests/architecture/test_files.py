"""What every file keeps to."""

import re

import pytest

LINES = 350
FOLDERS = ("src", "native", "tests", "benchmarks", "examples", "docs", "frontend")
CODE = {".py", ".pyi", ".hpp", ".cpp", ".inl", ".ts", ".sh"}


@pytest.fixture(scope="module")
def files(root):
    """Every text file that somebody wrote, with its lines."""
    found = {}
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in CODE | {".md"} and not {"static", "node_modules"} & set(file.parts):
                found[file.relative_to(root)] = file.read_text(encoding="utf-8").splitlines()
    assert found
    return found


def test_no_file_holds_two_ideas(files):
    # Code: a lesson is one text of several sections.
    long = {
        str(file): len(lines)
        for file, lines in files.items()
        if file.suffix in CODE and file.parts[0] in ("src", "native") and len(lines) > LINES
    }
    assert long == {}


def test_no_paths_of_a_machine(files):
    roots = "|".join(("home", "root", "tmp", "work", "Users", "usr", "opt", "mnt"))
    path = re.compile(rf"""(?<![\w.~/<])(/({roots})/|[A-Z]:\\\\?Users)""")
    assert path.search('"/' + 'home/me"')
    wrong = [
        f"{file}:{i}: {line.strip()}"
        for file, lines in files.items()
        for i, line in enumerate(lines, start=1)
        if path.search(line) and not line.startswith("#!")
    ]
    assert wrong == []


def test_nothing_is_left_for_later(files):
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    wrong = [
        f"{file}:{i}: {line.strip()}"
        for file, lines in files.items()
        for i, line in enumerate(lines, start=1)
        if words.search(line)
    ]
    assert wrong == []


def test_python_is_free_of_nanobind_elsewhere(files):
    # native/bindings is the one C++ folder that knows Python.
    wrong = [
        str(file)
        for file, lines in files.items()
        if file.parts[0] == "native"
        and file.parts[1] != "bindings"
        and re.search(r"nanobind|Python\.h", "\n".join(lines))
    ]
    assert wrong == []


def test_skips_and_expected_failures_say_why(files):
    # pytest.skip(...), pytest.mark.skip(...), skipif and xfail all take a reason.
    mark = re.compile(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)\b(?!\s*\(\s*[\w\"'])")
    wrong = [
        f"{file}:{i}: {line.strip()}"
        for file, lines in files.items()
        for i, line in enumerate(lines, start=1)
        if file.suffix == ".py" and mark.search(line) and not line.lstrip().startswith("#")
    ]
    assert wrong == []
