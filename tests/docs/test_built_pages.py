"""The built pages work without the network."""

import json
import re
import shutil
import subprocess
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = pytest.mark.slow

THEME = "https://github.com/pradyunsg/furo"
"""A link that the theme sets below each page to name itself; nothing is loaded from there."""
UNSEEN = {"script", "style", "code", "pre", "annotation", "title", "textarea", "noscript"}


class Page(HTMLParser):
    """What a page refers to, and the words that one reads on it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.references: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.references += [(tag, values[name]) for name in ("href", "src") if values.get(name)]
        if tag in UNSEEN:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data):
        if not self.open:
            self.words.append(data)

    @cached_property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def pages(html) -> dict[Path, Page]:
    return {path: Page(path.read_text(encoding="utf-8")) for path in sorted(html.rglob("*.html"))}


def test_no_page_refers_to_another_host(pages):
    assert len(pages) > 30
    elsewhere = {
        (path.name, tag, url)
        for path, page in pages.items()
        for tag, url in page.references
        if (urlsplit(url).netloc or urlsplit(url).scheme in ("http", "https"))
        and (tag, url) != ("a", THEME)
    }
    assert elsewhere == set()


def test_no_style_sheet_refers_to_another_host(html):
    sheets = list(html.rglob("*.css"))
    assert any(sheet.name == "katex.min.css" for sheet in sheets)
    for sheet in sheets:
        for url in re.findall(r"url\(\s*[\"']?([^\"')]+)|@import", sheet.read_text("utf-8")):
            if not url.startswith("data:"):
                assert not urlsplit(url).netloc, f"{sheet.name}: {url}"
                assert (sheet.parent / urlsplit(url).path).exists(), f"{sheet.name}: {url}"


def test_what_pages_refer_to_is_there(pages):
    missing = {
        (path.name, url)
        for path, page in pages.items()
        for _, url in page.references
        if url != THEME
        and (where := urlsplit(url)).path
        and not where.scheme
        and not (path.parent / unquote(where.path)).exists()
    }
    assert missing == set()


def test_the_style_sheet_is_that_of_the_formulas():
    from sphinxcontrib.katex import katex_version

    package = Path(__file__).parents[2] / "docs" / "katex" / "package.json"
    assert json.loads(package.read_text())["dependencies"]["katex"] == katex_version


def test_definition_lists_are_lists(pages):
    shown = {path.name: page.text for path, page in pages.items()}
    assert "Shapes W has the shape (n_in, n_out), as in Keras" in shown["coming-from-keras.html"]
    assert not [path.name for path in pages if re.search(r"<p>[^<]*\n: ", path.read_text("utf-8"))]


def test_no_tex_is_left_to_read(pages, html, tmp_path):
    # As the browser shows them, after all scripts, with no network to load anything from.
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    formulas = 0
    for path in pages:
        if "_modules" in path.relative_to(html).parts:
            continue
        done = subprocess.run(
            [
                chromium,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                f"--user-data-dir={tmp_path}",
                "--dump-dom",
                path.as_uri(),
            ],
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
        shown = Page(done.stdout)
        assert shown.text, f"{path.name}: {done.stderr}"
        formulas += done.stdout.count('class="katex"')
        assert "katex-error" not in done.stdout, path.name
        raw = re.search(
            r"\\(?:frac|partial|sum|hat|sigma|eta|cdot|text|begin)\b|\$\$|\\\(|\\\[", shown.text
        )
        assert raw is None, f"{path.name}: {shown.text[raw.start() - 40 : raw.end() + 40]}"
    assert formulas > 100
