"""By keyboard alone, read aloud, magnified, in a narrow window, in the dark."""

from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import FRONTEND, Server, Tab, open_tab

pytestmark = pytest.mark.slow

AXE = FRONTEND / "node_modules" / "axe-core" / "axe.min.js"


def faults(tab: Tab) -> list[str]:
    """What axe-core finds, of impact serious or critical."""
    # The page's own rules forbid scripts from elsewhere; the browser's protocol does not ask them.
    tab.page.evaluate(AXE.read_text(encoding="utf-8") + "; null")
    result = tab.page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:150]} {v['nodes'][0]['failureSummary'][:250]}"
        for v in result["violations"]
        if v["impact"] in ("serious", "critical")
    ]


@pytest.fixture(params=["light", "dark"])
def coloured(request: Any, browser: Any, server: Server) -> Iterator[Tab]:
    yield from open_tab(browser, server, color_scheme=request.param)


def test_axe_finds_no_serious_fault(coloured: Tab) -> None:
    tab = coloured
    assert faults(tab) == []
    tab.data("the people")
    tab.page.get_by_role("button", name="Explain bias b1").click()
    tab.page.locator(".explain select").select_option("0")
    tab.page.locator(".factor .katex").first.wait_for()
    assert faults(tab) == []
    tab.page.get_by_role("button", name="Network as a table").click()
    tab.page.get_by_role("button", name="Take with you").click()
    tab.page.get_by_role("button", name="Show the Python code").click()
    tab.page.locator(".sheet pre").wait_for()
    assert faults(tab) == []


def test_axe_finds_no_serious_fault_in_a_tour(tab: Tab) -> None:
    tab.page.get_by_label("Take a tour").select_option("line")
    tab.page.locator(".tour").wait_for()
    assert faults(tab) == []
    for side in ("Cost surface", "Compare"):
        tab.page.get_by_role("button", name=side, exact=True).click()
        assert faults(tab) == []


def test_by_keyboard_alone(tab: Tab) -> None:
    """Choose data, train, pause, step back, open an explanation, edit: no pointer is used."""
    keyboard = tab.page.keyboard

    def walk_to(name: str, most: int = 150) -> None:
        for _ in range(most):
            keyboard.press("Tab")
            focused = tab.page.evaluate(
                "() => [document.activeElement.getAttribute('aria-label') || '',"
                " document.activeElement.innerText || '', document.activeElement.id]"
            )
            if name in (part.strip() for part in focused):
                return
        raise AssertionError(f"the Tab key does not come to {name!r}")

    walk_to("More")
    keyboard.press("Enter")
    walk_to("the people")
    keyboard.press("Enter")
    tab.page.get_by_role("button", name="Explain unit h2").wait_for()
    tab.page.evaluate("() => document.activeElement.blur()")
    keyboard.press("Space")
    tab.wait_for_update(5)
    keyboard.press("Space")
    tab.say("Paused")
    update = tab.paused_at()
    keyboard.press("ArrowLeft")
    tab.wait_for_exact_update(update - 1)
    walk_to("Explain bias b1")
    keyboard.press("Enter")
    tab.page.locator(".explain h2", has_text="Explain b1").wait_for()
    walk_to("Edit")
    keyboard.press("Enter")
    tab.page.locator(".edit-weight input:focus").wait_for()
    keyboard.press("Control+A")
    keyboard.type("0.25")
    keyboard.press("Enter")
    tab.page.locator(".edit-weight").wait_for(state="detached")
    assert tab.weights()["layers[0].b[0]"] == 0.25
    tab.page.locator(".answer .canvas-holder").focus()
    keyboard.press("ArrowUp")
    tab.say("answer")


@pytest.mark.parametrize(
    ("width", "height"), [(1280, 800), (1024, 700), (640, 400), (420, 800), (320, 640)]
)
def test_nothing_scrolls_sideways_and_no_text_is_cut(
    browser: Any, server: Server, width: int, height: int
) -> None:
    for tab in open_tab(browser, server, viewport={"width": width, "height": height}):
        for name in ("Circle", "the people"):
            tab.data(name)
            wide = tab.page.evaluate(
                "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            )
            assert wide[0] <= wide[1], (name, wide)
            cut = tab.page.evaluate(
                """() => [...document.querySelectorAll("button, label, h2, dt, dd, legend")]
                    .filter(e => e.offsetParent && e.clientWidth > 2
                                 && e.scrollWidth > e.clientWidth + 1)
                    .map(e => e.outerHTML.slice(0, 120))"""
            )
            assert cut == []


def test_reduced_motion_is_honoured(browser: Any, server: Server) -> None:
    for tab in open_tab(browser, server, reduced_motion="reduce"):
        tab.page.get_by_label("Take a tour").select_option("line")
        tab.page.locator(".tour").wait_for()
        moving = tab.page.evaluate("() => document.getAnimations().length")
        assert moving == 0


def test_every_tour_can_be_walked_to_its_end(tab: Tab) -> None:
    tab.page.set_default_timeout(60_000)  # what was asked is done in order, data sets are loaded
    names = (
        tab.page.get_by_label("Take a tour")
        .locator("option")
        .evaluate_all("options => options.map(o => o.value).filter(v => v)")
    )
    assert len(names) == 5
    for name in names:
        tab.page.get_by_label("Take a tour").select_option(name)
        tour = tab.page.locator(".tour")
        tour.wait_for()
        while True:
            forward = tour.get_by_role("button", name="Next")
            title = tour.locator("h2").inner_text()
            if not forward.is_enabled():
                break
            forward.click()
            tab.page.wait_for_function(
                "t => document.querySelector('.tour h2').innerText !== t", arg=title
            )
            assert tab.page.locator(".fault").count() == 0
        tour.get_by_role("button", name="End the tour").click()


def test_pictures_turn_dark_with_the_system_while_nothing_trains(tab: Tab) -> None:
    tab.data("the people")
    before, now = "", "none"
    while now != before:  # until the new data are drawn
        before = now
        tab.page.wait_for_timeout(300)
        now = tab.page.evaluate("() => document.querySelector('.network canvas').toDataURL()")
    tab.page.emulate_media(color_scheme="dark")
    tab.page.wait_for_function(
        "before => document.querySelector('.network canvas').toDataURL() !== before", arg=before
    )
    tab.page.emulate_media(color_scheme="light")
    tab.page.wait_for_function(
        "before => document.querySelector('.network canvas').toDataURL() === before", arg=before
    )
