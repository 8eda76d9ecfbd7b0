"""The page and its server lose sight of each other, and meet again."""

from typing import Any

import pytest

from .conftest import Server, Tab, open_tab, start_server, stop_server

pytestmark = pytest.mark.slow


def test_a_connection_that_breaks_is_taken_up_again(browser: Any, server: Server) -> None:
    """As after a lid that was closed: the same session, the same numbers, and it goes on."""
    sockets: list[Any] = []

    def between(socket: Any) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    for tab in open_tab(browser, server, before=lambda c: c.route_web_socket("**/*", between)):
        tab.data("Circle")
        tab.step("1 epoch", 9)
        weights = tab.weights()
        sockets[-1].close(code=4408, reason="asleep")
        tab.page.locator(".connection").wait_for(state="detached", timeout=20_000)
        tab.step("1 batch", 10)
        tab.step("Back", 9)
        assert tab.weights() == weights
        assert len(sockets) == 2


def test_a_server_that_ends_says_so_on_the_page(browser: Any) -> None:
    server = start_server()
    for tab in open_tab(browser, server):
        assert isinstance(tab, Tab)
        stop_server(server)
        tab.page.locator(".connection", has_text="The server has ended").wait_for()


def test_two_pages_are_two_trainings(browser: Any, server: Server) -> None:
    for one in open_tab(browser, server):
        for other in open_tab(browser, server):
            one.step("1 batch", 1)
            assert other.update() == 0
            other.data("Circle")
            assert len(one.weights()) == 2


def test_a_page_that_is_loaded_again_keeps_its_training(tab: Tab) -> None:
    tab.step("1 batch", 1)
    weights = tab.weights()
    tab.page.reload()
    tab.page.locator(".network canvas").wait_for()
    tab.wait_for_exact_update(1)
    assert tab.weights() == weights
