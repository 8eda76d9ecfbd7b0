"""What is chosen for the training: formulas, whole iterations, a second run beside the first."""

from typing import Any

import pytest

from .conftest import Server, Tab, open_tab
from .test_everyone import faults

pytestmark = pytest.mark.slow


def test_formulas_are_set_where_they_are_asked_for(tab: Tab) -> None:
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.data("Circle")
    assert not any("katex" in url for url in asked)
    tab.page.locator(".network").get_by_role("button", name="Formulas").click()
    tab.page.locator(".formulas .katex").first.wait_for()
    assert tab.page.locator(".formulas dt").all_inner_texts() == [
        "hidden 1", "hidden 2", "output", "loss",
    ]  # fmt: skip
    sources = tab.page.locator(".formulas annotation").all_text_contents()
    assert r"f(z) = \tanh z" in sources
    assert sources[-1].endswith(r"\left(-y \ln a - (1 - y) \ln (1 - a)\right)")
    plan = tab.page.locator(".plan .formula-line annotation").all_text_contents()
    assert r"p \leftarrow p - \eta g" in plan[1]
    assert faults(tab) == []


def test_l_bfgs_goes_by_whole_iterations(tab: Tab) -> None:
    tab.data("the people")  # by single samples
    tab.page.get_by_label("Optimizer", exact=True).select_option("LBFGS")
    tab.page.locator(".plan", has_text="A step is a whole iteration").wait_for()
    controls = tab.page.locator(".controls")
    for name in ("1 sample", "1 epoch", "1 batch"):
        assert controls.get_by_role("button", name=name, exact=True).count() == 0
    assert tab.page.get_by_label("Batch size").count() == 0
    seen = [tab.weights()]
    for k in (1, 2, 3):
        tab.step("1 iteration", k)
        seen.append(tab.weights())
    for k in (2, 1, 0):
        tab.step("Back", k)
        assert tab.weights() == seen[k]


@pytest.mark.parametrize(("width", "beside"), [(1280, True), (800, True), (420, False)])
def test_two_runs_are_seen_together(browser: Any, server: Server, width: int, beside: bool) -> None:
    for tab in open_tab(browser, server, viewport={"width": width, "height": 800}):
        tab.data("Circle")
        tab.page.get_by_role("button", name="Compare", exact=True).click()
        tab.page.get_by_role("button", name="Start the other run").click()
        tab.page.get_by_role("img", name="The other run, ").wait_for()
        tab.page.wait_for_function("() => document.querySelector('.comparing .answers')")
        one, other = (
            tab.page.get_by_role("img", name=name).bounding_box()
            for name in ("The answer, ", "The other run, ")
        )
        assert one is not None
        assert other is not None
        for side in ("width", "height"):
            assert one[side] == pytest.approx(other[side], abs=1)
        assert (one["y"] == other["y"]) == beside
        assert min(one["y"], other["y"]) >= 0
        assert max(box["y"] + box["height"] for box in (one, other)) <= 800
