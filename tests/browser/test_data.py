"""Own data: a table that is dropped, points drawn by hand, a formula; and what is refused."""

import csv
import random
from pathlib import Path

import pytest

from .conftest import Tab

pytestmark = pytest.mark.slow


def drop(tab: Tab, name: str, text: str) -> None:
    """Drop a file onto the page, as a person does."""
    tab.page.evaluate(
        """([name, text]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], name));
            const init = { dataTransfer: transfer, bubbles: true, cancelable: true };
            for (const type of ["dragover", "drop"])
                document.body.dispatchEvent(new DragEvent(type, init));
        }""",
        [name, text],
    )


def flowers() -> str:
    """Thirty flowers of each of three kinds, told apart by length and width."""
    rng = random.Random(1)
    kinds = {"red": (1.0, 4.0), "blue": (3.0, 1.0), "green": (5.0, 5.0)}
    lines = [
        f"{rng.gauss(a, 0.3):.3f},{rng.gauss(b, 0.3):.3f},{kind}"
        for kind, (a, b) in kinds.items()
        for _ in range(30)
    ]
    return "\n".join(["length,width,kind", *lines, ""])


def test_a_dropped_table_is_trained_on(tab: Tab) -> None:
    drop(tab, "flowers.csv", flowers())
    tab.page.get_by_label("Target").wait_for()
    assert tab.page.get_by_label("Target").input_value() == "kind"
    tab.page.locator(".network canvas").wait_for()
    tab.page.locator(".layer-header.last", has_text="output").wait_for()
    assert len([n for n in tab.weights() if n.startswith("layers[1].b")]) == 3
    before = tab.number("#now-loss")
    tab.press("1 epoch")
    tab.press("1 epoch")
    tab.page.wait_for_function(
        "v => Number(document.querySelector('#now-loss').dataset.value) < v", arg=before
    )
    tab.page.get_by_label("length").uncheck()
    tab.page.wait_for_function("() => document.querySelectorAll('.fault').length === 0")


@pytest.mark.parametrize("text", ["", "kind\nred\nblue\n", "\x00\x01\x02\x03"])
def test_a_table_that_cannot_be_used_is_said_and_the_session_lives(tab: Tab, text: str) -> None:
    tab.more()
    before = tab.weights()
    drop(tab, "bad.csv", text)
    tab.page.locator(".table-drop .fault, .panel.data .fault").first.wait_for()
    tab.faults.clear()  # the browser reports the answer 4xx of the upload in its console, too
    assert tab.weights() == before
    tab.step("1 batch", 1)


def test_points_drawn_by_hand_are_learned_from(tab: Tab) -> None:
    tab.data("Drawn by hand")
    canvas = tab.page.locator(".answer canvas")
    box = canvas.bounding_box()
    assert box is not None

    def points() -> int:
        return int("".join(filter(str.isdigit, canvas.get_attribute("aria-label") or "")))

    def click(x: float, y: float) -> None:
        tab.page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])

    before = points()
    for x, y in ((0.3, 0.3), (0.35, 0.6), (0.6, 0.4)):  # faster than the server answers
        click(x, y)
    tab.page.get_by_label(f"The answer, {before + 3} points").wait_for()
    tab.page.get_by_role("button", name="eraser").click()
    click(0.6, 0.4)
    tab.page.get_by_label(f"The answer, {before + 2} points").wait_for()
    tab.press("1 epoch")
    tab.wait_for_update(1)


def test_a_formula_is_parsed_and_a_wrong_one_is_said(tab: Tab) -> None:
    tab.data("A formula")
    field = tab.page.get_by_label("Formula")
    before = tab.weights()
    for wrong in ("sin(x", "__import__('os')", "y + 1", "1e999 x"):
        field.fill(wrong)
        field.press("Enter")
        tab.page.locator(".panel.data .fault").first.wait_for()
        assert tab.weights() == before
    field.fill("x1^2 + x2^2 < 0.5")
    field.press("Enter")
    tab.page.locator(".panel.data .fault").first.wait_for(state="detached")
    tab.page.locator(".layer-header.last").wait_for()
    tab.page.wait_for_function(
        "() => document.querySelector('.network canvas').getAttribute('aria-label')"
        ".includes('weights')"
    )
    tab.press("1 epoch")


def test_the_history_is_a_table(tab: Tab, tmp_path: Path) -> None:
    tab.data("Circle")
    tab.press("1 epoch")
    tab.press("1 epoch")
    tab.page.get_by_role("button", name="Take with you").click()
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="History as CSV").click()
    path = tmp_path / "history.csv"
    download.value.save_as(path)
    with path.open() as file:
        rows = list(csv.DictReader(file))
    losses = [float(row["loss"]) for row in rows if row["loss"]]
    assert len(losses) >= 2
    assert min(losses) > 0
