from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def extension(monkeypatch):
    """Import a module of docs/_ext."""
    from importlib import import_module

    monkeypatch.syspath_prepend(DOCS / "_ext")
    return import_module


@pytest.fixture(scope="session")
def html():
    """The folder of the built pages."""
    folder = DOCS.parent / "build" / "docs" / "html"
    if not (folder / "index.html").exists():
        pytest.skip("there are no pages; make docs builds them")
    return folder
