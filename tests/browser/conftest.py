"""A real browser at a real server. What leaves the machine, and what the console complains of,
fails the test."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
FRONTEND = Path(__file__).parents[2] / "frontend"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A page that did not answer in time is looked at once more; the report says so."""
    once_more = pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError"])
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("slow"):
            item.add_marker(once_more)


@dataclass
class Server:
    """A server of the playground that runs: its page's address."""

    address: str
    process: "subprocess.Popen[str]"

    @property
    def origin(self) -> str:
        return self.address.split("/#")[0]


def start_server(*arguments: str, cwd: Path | None = None) -> Server:
    """Start `chainrule play` and wait until it says its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "chainrule.cli", "play", "--no-browser", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=cwd,
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        found = re.search(r"http://(127\.0\.0\.1|localhost):\d+/#\S+", line)
        if found:
            return Server(found[0], process)
    raise AssertionError(f"chainrule play ended: {''.join(said)}")


def stop_server(server: Server) -> None:
    server.process.terminate()
    server.process.communicate(timeout=10)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    running = start_server()
    yield running
    stop_server(running)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium. While it is open, an event loop runs in this thread: not beyond a module."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium: the tests in a browser need one")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Without a graphics card it would emulate one, which is slower than to draw without.
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@dataclass
class Tab:
    """A page in the browser, with what went wrong in it."""

    page: Any
    faults: list[str] = field(default_factory=list)

    def number(self, selector: str) -> float:
        """The number that an element shows, in full precision."""
        text = self.page.locator(selector).first.get_attribute("data-value", timeout=10_000)
        return float(text)

    def update(self) -> int:
        return int(self.number("#now-update"))

    def say(self, text: str) -> None:
        """Wait until the live region says that."""
        self.page.locator("#said", has_text=text).wait_for(state="attached", timeout=10_000)

    def more(self) -> None:
        if self.page.get_by_role("button", name="More", exact=True).count():
            self.page.get_by_role("button", name="More", exact=True).click()

    def data(self, title: str) -> None:
        self.more()
        self.page.locator(".panel.data").get_by_role("button", name=title, exact=True).click()

    def wait_for_update(self, at_least: int, timeout: float = 20_000) -> None:
        self.page.wait_for_function(
            "n => Number(document.querySelector('#now-update')?.dataset.value) >= n",
            arg=at_least,
            timeout=timeout,
        )

    def wait_for_exact_update(self, update: int) -> None:
        self.page.wait_for_function(
            "n => Number(document.querySelector('#now-update')?.dataset.value) === n",
            arg=update,
            timeout=10_000,
        )

    def paused_at(self) -> int:
        """Wait until the live region says at which update the training paused."""
        said = self.page.locator("#said", has_text="Paused at update")
        said.wait_for(state="attached", timeout=10_000)
        update = int(re.sub(r"\D", "", said.inner_text()))
        self.wait_for_exact_update(update)
        return update

    def press(self, name: str) -> None:
        self.page.locator(".controls").get_by_role("button", name=name, exact=True).click()

    def step(self, name: str, update: int) -> None:
        """Press a button of the controls, and wait until that update is shown."""
        self.press(name)
        self.wait_for_exact_update(update)

    def weights(self) -> dict[str, float]:
        """All numbers of the network, once they stand still."""
        found = self._weights_now()
        while True:
            self.page.wait_for_timeout(200)
            before, found = found, self._weights_now()
            if found == before:
                return found

    def _weights_now(self) -> dict[str, float]:
        """The numbers in the table behind the network's picture."""
        button = self.page.get_by_role("button", name="Network as a table")
        button.click()
        # In one look: between two of them, rows may be drawn anew.
        rows = self.page.wait_for_function(
            "() => {"
            " const rows = [...document.querySelectorAll('.network .behind tbody tr')];"
            " const values = rows.map(row =>"
            " [row.cells[1].textContent, row.cells[2].firstChild?.getAttribute('title')]);"
            " return values.length && values.every(value => value[1]) && values; }"
        ).json_value()
        button.click()
        return {name: float(value.replace("\N{MINUS SIGN}", "-")) for name, value in rows}


@pytest.fixture
def tab(browser: Any, server: Server) -> Iterator[Tab]:
    yield from open_tab(browser, server)


def open_tab(
    browser: Any,
    server: Server,
    before: Callable[[Any], None] = lambda context: None,
    **options: Any,
) -> Iterator[Tab]:
    """A page in a context of its own; `before` sees the context before the page is opened."""
    context = browser.new_context(
        **{"viewport": {"width": 1280, "height": 800}, "accept_downloads": True, **options}
    )
    before(context)
    tab = Tab(context.new_page())
    tab.page.set_default_timeout(10_000)
    tab.page.on(
        "console",
        lambda message: (
            tab.faults.append(f"console: {message.text}")
            if message.type in ("error", "warning")
            else None
        ),
    )
    tab.page.on("pageerror", lambda error: tab.faults.append(f"error: {error}"))

    def look(request: Any) -> None:
        here = (server.origin, server.origin.replace("http", "ws"), "blob:", "data:")
        if not request.url.startswith(here):
            tab.faults.append(f"leaves the machine: {request.url}")

    context.on("request", look)
    tab.page.goto(server.address)
    tab.page.locator(".network canvas").wait_for()
    tab.page.wait_for_function(
        "() => document.querySelector('#now-loss')?.hasAttribute('data-value')"
    )
    yield tab
    context.close()
    assert tab.faults == []
