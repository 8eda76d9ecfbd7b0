"""Under CI=true a skipped test is a failed one."""

import os
import shutil
import subprocess
import sys

import pytest

TESTS = """
import pytest

def test_passes(): pass

def test_wants_a_tool(): pytest.importorskip("a_tool_that_nobody_has")

@pytest.mark.skip(reason="no such machine")
def test_is_marked(): pass

@pytest.mark.xfail(reason="known", strict=True)
def test_fails_as_expected(): assert False
"""
MODULE = 'import pytest\npytest.importorskip("a_tool_that_nobody_has")\n'


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ci", "counts"),
    [
        ("true", {"1 passed", "1 failed", "1 xfailed", "2 errors"}),
        ("", {"1 passed", "3 skipped", "1 xfailed"}),
    ],
    ids=["ci", "at home"],
)
def test_skips(ci, counts, tmp_path, root):
    shutil.copy(root / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_some.py").write_text(TESTS)
    (tmp_path / "test_module.py").write_text(MODULE)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--continue-on-collection-errors", "."],
        cwd=tmp_path,
        env={**os.environ, "CI": ci, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
    )
    last = done.stdout.strip().splitlines()[-1]
    assert set(last.split(" in ")[0].split(", ")) == counts, done.stdout
    assert done.returncode == (1 if ci else 0)
    assert ("CI=true allows no skipped test" in done.stdout) == (ci == "true")
