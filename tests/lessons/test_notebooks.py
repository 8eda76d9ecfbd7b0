"""Each lesson as a notebook: valid, and it runs from a clean kernel."""

import json

import nbformat
import pytest

from chainrule.lessons import (
    LESSONS,
    Check,
    Code,
    Picture,
    get_lesson,
    to_notebook,
    write_notebook,
)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_notebook_is_valid_and_holds_the_lesson_s_code(lesson, tmp_path):
    path = tmp_path / "lesson.ipynb"
    write_notebook(get_lesson(lesson), path)
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    blocks = [b for section in get_lesson(lesson).sections for b in section.blocks]
    assert cells == [block.source for block in blocks if isinstance(block, Code)]
    assert json.loads(path.read_text()) == to_notebook(get_lesson(lesson))


@pytest.mark.parametrize("lesson", LESSONS)
def test_checks_and_pictures_are_folded_and_captions_kept(lesson):
    cells = to_notebook(get_lesson(lesson))["cells"]
    blocks = [block for block in get_lesson(lesson).blocks if isinstance(block, Code)]
    code = [k for k, cell in enumerate(cells) if cell["cell_type"] == "code"]
    for k, block in zip(code, blocks, strict=True):
        folded = cells[k]["metadata"].get("jupyter", {}).get("source_hidden", False)
        assert folded == isinstance(block, Check | Picture)
        if isinstance(block, Picture):
            assert cells[k + 1]["source"].startswith(f"*{block.caption}*")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Jupyter's own libraries
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_notebook_runs_from_a_clean_kernel(lesson, tmp_path, monkeypatch):
    from nbclient import NotebookClient

    monkeypatch.setenv("PYTHONWARNINGS", "default")
    notebook = nbformat.from_dict(to_notebook(get_lesson(lesson)))
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    shown = [output.data for cell in code for output in cell.outputs if "data" in output]
    pictures = sum("image/png" in data or "image/svg+xml" in data for data in shown)
    assert pictures == len(get_lesson(lesson).pictures)
    assert any("text/html" in data for data in shown)
    streams = [o for cell in code for o in cell.outputs if o.get("name") == "stderr"]
    assert streams == []
