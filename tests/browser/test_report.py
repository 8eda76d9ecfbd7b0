"""The report of a fit in Chromium: no request, no complaint, nothing wider than the window."""

from pathlib import Path
from typing import Any

import pytest

import chainrule as cr
from chainrule.report import html_report
from chainrule.tables import decode_table


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "target"),
    [("penguins", "species"), ("diabetes", "progression"), ("digits", "digit")],
)
def test_it_fits_every_window_and_asks_for_nothing(
    browser: Any, tmp_path: Path, table: str, target: str
) -> None:
    model = cr.Pipeline.fit(table, target, epochs=5, seed=0)
    path = tmp_path / "report.html"
    page = html_report(model, table, decoded=decode_table(table, target), command="chainrule fit")
    path.write_text(page, encoding="utf-8")
    asked: list[str] = []
    said: list[str] = []
    for width in (360, 800, 1280):
        for scheme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": 800}, color_scheme=scheme
            )
            window = context.new_page()
            window.on("request", lambda request: asked.append(request.url))
            window.on("console", lambda message: said.append(message.text))
            window.goto(path.as_uri())
            taken, there = window.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert taken <= there, (width, scheme)
            assert window.locator("svg").count() > 2
            context.close()
    assert set(asked) == {path.as_uri()}
    assert said == []
