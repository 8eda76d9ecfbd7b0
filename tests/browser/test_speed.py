"""How fast it draws, and what that costs the engine. Measured and printed, not judged: the speed
of a machine is no property of the code. That frames keep coming is."""

import time

import pytest

import chainrule as cr
from chainrule.web.datasets import make_data

from .conftest import Tab

pytestmark = pytest.mark.slow

LAYERS = [cr.Dense(2, 8, "tanh"), cr.Dense(8, 8, "tanh"), cr.Dense(8, 1, "sigmoid")]


def rate_without_a_page(seconds: float = 2.0) -> float:
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
    tab: Tab, capsys: pytest.CaptureFixture[str]
) -> None:
    tab.data("Spiral")  # 2-8-8-1, all unit maps, a boundary of 100 x 100
    tab.page.get_by_label("Speed").fill("14")
    tab.press("Train")
    tab.wait_for_update(1000)
    tab.page.wait_for_timeout(3000)
    frames = int(tab.page.locator("#frame-rate").inner_text())
    rate = tab.number("#engine-rate")
    drawing = tab.page.locator(".rates").inner_text()
    tab.press("Pause")
    alone = rate_without_a_page()
    with capsys.disabled():
        print(f"\n2-8-8-1, 100 x 100, all maps: {frames} frames/s; {drawing};", end=" ")
        print(f"without a page {alone:,.0f} updates/s: {rate / alone:.0%} of that with it")
    assert frames > 0
    assert rate > 0
