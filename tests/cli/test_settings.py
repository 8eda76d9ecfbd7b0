"""Flags of `fit`: --config, --set, --test, --val, --group, --time, --json, -v."""

import json
import re
import tomllib
from pathlib import Path

import narwhals as nw
import pytest

import chainrule as cr
from chainrule.tables import split

FIT = ("fit", "iris", "-o", "m.model", "--no-plot", "--no-run")
SHORT = ("--epochs", 2, "--hidden", 3, "--seed", 1)


def test_a_file_of_settings(chainrule):
    Path("s.toml").write_text(
        'table = "iris"\noutput = "m.model"\nhidden = [5, 4]\nepochs = 2\nseed = 3\n'
        'drop = ["sepal width (cm)"]\nno-plot = true\nno_run = true\nbatch-size = "full"\n'
    )
    result = chainrule("fit", "--config", "s.toml")
    assert result.exit_code == 0, result.output
    model = cr.load_model("m.model")
    assert [layer.n_out for layer in model.network.layers] == [5, 4, 3]
    assert (model.summary["epochs"], model.summary["seed"]) == (2, 3)
    assert model.summary["batch_size"] == "full"
    assert len(model.encoder.columns) == 3
    assert sorted(p.name for p in Path().iterdir()) == ["m.model", "s.toml"]


@pytest.mark.parametrize("order", [["--set", "epochs=2", "--config", "s.toml"],
                                   ["--config", "s.toml", "--set", "epochs=2"]])  # fmt: skip
def test_the_command_line_comes_before_set_before_the_file(chainrule, order):
    Path("s.toml").write_text("epochs = 1\nseed = 5\npatience = 7\n")
    assert chainrule(*FIT, "--seed", 9, *order).exit_code == 0
    summary = cr.load_model("m.model").summary
    assert (summary["epochs"], summary["seed"]) == (2, 9)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epoch = 3", "did you mean 'epochs'?"),
        ("epochs = ", "is no TOML"),
        ("[optimizer]\nname = 1", "optimizer must be a value, not a table"),
        ("epochs = 0", "0 is not in the range"),
        ('engine = "steam"', "'steam' is not one of"),
        ('hidden = ["x"]', "'x' must be whole numbers"),
    ],
)
def test_files_of_settings_that_are_wrong(chainrule, text, message):
    Path("s.toml").write_text(text)
    result = chainrule(*FIT, "--config", "s.toml")
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert not Path("m.model").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--set", "epochs"], "must be NAME=VALUE"),
        (["--set", "rate=3"], "unknown option 'rate'"),
        (["--config", "none.toml"], "there is no file of settings"),
        (["--test", "iris", "--test-size", "0.1"], "--test and --test-size exclude each other"),
        (["--val", "iris", "--validation-size", "0.1"], "--val and --validation-size exclude"),
        (["--runs", "r"], "--no-run and --runs exclude each other"),
    ],
)
def test_what_is_refused(chainrule, options, message):
    result = chainrule(*FIT, *options)
    assert result.exit_code == 2, result.output
    assert message in result.stderr


def write(name, table):
    import pyarrow.csv

    pyarrow.csv.write_csv(table.to_native(), name)
    return name


def test_a_table_of_its_own_to_test_on(chainrule):
    training, test = split("iris", 0.3, seed=0)
    write("a.csv", training)
    write("b.csv", test)
    result = chainrule(
        "fit",
        "a.csv",
        "--target",
        "species",
        "--test",
        "b.csv",
        "-o",
        "m.model",
        "--no-plot",
        *SHORT,
    )
    assert result.exit_code == 0, result.output
    assert (
        f"{len(training)} rows to learn from, {len(test)} of another table to test" in result.stdout
    )
    scores = cr.load_model("m.model").evaluate(test)
    assert f"test accuracy {scores['accuracy']:#.4g} on {len(test)} rows" in result.stdout


def test_a_table_of_its_own_that_says_when_to_stop(chainrule):
    training, later = split("iris", 0.3, seed=0)
    write("a.csv", training)
    write("b.csv", later)
    result = chainrule(
        "fit",
        "a.csv",
        "--target",
        "species",
        "--val",
        "b.csv",
        "-o",
        "m.model",
        "--no-plot",
        *SHORT,
    )
    assert result.exit_code == 0, result.output
    assert f"{len(later)} of another to see when to stop" in result.stdout
    summary = cr.load_model("m.model").summary
    assert summary["validation_rows"] == len(later)


@pytest.mark.parametrize("flag", ["--test", "--val"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop("species"), "no column 'species'"),
        (lambda t: t.rename({"petal width (cm)": "width"}), "no column 'petal width (cm)'"),
        (lambda t: t.with_columns(nw.lit("rose").alias("species")), "did not occur in training"),
    ],
)
def test_tables_of_their_own_are_checked_before_the_training(chainrule, flag, change, message):
    write("b.csv", change(cr.read_table("iris")))
    result = chainrule(*FIT, *SHORT, flag, "b.csv")
    assert result.exit_code == 3, result.output
    assert message in result.stderr
    assert not Path("m.model").exists()


def test_the_last_rows_in_time_are_held_out(chainrule):
    rows = [f"{i % 7},2024-{i // 28 + 1:02}-{i % 28 + 1:02},{i % 2}" for i in range(100)]
    Path("t.csv").write_text("\n".join(["size,day,y", *rows[50:], *rows[:50]]) + "\n")
    result = chainrule(
        "fit", "t.csv", "--target", "y", "--time", "day", "-o", "m.model", "--no-plot", *SHORT
    )
    assert result.exit_code == 0, result.output
    assert (
        "80 rows to learn from, 20 held out to test on (the last by day); seed 1" in result.stdout
    )


def test_whole_groups_are_held_out(chainrule):
    rows = [f"{i % 7},p{i // 10},{i % 2}" for i in range(100)]
    Path("t.csv").write_text("\n".join(["size,who,y", *rows]) + "\n")
    result = chainrule(
        "fit", "t.csv", "--target", "y", "--group", "who", "-o", "m.model", "--no-plot", *SHORT
    )
    assert result.exit_code == 0, result.output
    assert re.search(r"\d0 held out to test on \(whole groups of who\)", result.stdout)
    assert "who left out: as asked for" in result.stdout


def test_json_in_place_of_the_report(chainrule):
    result = chainrule(*FIT, *SHORT, "--json")
    data = json.loads(result.stdout)
    assert data["seed"] == 1
    assert data["targets"][0]["scores"][0]["metric"] == "accuracy"
    assert data["files"] == {"model": "m.model"}


def test_fail_under_saves_the_model_and_ends_with_its_code(chainrule):
    assert chainrule(*FIT, *SHORT, "--fail-under", 1.01).exit_code == 5
    assert Path("m.model").exists()
    assert chainrule(*FIT, *SHORT, "--fail-under", 0.0).exit_code == 0


def test_verbose_says_every_epoch(chainrule):
    result = chainrule(*FIT, *SHORT, "-v")
    assert len(re.findall(r"^epoch \d/2, .*loss", result.stderr, re.M)) == 2
    assert chainrule(*FIT, *SHORT, "-v", "--no-progress").stderr == ""


def test_settings_of_a_run_repeat_it(chainrule):
    chainrule("fit", "iris", "-o", "m.model", "--no-plot", "--epochs", 3, "--class-weight",
              "setosa=2", "--drop", "sepal width (cm)")  # fmt: skip
    settings = Path("runs/m-1/settings.toml")
    assert tomllib.loads(settings.read_text())["class_weight"] == "setosa=2"
    result = chainrule("fit", "--config", settings, "-o", "again.model")
    assert result.exit_code == 0, result.output
    first, second = cr.load_model("m.model"), cr.load_model("again.model")
    assert first.parameters == second.parameters
    assert first.summary["scores"] == second.summary["scores"]


def test_completion(chainrule):
    def completed(*words):
        place = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
        environment = {"_CHAINRULE_COMPLETE": "bash_complete", **place}
        return chainrule(env=environment, prog_name="chainrule").stdout.split()

    assert completed("chainrule", "ev") == ["plain,evaluate"]
    assert "plain,--no-plot" in completed("chainrule", "fit", "--no")
