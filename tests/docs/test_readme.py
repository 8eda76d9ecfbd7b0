"""The story in the README prints what it shows."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEADING = "## Use it on a table\n"


def story() -> str:
    """The section of the README, with the file that it begins with."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text[text.index(HEADING) + len(HEADING) :]
    return section[: section.index("\n## ")]


@pytest.mark.slow
def test_the_story_prints_what_it_shows(extension, tmp_path):
    table = ROOT / "src" / "chainrule" / "tables" / "data" / "penguins.csv"
    page = tmp_path / "story.md"
    page.write_text(f"```sh\ncp '{table}' .\n```\n{story()}", encoding="utf-8")
    found = list(extension("examples").examples(page))
    assert len(found) > 2
    for example in found:
        assert example.agrees, f"{example.source}prints\n{example.printed}"


def test_the_file_of_the_story_and_its_picture_are_there():
    for link in re.findall(r"\]\((?!http)([^)#]+)", story()):
        assert (ROOT / link).exists(), link
