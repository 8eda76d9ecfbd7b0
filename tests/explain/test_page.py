"""What the page about explanations prints is what its code prints."""

import contextlib
import io
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "explain.md"
PAIR = re.compile(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", re.M | re.S)
NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]\d+)?")
# What is left over when equal numbers are subtracted depends on the machine's last bits.
ROUNDING = re.compile(r"(?<=relative error )\S+(?=\.$)|(?<=difference is )\S+(?=\.$)", re.M)
STEP = re.compile(r"(?<=with h = )[^:]+")


def printed(code: str, names: dict[str, object]) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "explain.md", "exec"), names)
    return "\n".join(line.rstrip() for line in out.getvalue().strip("\n").split("\n")) + "\n"


def compared(text: str) -> tuple[str, list[float]]:
    """The words, and the numbers between them."""
    text = STEP.sub("small", ROUNDING.sub("small", text))
    return NUMBER.sub("#", text), [float(n) for n in NUMBER.findall(text)]


def test_every_block_prints_what_the_page_says():
    text = PAGE.read_text(encoding="utf-8")
    pairs = PAIR.findall(text)
    assert len(pairs) == text.count("```python") == text.count("```text") >= 8
    names: dict[str, object] = {}
    for code, shown in pairs:
        words, numbers = compared(printed(code, names))
        expected_words, expected = compared(shown)
        assert words == expected_words
        # One unit of the sixth decimal, where rounding could fall on the other side.
        assert numbers == pytest.approx(expected, rel=1e-5, abs=1e-6)
