"""What is taken away does again what was seen, to the last bit."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chainrule.models import load_model

from .conftest import Server, Tab, open_tab

pytestmark = pytest.mark.slow


def taken(tab: Tab, button: str, path: Path) -> Path:
    if not tab.page.locator(".sheet").count():
        tab.page.get_by_role("button", name="Take with you").click()
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name=button, exact=True).click()
    download.value.save_as(path)
    return path


def run_again(script: Path) -> dict[str, float]:
    """Run exported code in a fresh process; the numbers that it ends with."""
    names = "\nimport json\nprint(json.dumps([[float(v) for v in state.parameters.vector]]))\n"
    done = subprocess.run(
        [sys.executable, "-c", script.read_text(encoding="utf-8") + names],
        capture_output=True, text=True, check=True, cwd=script.parent, timeout=120,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])[0]


def test_the_code_ends_with_the_same_bits(tab: Tab, tmp_path: Path) -> None:
    tab.data("Moons")
    tab.page.get_by_label("Speed").fill("14")
    tab.press("Train")
    tab.wait_for_update(500)
    tab.press("Pause")
    update = tab.paused_at()
    tab.step("Back", update - 1)
    tab.page.get_by_label("Optimizer").select_option("Adam")
    tab.page.wait_for_timeout(200)
    tab.step("1 batch", update)
    seen = tab.weights()
    script = taken(tab, "Python code of this run", tmp_path / "run.py")
    assert run_again(script) == list(seen.values())


def test_the_model_file_has_the_numbers_of_the_page(tab: Tab, tmp_path: Path) -> None:
    tab.data("the people")
    tab.press("1 epoch")
    tab.wait_for_update(4)
    seen = tab.weights()
    model = load_model(taken(tab, "Model file", tmp_path / "people.model"))
    assert list(model.parameters.vector) == list(seen.values())


def test_a_link_restores_the_settings(tab: Tab, browser: Any, server: Server) -> None:
    tab.data("Spiral")
    before = tab.weights()
    tab.page.get_by_role("button", name="Take with you").click()
    tab.page.get_by_role("button", name="Link to these settings").click()
    link = tab.page.locator(".sheet").get_by_label("Link to these settings").input_value()
    for other in open_tab(browser, Server(link, server.process)):
        assert other.weights() == before


@pytest.mark.parametrize("picture", ["Network", "The answer", "Loss"])
def test_every_picture_is_a_png_and_an_svg(tab: Tab, tmp_path: Path, picture: str) -> None:
    tab.data("Circle")
    tab.press("1 epoch")
    for kind, head in (("PNG", b"\x89PNG"), ("SVG", b"<svg ")):
        with tab.page.expect_download() as download:
            tab.page.get_by_role("button", name=f"{picture} as {kind}").click()
        path = tmp_path / kind
        download.value.save_as(path)
        content = path.read_bytes()
        assert content.startswith(head)
        if kind == "SVG":
            text = content.decode("utf-8")
            assert "NaN" not in text
            for image in text.split("data:image/png;base64,")[1:]:
                assert base64.b64decode(image.split('"')[0]).startswith(b"\x89PNG")
