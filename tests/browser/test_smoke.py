"""One visit, among the fast tests: the page opens, trains, explains, and says what it cannot do."""

import pytest

import chainrule as cr

from .conftest import Tab


@pytest.mark.browser
def test_a_first_visit(tab: Tab) -> None:
    """Train, pause, back; the chain rule of the weight; a rate that is refused."""
    start = tab.weights()
    tab.press("Train")
    tab.wait_for_update(5)
    tab.press("Pause")
    update = tab.paused_at()
    assert tab.weights() != start
    tab.step("Back", update - 1)
    tab.step("Rewind", 0)
    assert tab.weights() == start

    tab.page.get_by_role("button", name="Network as a table").click()
    tab.page.get_by_role("button", name="Explain w", exact=True).or_(
        tab.page.get_by_role("button", name="Explain w1", exact=True)
    ).first.click()
    tab.page.get_by_role("button", name="Close the table").click()
    tab.page.locator(".explain select").select_option("0")
    network = cr.Network([cr.Dense(1, 1)])
    x, y = [0.3745401188473625], 1.749080237694725
    expected = cr.explain(
        network, start, x, y, loss="half_mean_squared_error", weight="layers[0].W[0, 0]"
    )
    tab.page.locator("#product").wait_for()
    assert tab.number("#product") == pytest.approx(expected.product, rel=1e-12)

    tab.more()
    tab.page.get_by_label("Start seed").fill("-1")
    tab.page.get_by_label("Start seed").press("Enter")
    tab.page.locator(".plan .fault", has_text=">= 0").wait_for()
    assert tab.weights() == start
