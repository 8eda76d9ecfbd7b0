import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chainrule.cli import main

COMMAND = [sys.executable, "-m", "chainrule.cli"]


def plain(arguments: tuple[Any, ...]) -> list[str]:
    """The arguments, with the preset that trains fastest where a fit names none."""
    named = "--preset" in arguments or arguments[:1] != ("fit",)
    return [*map(str, arguments), *([] if named else ["--preset", "plain"])]


@pytest.fixture
def command() -> list[str]:
    """The command as a new process is started with it."""
    return COMMAND


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment of such a process: no colours asked for or refused, one thread."""
    removed = ("NO_COLOR", "FORCE_COLOR", "CHAINRULE_TRACEBACK")
    kept = {name: value for name, value in os.environ.items() if name not in removed}
    return kept | {"OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "error", "TERM": "xterm-256color"}


@pytest.fixture
def chainrule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CHAINRULE_TRACEBACK", raising=False)

    def run(*arguments: Any, **options: Any) -> Result:
        return CliRunner().invoke(main, plain(arguments), **options)

    return run


@pytest.fixture
def process(
    tmp_path: Path, environment: dict[str, str]
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command as a process, in an empty folder."""

    def run(*arguments: Any, env: dict[str, str] | None = None, **options: Any) -> Any:
        return subprocess.run(
            [*COMMAND, *plain(arguments)],
            cwd=tmp_path,
            env=environment | (env or {}),
            capture_output=True,
            text=True,
            timeout=120,
            **options,
        )

    return run


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A model of the penguins, and what was said about it."""
    folder = tmp_path_factory.mktemp("trained")
    model = folder / "penguins.model"
    result = CliRunner().invoke(main, plain(("fit", "penguins", "--seed", "1", "-o", str(model))))
    assert result.exit_code == 0, result.output
    return SimpleNamespace(model=model, folder=folder, stdout=result.stdout, stderr=result.stderr)


@pytest.fixture
def penguins(chainrule: Callable[..., Result], tmp_path: Path) -> Path:
    """The penguins as a CSV file in the folder of the test."""
    import pyarrow.csv

    from chainrule.tables import read_table

    path = tmp_path / "birds.csv"
    pyarrow.csv.write_csv(read_table("penguins").to_native(), path)
    return path
