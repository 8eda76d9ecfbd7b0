"""What is known of a file can be said on the command line, to every command that reads one."""

from pathlib import Path

import pytest

ROWS = [(f"{i % 7}.{i % 9}00,5", f"{i}", "uv"[i % 2]) for i in range(60)]
TEXT = "".join(f"{a}:{b}:{y}\n" for a, b, y in ROWS)
KNOWN = ["--separator", ":", "--decimal", ",", "--thousands", ".", "--no-header"]
FIT = ["--target", "column3", "--epochs", 2, "--seed", 0, "--no-plot"]


def test_fit_and_predict_take_the_same_options(chainrule):
    Path("t.txt").write_text(TEXT)
    fitted = chainrule("fit", "t.txt", *FIT, "-o", "m.model", *KNOWN)
    assert fitted.exit_code == 0, fitted.output
    predicted = chainrule("predict", "m.model", "t.txt", "-o", "p.csv", *KNOWN)
    assert predicted.exit_code == 0, predicted.output
    assert len(Path("p.csv").read_text().splitlines()) == 61


def test_what_was_assumed_is_said(chainrule):
    rows = "".join(f"{i},{i % 5},{'uv'[i % 2]}\n" for i in range(60))
    Path("t.csv").write_text(f"Übersicht\n\na,b,y\n{rows}", encoding="cp1252")
    fitted = chainrule("fit", "t.csv", "--target", "y", "--epochs", 2, "--no-plot", "-o", "m.model")
    assert fitted.exit_code == 0, fitted.output
    assert "it was read as Windows-1252" in fitted.stderr
    assert "1 line above the table skipped: 'Übersicht'" in fitted.stderr
    named = ["--encoding", "latin-1", "--skip", 2, "--header"]
    fitted = chainrule(
        "fit", "t.csv", "--target", "y", "--epochs", 2, "--no-plot", "-o", "m.model", *named
    )
    assert "Warning" not in fitted.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--separator", "ab"], "separator (='ab') must be one character"),
        (["--decimal", ";"], "'--decimal'"),
        (["--encoding", "utf-9"], "encoding (='utf-9') must be"),
        (["--skip", "-1"], "'--skip'"),
        (["--dates", "day"], "dates (='day') must be"),
    ],
)
def test_options_that_cannot_be(chainrule, options, message):
    Path("t.txt").write_text(TEXT)
    result = chainrule("fit", "t.txt", *FIT, "-o", "m.model", *options)
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert not Path("m.model").exists()
