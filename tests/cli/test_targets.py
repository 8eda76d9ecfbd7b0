"""Several targets, and weights, on the command line."""

import csv
import io

import numpy as np
import pytest

N = 120
RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=N)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "fruit.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["x", "price", "grade", "with, comma", "counts"])
        for i, x in enumerate(X):
            writer.writerow([f"{x:.4f}", f"{3 * x:.4f}", "ab"[int(x > 0)], f"{x * x:.4f}", i % 4])
    return path


def fit(chainrule, table, *options):
    return chainrule("fit", table, "-o", "m.model", "--seed", 0, "--epochs", 20, *options)


@pytest.mark.parametrize(
    "targets", [["--target", "price,grade"], ["--target", "price", "--target", "grade"]]
)
def test_each_target_has_its_report_and_its_column(chainrule, table, targets):
    result = fit(chainrule, table, *targets)
    assert result.exit_code == 0, result.output
    assert "test root mean squared error" in result.stdout
    assert "test accuracy" in result.stdout
    result = chainrule("predict", "m.model", table, "--proba")
    assert result.exit_code == 0, result.output
    rows = list(csv.reader(io.StringIO(result.stdout)))
    assert rows[0] == [
        "prediction of price",
        "prediction of grade",
        "probability of grade = a",
        "probability of grade = b",
    ]
    assert len(rows) == N + 1
    assert "price: root mean squared error" in result.stderr
    assert "grade: accuracy" in result.stderr


def test_a_name_with_a_comma_is_one_column(chainrule, table):
    result = fit(chainrule, table, "--target", "with, comma", "--target", "price")
    assert result.exit_code == 0, result.output
    header = chainrule("predict", "m.model", table, "-q").stdout.splitlines()[0]
    assert header == '"prediction of with, comma",prediction of price'


def test_the_score_of_the_target_that_the_table_has(chainrule, table, tmp_path):
    fit(chainrule, table, "--target", "price,grade", "-q")
    (tmp_path / "new.csv").write_text('x,"with, comma",counts,grade\n1,1,1,b\n-1,1,1,a\n')
    result = chainrule("predict", "m.model", "new.csv")
    assert result.exit_code == 0, result.output
    assert "grade: accuracy" in result.stderr
    assert "price:" not in result.stderr


def test_a_target_that_is_not_there_is_named(chainrule, table):
    result = fit(chainrule, table, "--target", "price,grad")
    assert result.exit_code == 3
    assert "no column 'grad'" in result.stderr
    assert "grade" in result.stderr


def test_probabilities_of_quantities_are_refused(chainrule, table):
    fit(chainrule, table, "--target", "price", "-q")
    result = chainrule("predict", "m.model", table, "--proba")
    assert result.exit_code == 3
    assert "is a quantity" in result.stderr


def test_weights_of_rows_and_classes(chainrule, table):
    options = ["--target", "grade", "--weight", "counts", "--class-weight"]
    for weights in ("balanced", "a=3,b=1"):
        result = fit(chainrule, table, *options, weights)
        assert result.exit_code == 0, result.output
        assert "counts left out: it says what each row counts" in result.stdout
    result = fit(chainrule, table, *options, "c=3")
    assert result.exit_code == 3
    assert "class_weight names 'c', which is no label" in result.stderr


def test_explain_takes_the_options_of_reading(chainrule, table, tmp_path):
    fit(chainrule, table, "--target", "price,grade", "-q")
    (tmp_path / "new.txt").write_text("made today\nx~with, comma~counts\n1,5~2,5~1\n")
    result = chainrule(
        "explain", "m.model", "new.txt", "--separator", "~", "--decimal", ",", "--skip", 1
    )
    assert result.exit_code == 0, result.output
    assert "Prediction: price" in result.output
    assert "1.5" in result.output
