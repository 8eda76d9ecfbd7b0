"""`chainrule cv` and `tune`."""

import json
import re
import shlex
from pathlib import Path

import pytest

import chainrule as cr

SHORT = ("--epochs", 3, "--hidden", 4)


@pytest.fixture
def visits():
    rows = [f"{i % 7},{i // 5},2024-01-{i % 28 + 1:02},{'yn'[i // 2 % 2]}" for i in range(70)]
    Path("visits.csv").write_text("\n".join(["size,patient,day,ill", *rows]) + "\n")
    return "visits.csv"


def test_scores_are_those_of_the_library(chainrule):
    result = chainrule("cv", "iris", "--folds", 3, "--seed", 4, "--json", *SHORT)
    assert result.exit_code == 0, result.output
    found = cr.cross_validate("iris", "species", folds=3, seed=4, epochs=3, hidden=(4,))
    assert json.loads(result.stdout) == json.loads(json.dumps(found.to_dict()))


def test_a_table_of_means_and_folds(chainrule):
    result = chainrule("cv", "iris", "--folds", 3, "--seed", 4, "--metric", "log_loss", *SHORT)
    lines = result.stdout.splitlines()
    assert lines[0] == "3 folds, 150 rows tested; seed 4"
    assert lines[1].split("  ")[-3:] == ["fold 1", "fold 2", "fold 3"]
    mean, std, guess, *values = map(float, lines[2].removeprefix("log loss").split())
    assert mean == pytest.approx(sum(values) / 3, rel=1e-3)
    assert std > 0
    assert guess == pytest.approx(1.0986, abs=1e-3)
    assert len(lines) == 3


@pytest.mark.parametrize("how", [["--group", "patient"], ["--time", "day"]])
def test_folds_that_do_not_leak(chainrule, visits, how):
    arguments = ("cv", visits, "--target", "ill", "--folds", 2, "--seed", 1, *how, *SHORT)
    first, second = chainrule(*arguments), chainrule(*arguments, "-j", 1)
    assert first.exit_code == 0, first.output
    assert first.stdout == second.stdout
    tested = int(re.search(r"(\d+) rows tested", first.stdout)[1])
    assert tested == 70 if "--group" in how else tested < 60


def test_a_seed_is_made_up_and_said(chainrule, visits):
    said = chainrule("cv", visits, "--target", "ill", "--folds", 2, *SHORT).stdout
    seed = re.search(r"seed (\d+)$", said, re.M)[1]
    again = chainrule("cv", visits, "--target", "ill", "--folds", 2, "--seed", seed, *SHORT).stdout
    assert again == said


@pytest.mark.parametrize(
    ("score", "metric", "code"), [(0.01, "accuracy", 0), (1.01, "accuracy", 5), (9, "log_loss", 0)]
)
def test_fail_under(chainrule, visits, score, metric, code):
    result = chainrule(
        "cv", visits, "--target", "ill", "--folds", 2, "--metric", metric, "--fail-under", score,
        "--seed", 0, *SHORT,
    )  # fmt: skip
    assert result.exit_code == code, result.output


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--target", "il"], 3, "did you mean 'ill'?"),
        ([], 2, "--target is missing: name the column to predict"),
        (["--target", "ill", "--group", "patient", "--time", "day"], 2, "--group (='patient') mu"),
        (["--target", "ill", "--time", "ill"], 3, "must hold dates or numbers"),
        (["--target", "ill", "--folds", "90"], 3, "fewer than the rows"),
        (["--target", "ill", "--folds", "1"], 2, "--folds"),
        (["--target", "ill", "--set", "epoch=3"], 2, "did you mean 'epochs'?"),
    ],
)
def test_what_is_refused(chainrule, visits, options, code, message):
    result = chainrule("cv", visits, *options)
    assert result.exit_code == code, result.output
    assert message in result.stderr
    assert result.stdout == ""


# --- tune -----------------------------------------------------------------------------------------

TUNE = ("tune", "iris", "--trials", 2, "--folds", 2, "--seed", 3, "--epochs", 3)


def test_trials_are_those_of_the_library(chainrule):
    result = chainrule(*TUNE, "--search", "hidden=2|4,4|none", "--json")
    assert result.exit_code == 0, result.output
    found = cr.tune(
        "iris", "species", {"hidden": [(2,), (4, 4), ()]}, trials=2, folds=2, seed=3, epochs=3
    )
    trials = json.loads(result.stdout)["trials"]
    assert [t["score"] for t in trials] == [t.score for t in found.trials]
    assert [tuple(t["settings"]["hidden"]) for t in trials] == [
        t.settings["hidden"] for t in found.trials
    ]


def test_the_best_one_is_a_command_that_runs(chainrule):
    said = chainrule(
        *TUNE, "--search", "learning_rate=1e-3..1e-1:log", "--drop", "sepal width (cm)"
    )
    line = said.stdout.splitlines()[-1]
    words = shlex.split(line)
    assert words[:3] == ["chainrule", "fit", "iris"]
    result = chainrule(*words[1:], "--no-plot", "--no-run")
    assert result.exit_code == 0, result.output
    model = cr.load_model("iris.model")
    assert model.summary["seed"] == 3
    assert model.summary["epochs"] <= 3
    assert "sepal width (cm)" not in [column.name for column in model.encoder.columns]
    rate = float(line.split("learning_rate=")[1].split()[0])
    assert model.summary["optimizer"]["learning_rate"] == rate


def test_results_go_on(chainrule):
    first = chainrule(*TUNE, "--results", "t.trials")
    assert first.exit_code == 0, first.output
    assert len(Path("t.trials").read_text().splitlines()) == 3
    on = chainrule("tune", "iris", "--trials", 3, "--folds", 2, "--epochs", 3, "--results",
                   "t.trials")  # fmt: skip
    assert on.exit_code == 0, on.output
    assert "seed 3" in on.stdout.splitlines()[0]
    assert len(Path("t.trials").read_text().splitlines()) == 4
    other = chainrule(*TUNE, "--results", "t.trials", "--metric", "log_loss")
    assert other.exit_code == 3
    assert "belongs to another search" in other.stderr


def test_trials_that_fail_are_told(chainrule):
    result = chainrule(*TUNE, "--trials", 6, "--search", "activation=relu|rellu")
    assert result.exit_code == 0, result.output
    assert re.search(r"^trial \d failed: unknown activation 'rellu'", result.stdout, re.M)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--search", "epoch=1|2"], 2, "did you mean 'epochs'?"),
        (["--search", "learning_rate"], 2, "--search (='learning_rate') must be NAME=LOW..HIGH"),
        (["--search", "hidden=x"], 2, "'x' must be whole numbers"),
        (["--search", "drop=a|b"], 2, "cannot change between the fits"),
        (["--metric", "mse"], 2, "metric of classification"),
        (["--results", "none/t"], 2, "there is no folder 'none'"),
    ],
)
def test_what_tune_refuses(chainrule, options, code, message):
    result = chainrule(*TUNE, *options)
    assert result.exit_code == code, result.output
    assert message in result.stderr
    assert result.stdout == ""
