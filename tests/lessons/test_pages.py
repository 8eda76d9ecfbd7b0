"""The pages of the documentation are made from the same lessons and the same lists."""

import importlib.util
import re
from pathlib import Path

import pytest

import chainrule as cr
from chainrule.lessons import Check, Code, get_lesson

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def extension(monkeypatch):
    """A module of docs/_ext."""
    monkeypatch.syspath_prepend(DOCS / "_ext")
    return importlib.import_module


def test_a_lesson_as_a_page(extension, tmp_path):
    lesson = get_lesson("equation")
    text = extension("lesson_pages").page(lesson, tmp_path)
    assert text.startswith(f"# {lesson.title}\n\n{lesson.summary}\n")
    assert re.findall(r"^## (.*)$", text, re.M) == [section.title for section in lesson.sections]
    for name, picture in lesson.pictures.items():
        assert f"```{{figure}} equation-{name}.png\n:alt: {picture.caption}\n" in text
        assert (tmp_path / f"equation-{name}.png").stat().st_size > 1000
    assert "error at (5, 1)</td><td>0</td>" in text


def test_a_page_shows_the_code_that_matters(extension, tmp_path):
    lesson = get_lesson("equation")
    text = extension("lesson_pages").page(lesson, tmp_path)
    shown = re.findall(r"^```python\n(.*?)\n```$", text, re.M | re.S)
    blocks = [block for block in lesson.blocks if isinstance(block, Code)]
    assert shown == [block.source for block in blocks if not isinstance(block, Check)]
    assert "Numbers(" not in text
    assert text.count("<details>") == text.count("</details>") == len(lesson.pictures)


def test_every_public_name_has_an_entry(extension):
    homes = extension("reference_pages").homes()
    public = [n for n in cr.__all__ if not n.startswith("_")]
    packages = extension("reference_pages").packages()
    assert set(public) <= set(homes) | set(packages)
    assert homes["SGD"] == "chainrule.optimizers.SGD"
    assert homes["Network"] == "chainrule.Network"
    assert homes["Data"] == "chainrule.plan.Data"


def test_constants_are_explained(extension):
    about = extension("reference_pages").about_constant
    assert about("chainrule.gradient_free", "GATES").startswith("Each gate is one line")
    assert "``sigmoid``" in about("chainrule.activations", "ACTIVATIONS")


@pytest.mark.parametrize(
    ("plain", "marked"),
    [
        ("sum *args and |x| with coef_", r"sum \*args and \|x\| with coef\_"),
        ("`n_out` and ``a_``", "``n_out`` and ``a_``"),
        ("see `SGD`", "see :py:obj:`SGD <chainrule.optimizers.SGD>`"),
    ],
)
def test_docstrings_are_no_markup(plain, marked, extension):
    assert extension("docstrings").escaped(plain) == marked


def test_the_first_page_s_example_runs():
    code = re.findall(r"^```python\n(.*?)^```", (DOCS / "index.md").read_text(), re.M | re.S)
    names = {}
    for block in code:
        exec(compile(block, "index.md", "exec"), names)
    assert names["result"].predict([[-7, -3]])[0, 0] > 0.5
