"""Whatever is wrong gets its exit code, one message that says the way out, and leaves no file."""

import random
from pathlib import Path

import pytest

USAGE, BAD_DATA = 2, 3


def table(changes=None, header="size,town,y", n=60):
    """A CSV text of n rows; `changes` maps (row, column) to another text."""
    generator = random.Random(0)
    rows = [
        [f"{generator.gauss(0, 1):.3f}", generator.choice("uvw"), generator.choice("pq")]
        for _ in range(n)
    ]
    for (i, j), text in (changes or {}).items():
        for row in rows if i == "all" else [rows[i]]:
            row[j] = text
    return "\n".join([header, *map(",".join, rows)]) + "\n"


TABLES = {
    "infinite": (table({(41, 0): "inf"}), "column 'size', row 42: inf must be finite"),
    "infinite target": (table({("all", 2): "1.5", (3, 2): "2.5", (41, 2): "inf"}), "row 42: inf"),
    "no rows": (table(n=0), "has 3 columns and no rows"),
    "nothing": ("", "t.csv is empty; a header line and rows are needed"),
    "one class": (table({("all", 2): "p"}), "target 'y' has one class, 'p'"),
    "constant number": (table({("all", 2): "3.5"}), "3.5"),
    "no target values": (table({("all", 2): ""}), "'y'"),
    "short line": (table({(41, 1): "u\n"}), "line"),
    "two columns of one name": (table(header="y,town,y"), "'y'"),
    "no other column": ("y\n" + "p\nq\n" * 20, "no column is left to predict 'y' from"),
    "no header": ("1,2,3\n4,5,6\n", "looks like data"),
    "binary": ("\0\1\2", "binary"),
}


@pytest.mark.parametrize(("text", "message"), TABLES.values(), ids=TABLES)
def test_tables_that_cannot_be_learned_from(chainrule, text, message):
    Path("t.csv").write_text(text)
    result = chainrule("fit", "t.csv", "--target", "y", "-o", "m.model", "--seed", 1)
    check(result, BAD_DATA, message)
    assert [p.name for p in Path().iterdir()] == ["t.csv"]


NAMES = {
    "target": (["--target", "z"], BAD_DATA, "no column 'z'"),
    "target, misspelt": (["--target", "twon"], BAD_DATA, "did you mean 'town'?"),
    "no target": (
        [],
        USAGE,
        "--target is missing: name the column to predict. The table has: size",
    ),
    "column to drop": (["--target", "y", "--drop", "sise"], BAD_DATA, "did you mean 'size'?"),
    "activation": (["--target", "y", "--activation", "rellu"], USAGE, "did you mean 'relu'?"),
    "loss that does not fit": (["--target", "y", "--metric", "r2"], USAGE, "'r2'"),
    "optimizer": (["--target", "y", "--optimizer", "adm"], USAGE, "did you mean 'adam'?"),
    "metric": (["--target", "y", "--metric", "acuracy"], USAGE, "did you mean 'accuracy'?"),
    "task": (["--target", "y", "--task", "sorting"], USAGE, "'sorting' is not one of"),
    "task of text": (["--target", "y", "--task", "regression"], BAD_DATA, "'y'"),
    "number": (["--target", "y", "--number", "town"], BAD_DATA, "'town'"),
    "option": (["--target", "y", "--epoch", "3"], USAGE, "--epochs"),
    "engine": (["--target", "y", "--engine", "steam"], USAGE, "'steam' is not one of"),
    "rate": (["--target", "y", "--learning-rate", "-0.1"], USAGE, "--learning-rate (=-0.1) must"),
    "rate, no number": (["--target", "y", "--learning-rate", "x"], USAGE, "'x' is not a valid"),
    "hidden": (["--target", "y", "--hidden", "64,x"], USAGE, "'64,x' must be whole numbers"),
    "hidden, zero": (["--target", "y", "--hidden", "0"], USAGE, "'0' must be whole numbers > 0"),
    "batch": (["--target", "y", "--batch-size", "-3"], USAGE, "'-3' must be a whole number > 0"),
    "epochs": (["--target", "y", "--epochs", "0"], USAGE, "0 is not in the range"),
    "test size": (["--target", "y", "--test-size", "1"], USAGE, "--test-size"),
    "seed": (["--target", "y", "--seed", "-1"], USAGE, "--seed"),
    "large seed": (["--target", "y", "--seed", str(2**64)], USAGE, "must be < 2**64"),
    "picture": (["--target", "y", "--plot", "c.txt"], USAGE, "must end in .png or .pdf or .svg"),
    "picture over the table": (["--target", "y", "--plot", "t.png"], USAGE, "is written as well"),
}


@pytest.mark.parametrize(("options", "code", "message"), NAMES.values(), ids=NAMES)
def test_options_that_cannot_be(chainrule, options, code, message):
    Path("t.csv").write_text(table())
    output = "t.png" if "t.png" in options else "m.model"
    check(chainrule("fit", "t.csv", "-o", output, *options), code, message)
    assert [p.name for p in Path().iterdir()] == ["t.csv"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("none.csv", "there is no file 'none.csv'"),
        ("pengins", "did you mean 'penguins'?"),
        (".", "is a folder"),
    ],
)
def test_tables_that_are_not_there(chainrule, source, message):
    check(chainrule("fit", source, "--target", "y", "-o", "m.model"), BAD_DATA, message)


def test_standard_input_without_a_table(chainrule):
    check(chainrule("fit", "-", "--target", "y", "-o", "m", input=""), BAD_DATA, "standard input")


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("none/m.model", "there is no folder 'none'; make it first"),
        (".", "is a folder; name a file in it"),
        ("t.csv", "t.csv is read as well; name another file to write"),
    ],
)
def test_outputs_that_cannot_be_are_found_before_the_work(chainrule, output, message):
    Path("t.csv").write_text(table())
    check(chainrule("fit", "t.csv", "--target", "y", "-o", output), USAGE, message)
    assert Path("t.csv").read_text() == table()


def test_output_is_required(chainrule):
    check(chainrule("fit", "penguins"), USAGE, "Missing option '--output' / '-o'")


FILES = {
    "not there": (None, "there is no model file 'm.model'; chainrule fit writes one"),
    "empty": (lambda good: b"", "is no model file, or is truncated"),
    "truncated header": (lambda good: good[:500], "is no model file, or is truncated"),
    "truncated": (lambda good: good[:-1], "is no model file, or is truncated"),
    "longer": (lambda good: good + b"\0", "is no model file, or is truncated"),
    "foreign": (lambda good: b"PK\3\4" + good, "is no model file, or is truncated"),
    "another format": (
        lambda good: good.replace(b"chainrule-1", b"chainrule-9"),
        "has the format 'chainrule-9'",
    ),
}


@pytest.mark.parametrize(("damage", "message"), FILES.values(), ids=FILES)
def test_model_files_that_are_none(chainrule, trained, damage, message):
    if damage:
        Path("m.model").write_bytes(damage(trained.model.read_bytes()))
    check(chainrule("predict", "m.model", "penguins", "-o", "o.csv"), BAD_DATA, message)
    assert not Path("o.csv").exists()


PREDICTED = {
    "column missing": (lambda text: text.replace("year", "jahr"), "no column 'year'"),
    "infinite": (lambda text: text.replace(",181,", ",inf,"), "row 1: inf must be finite"),
    "text among numbers": (lambda text: text.replace(",181,", ",long,"), "'long' is no number"),
    "unseen label": (lambda text: text.replace("Adelie", "Adele", 1), "did you mean 'Adelie'?"),
    "no rows": (lambda text: text.splitlines()[0] + "\n", "no rows"),
}


@pytest.mark.parametrize(("change", "message"), PREDICTED.values(), ids=PREDICTED)
def test_tables_that_cannot_be_predicted(chainrule, trained, penguins, change, message):
    text = penguins.read_text()
    assert change(text) != text
    Path("new.csv").write_text(change(text))
    check(chainrule("predict", trained.model, "new.csv", "-o", "o.csv"), BAD_DATA, message)
    assert not Path("o.csv").exists()


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("o.txt", "must end in .csv or .parquet"),
        ("none/o.csv", "there is no folder 'none'; make it first"),
        ("birds.csv", "is read as well; name another file to write"),
    ],
)
def test_predictions_that_cannot_be_written(chainrule, trained, penguins, output, message):
    before = penguins.read_bytes()
    check(chainrule("predict", trained.model, penguins, "-o", output), USAGE, message)
    assert penguins.read_bytes() == before


def check(result, code, message):
    assert result.exit_code == code, result.output
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert result.stderr.count("Error: ") == 1
    assert "mistake in chainrule" not in result.stderr
