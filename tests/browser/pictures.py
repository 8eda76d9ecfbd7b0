"""The pictures of docs/playground.md: `python -m tests.browser.pictures` makes them anew."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from .conftest import CHROMIUM, Tab, open_tab, start_server, stop_server

IMAGES = Path(__file__).parents[2] / "docs" / "images"


def circle(tab: Tab) -> None:
    tab.data("Circle")
    tab.press("Train")
    tab.wait_for_update(400)
    tab.press("Pause")
    tab.paused_at()


def explanation(tab: Tab) -> None:
    tab.data("the people")
    tab.step("1 epoch", 4)
    tab.page.get_by_role("button", name="Network as a table").click()
    tab.page.get_by_role("button", name="Explain w1", exact=True).click()
    tab.page.get_by_role("button", name="Close the table").click()
    tab.page.locator(".explain select").select_option("0")
    tab.page.locator(".factor .katex").first.wait_for()
    tab.page.get_by_role("button", name="What will the next update do?").click()
    tab.page.locator(".next strong").first.wait_for()
    tab.page.locator(".factor", has_text="weight of o1").hover()
    tab.page.wait_for_timeout(500)


def surface(tab: Tab) -> None:
    tab.data("the line")
    tab.page.get_by_role("button", name="Cost surface").click()
    tab.press("Train")
    tab.wait_for_update(150)
    tab.press("Pause")
    tab.paused_at()
    tab.page.wait_for_timeout(500)


PICTURES = {"playground": circle, "playground-explain": explanation, "playground-surface": surface}


def save(tab: Tab, name: str) -> None:
    """Write what the tab shows with 256 colours: a third of the bytes, and no eye misses them."""
    picture = Image.open(BytesIO(tab.page.screenshot())).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)


def main() -> None:
    """Start a server and a browser, and write each picture."""
    from playwright.sync_api import sync_playwright  # for those who make pictures, not for tests

    server = start_server()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, prepare in PICTURES.items():
            for tab in open_tab(browser, server):
                prepare(tab)
                save(tab, name)
        for tab in open_tab(
            browser, server, viewport={"width": 420, "height": 800}, color_scheme="dark"
        ):
            tab.page.wait_for_timeout(300)
            save(tab, "playground-narrow")
        browser.close()
    stop_server(server)


if __name__ == "__main__":
    main()
