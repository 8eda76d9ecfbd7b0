"""Texts and ordered categories on the command line."""

from pathlib import Path

import pytest

from chainrule.models import load_model

ROWS = [
    f"{size},{kind} no. {k},{k % 7 + len(kind) + size.count('X')}.5"
    for k, (size, kind) in enumerate(
        (size, kind) for size in ("S", "M", "XL") for kind in ("lamp", "table", "armchair") * 5
    )
]
ALONE = ("--no-plot", "--no-run", "-o", "m")
SHORT = ("--epochs", 2, "--hidden", "4", "--seed", 0)


@pytest.fixture
def shop(chainrule):
    Path("shop.csv").write_text("\n".join(["size,title,price", *ROWS]) + "\n")
    return chainrule


def test_texts_are_named_and_levels_ordered(shop):
    said = shop(
        "fit", "shop.csv", "--target", "price", "--text", "title", "--ordered", "size=S,M,L,XL",
        *SHORT, *ALONE,
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    assert "categories: size (3 different, ordered)" in said.stdout
    assert "texts: title (45 different)" in said.stdout
    size, title = load_model("m").describe_columns()
    assert size["decision"].startswith("a category of 4 levels in the order S < M < L < XL")
    assert title["kind"] == "text"
    facts = shop("info", "m").stdout
    assert "one of S, M, L, XL" in facts
    assert "texts" in facts
    assert shop("predict", "m", "shop.csv").exit_code == 0


@pytest.mark.slow
def test_the_settings_of_a_run_give_the_same_columns(shop):
    options = ("--text", "title", "--ordered", "size=S,M,XL", *SHORT, "--no-plot", "-o", "m")
    assert shop("fit", "shop.csv", "--target", "price", *options).exit_code == 0
    again = shop("fit", "--config", "runs/m-1/settings.toml", "--no-plot", "-o", "again")
    assert again.exit_code == 0, again.output
    assert load_model("again").encoder == load_model("m").encoder


def test_what_is_left_out_names_the_option(shop):
    said = shop("fit", "shop.csv", "--target", "price", *SHORT, *ALONE).stdout
    assert "title left out: 45 of its 45 texts are different; --text title learns from them" in said


def test_levels_that_cannot_be_read_are_refused(shop):
    for command in (("fit", "-o", "m"), ("cv",)):
        name, *more = command
        said = shop(name, "shop.csv", "--target", "price", "--ordered", "size", *more)
        assert said.exit_code == 2
        assert "'size' must be COLUMN=LEVEL,LEVEL,..., such as size=S,M,L" in said.stderr
    said = shop("fit", "shop.csv", "--target", "price", "--ordered", "size=S,M", "-o", "m")
    assert said.exit_code == 3
    assert "column 'size', row 31: 'XL' is none of the levels" in said.stderr


@pytest.mark.slow
def test_folds_take_the_same_options(shop):
    said = shop(
        "cv", "shop.csv", "--target", "price", "--folds", 2, "--text", "title",
        "--ordered", "size=S,M,XL", *SHORT,
    )  # fmt: skip
    assert said.exit_code == 0, said.output
