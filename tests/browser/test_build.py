"""The page that is committed is the one that its sources give."""

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import FRONTEND

STATIC = FRONTEND.parent / "src" / "chainrule" / "web" / "static"
FIRST_LOAD = 60 * 1024


def test_the_first_load_is_small() -> None:
    """What the page asks for before an explanation opens: it names those files itself."""
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    first = [path for path in STATIC.rglob("*") if path.is_file() and path.name in page]
    assert {path.name for path in first} == {"index.js", "index.css", "icon.svg"}
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in first)
    assert size + len(gzip.compress(page.encode(), 9)) <= FIRST_LOAD


@pytest.mark.slow
def test_the_sources_build_what_is_committed(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm to build the page with")
    subprocess.run(
        [npm, "run", "--silent", "build", "--", "--outDir", str(tmp_path / "static")],
        cwd=FRONTEND, check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    built = {p.relative_to(tmp_path / "static"): p for p in (tmp_path / "static").rglob("*")}
    kept = {p.relative_to(STATIC): p for p in STATIC.rglob("*")}
    assert set(built) == set(kept)
    different = [
        str(name)
        for name, path in built.items()
        if path.is_file() and path.read_bytes() != kept[name].read_bytes()
    ]
    assert different == []


@pytest.mark.slow
def test_the_page_s_own_tests_pass() -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm to run the page's tests with")
    done = subprocess.run(
        [npm, "test", "--silent"], cwd=FRONTEND, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
