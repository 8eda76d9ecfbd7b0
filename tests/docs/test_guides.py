"""The guides print what they say, and leave nothing out."""

import inspect
import re
from pathlib import Path

import pytest

from chainrule import errors, plots
from chainrule.cli.fit import fit
from chainrule.lessons import LESSONS, get_lesson

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(page.stem for page in DOCS.glob("*.md"))


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")  # a page may stop a fit early
def test_examples_print_what_the_page_shows(page, extension):
    for example in extension("examples").examples(DOCS / f"{page}.md"):
        assert example.agrees, f"{example.source}prints\n{example.printed}"


def test_an_example_that_prints_something_else_is_found(extension, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "```python\nx = 1\nprint(x)\n```\n\n```text\n1\n```\n\n"
        "```python\nprint(x + 1)\n```\n\n```text\n3\n```\n\n"
        "```python\nprint(0.12346, 1.5e-3)\n```\n\n```text\n0.12345 0.0015\n```\n\n"
        "```python\nprint(0.12347)\n```\n\n```text\n0.12345\n```\n\n"
        "```sh\necho took 0.31 s\n```\n\n```text\ntook 0.25 s\n```\n\n"
        "```python\nprint('not shown')\n```\n"
    )
    run = extension("examples")
    assert [example.agrees for example in run.examples(page)] == [
        True, False, True, False, True, True,
    ]  # fmt: skip
    run.update(page)
    assert all(example.agrees for example in run.examples(page))
    assert "```text\n2\n```" in page.read_text()
    assert "took 0.25 s" in page.read_text()


def text(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def test_pages_name_other_sites_in_words():
    """The built pages work without the network, so nothing on them leads there."""
    linked = {page: re.findall(r"\]\((https?://[^)]+)", text(f"{page}.md")) for page in PAGES}
    assert {page: links for page, links in linked.items() if links} == {}


def test_every_option_of_fit_is_explained():
    # What --help says of itself needs no line.
    options = {name for parameter in fit.params for name in parameter.opts if name[:2] == "--"}
    named = set(re.findall(r"--[a-z-]+", text("table.md")))
    assert options - named - {"--help", "--output", "--quiet"} == set()


def test_every_error_and_warning_is_explained():
    kinds = [
        name
        for name, kind in vars(errors).items()
        if inspect.isclass(kind)
        and issubclass(kind, BaseException)
        and kind.__module__ == "chainrule.errors"
    ]
    explained = re.findall(r"^`(\w+)`\n: ", text("errors.md"), re.M)
    assert set(kinds) - set(explained) == {"ChainruleError", "ChainruleWarning"}


def test_every_kind_of_picture_is_in_the_gallery():
    assert set(plots.__all__) - set(re.findall(r"\w+", text("_ext/gallery.md"))) == {"Display"}


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_section_of_a_lesson_has_an_article_s_point(lesson):
    titles = [section.title for section in get_lesson(lesson).sections]
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    linked = set(re.findall(rf"\(lessons/{lesson}\.md#([\w-]+)\)", text("articles.md")))
    assert linked - anchors == set()
    # What the articles do not have.
    ours = {"how-long-a-step-may-be", "negative-coefficients", "all-of-the-people"}
    ours |= {"two-people-it-has-never-seen", "why-random-weights"}
    assert anchors - linked - ours == set()
