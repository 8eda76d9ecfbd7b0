"""How fast it draws, and what that costs the engine. Measured and printed, not judged: the speed
of a machine is no property of the code. That frames keep coming is."""

import pytest

from .conftest import Tab

pytestmark = pytest.mark.slow


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
    with capsys.disabled():
        print(f"\n2-8-8-1, 100 x 100, all maps: {frames} frames/s; {drawing}")
    assert frames > 0
    assert rate > 0
