"""The page in Chromium: no request, no complaint, nothing wider than the window."""

import shutil

import pytest

import chainrule as cr
from chainrule.report import html_report
from chainrule.tables import decode_table

CHROMIUM = shutil.which("chromium")


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")
@pytest.mark.parametrize(
    ("table", "target"),
    [("penguins", "species"), ("diabetes", "progression"), ("digits", "digit")],
)
def test_it_fits_every_window_and_asks_for_nothing(tmp_path, table, target):
    playwright = pytest.importorskip("playwright.sync_api")
    model = cr.Pipeline.fit(table, target, epochs=5, seed=0)
    path = tmp_path / "report.html"
    page = html_report(model, table, decoded=decode_table(table, target), command="chainrule fit")
    path.write_text(page, encoding="utf-8")
    asked, said = [], []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for width in (360, 800, 1280):
            for scheme in ("light", "dark"):
                window = browser.new_context(
                    viewport={"width": width, "height": 800}, color_scheme=scheme
                ).new_page()
                window.on("request", lambda request: asked.append(request.url))
                window.on("console", lambda message: said.append(message.text))
                window.goto(path.as_uri())
                measure = "[document.documentElement.scrollWidth, innerWidth]"
                taken, there = window.evaluate(measure)
                assert taken <= there, (width, scheme)
                assert window.locator("svg").count() > 2
        browser.close()
    assert set(asked) == {path.as_uri()}
    assert said == []
