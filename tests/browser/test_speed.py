"""How fast it draws, and what that costs the engine. Measured and printed, not judged: the speed
of a machine is no property of the code. That frames keep coming is."""

import time
from collections.abc import Callable

import pytest

import chainrule as cr
from chainrule.web.datasets import make_data

from .conftest import Tab

pytestmark = pytest.mark.slow

LAYERS = [cr.Dense(2, 8, "tanh"), cr.Dense(8, 8, "tanh"), cr.Dense(8, 1, "sigmoid")]


def rate_without_a_page(seconds: float) -> float:
    """Updates a second of the same training, in this process."""
    data = make_data("spiral", n=200, validation=0.3)
    loss = cr.BinaryCrossEntropy()
    session, state = cr.training_session(
        cr.Network(LAYERS), *data.training(loss), loss=loss, optimizer=cr.Adam(0.02),
        batch_size=16, validation=data.validation(loss),
    )  # fmt: skip
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds:
        state = session.advance(state, updates=1000).state
    return state.update / (time.perf_counter() - begin)


def test_frames_while_a_network_of_two_hidden_layers_trains(
    tab: Tab, record_property: Callable[[str, object], None]
) -> None:
    tab.data("Spiral")  # 2-8-8-1, all unit maps, a boundary of 100 x 100
    tab.page.get_by_label("Speed").fill("14")
    tab.press("Train")
    tab.wait_for_update(1000)
    begin, first = time.perf_counter(), tab.update()
    tab.page.wait_for_timeout(4000)
    rate = (tab.update() - first) / (time.perf_counter() - begin)
    frames = int(tab.page.locator("#frame-rate").inner_text())
    drawing = tab.page.locator(".rates").inner_text().rsplit(", ", 1)[-1]
    tab.press("Pause")
    tab.paused_at()
    alone = rate_without_a_page(4.0)
    record_property(
        "measured",
        f"{frames} frames/s on 2-8-8-1 with 100 x 100 and all maps, {drawing}; "
        f"{rate:,.0f} updates/s, {rate / alone:.0%} of the {alone:,.0f} without a page",
    )
    assert frames > 0
    assert rate > 0
