"""The page's explanations have the numbers of `cr.explain`."""

from typing import Any

import pytest

import chainrule as cr
from chainrule.lessons import get_lesson

from .conftest import Tab

pytestmark = pytest.mark.slow

PEOPLE = [[-2, -1], [25, 6], [17, 4], [-15, -6]]
TARGETS = [1, 0, 0, 1]


def shown(tab: Tab, selector: str) -> list[float]:
    values = tab.page.locator(selector).evaluate_all("es => es.map(e => e.dataset.value)")
    return [float(value) for value in values]


def explain(weights: dict[str, float], weight: str, row: int) -> Any:
    network = cr.Network([cr.Dense(2, 2, "sigmoid"), cr.Dense(2, 1, "sigmoid")])
    return cr.explain(
        network, weights, PEOPLE[row], TARGETS[row], loss="mean_squared_error", weight=weight,
    )  # fmt: skip


@pytest.mark.parametrize(("weight", "row"), [("w1", 0), ("w5", 3), ("b1", 0), ("b3", 2)])
def test_factors_product_and_derivative_are_those_of_explain(
    tab: Tab, weight: str, row: int
) -> None:
    assert get_lesson("people") is not None
    tab.data("the people")
    tab.step("1 batch", 1)
    tab.page.get_by_role("button", name="Network as a table").click()
    tab.page.get_by_role("button", name=f"Explain {weight}", exact=True).first.click()
    tab.page.get_by_role("button", name="Close the table").click()
    tab.page.locator(".explain select").select_option(str(row))
    tab.page.locator("#product").wait_for()
    expected = explain(tab.weights(), weight, row)
    factors = shown(tab, ".factor output.number")
    assert factors == pytest.approx([f.value for f in expected.factors], rel=1e-12)
    assert shown(tab, "#product") == pytest.approx([expected.product], rel=1e-12)
    assert shown(tab, "#derivative") == pytest.approx([expected.derivative], rel=1e-12)
    # KaTeX is there, and has set the symbols.
    tab.page.locator(".factor .katex").first.wait_for()


def test_the_explanation_follows_the_training(tab: Tab) -> None:
    tab.data("the people")
    tab.page.get_by_role("button", name="Explain unit h1").click()
    tab.page.locator("#activation").wait_for()
    before = tab.number("#activation")
    tab.page.locator(".explain select").select_option("0")
    tab.press("Train")
    tab.page.wait_for_function(
        "v => Number(document.querySelector('#activation')?.dataset.value) !== v", arg=before
    )
    tab.press("Pause")


def test_a_batch_lists_its_rows_and_opens_one(tab: Tab) -> None:
    tab.data("the people")
    tab.page.get_by_role("button", name="Explain bias b1").click()
    rows = tab.page.locator(".explain .shares tbody tr")
    rows.first.wait_for()
    assert rows.count() == 4
    total = tab.number("#derivative")
    network = cr.Network([cr.Dense(2, 2, "sigmoid"), cr.Dense(2, 1, "sigmoid")])
    batch = cr.explain_batch(
        network, tab.weights(), PEOPLE, TARGETS, loss="mean_squared_error", weight="b1"
    )
    assert total == pytest.approx(batch.derivative, rel=1e-12)
    rows.first.get_by_role("button").click()
    tab.page.locator(".factor").first.wait_for()


def test_pointing_at_a_factor_lights_its_edge(tab: Tab) -> None:
    tab.data("the people")
    tab.page.get_by_role("button", name="Explain bias b1").click()
    tab.page.locator(".explain select").select_option("0")
    factor = tab.page.locator(".factor[tabindex]", has_text="weight of o1")
    factor.wait_for()
    canvas = tab.page.locator(".network canvas")
    before = canvas.screenshot()
    factor.hover()
    tab.page.wait_for_timeout(100)
    assert canvas.screenshot() != before


def test_what_the_next_update_will_do_is_what_it_does(tab: Tab) -> None:
    tab.data("the people")
    tab.page.get_by_role("button", name="Explain bias b3").click()
    tab.page.get_by_role("button", name="What will the next update do?").click()
    promised = tab.page.locator(".next strong").first.inner_text()
    before = tab.update()
    tab.step("1 batch", before + 1)
    tab.page.locator(".explain h2 .now", has_text=promised).wait_for()
