"""`chainrule evaluate`, `check` and `inspect`."""

import json
import re
from pathlib import Path

import pytest

import chainrule as cr
from chainrule.models import TrainedNetwork, save_model
from chainrule.training import METRICS


def test_scores_are_those_of_the_library(chainrule, trained):
    result = chainrule("evaluate", trained.model, "penguins", "--json", "--resamples", 20)
    assert result.exit_code == 0, result.output
    found = cr.evaluate(cr.load_model(trained.model), "penguins", resamples=20)
    assert json.loads(result.stdout) == json.loads(json.dumps(found.to_dict()))


def test_the_report(chainrule, trained):
    text = chainrule("evaluate", trained.model, "penguins", "--resamples", 20).stdout
    assert re.search(r"^accuracy 0\.\d+ on 344 rows; always Adelie gives 0\.4419$", text, re.M)
    assert re.search(r"^0\.\d+ to 1\.000 in 95% of 20 resamples of these rows$", text, re.M)
    assert re.search(r"^log loss +\S+ +\S+ to \S+ +\S+$", text, re.M)
    assert "true class in rows, predicted class in columns" in text


def test_a_metric_heads_it(chainrule, trained):
    result = chainrule(
        "evaluate", trained.model, "penguins", "--metric", "log_loss,f1_macro", "--metric",
        "accuracy", "--resamples", 0,
    )  # fmt: skip
    lines = result.stdout.splitlines()
    assert lines[0].startswith("log loss ")
    assert [line.split("  ")[0] for line in lines[2:4]] == ["f1 macro", "accuracy"]


@pytest.mark.parametrize(
    ("metric", "score", "code"),
    [
        ("accuracy", 0.9, 0),
        ("accuracy", 1.01, 5),
        ("log_loss", 0.5, 0),
        ("log_loss", 0.0, 5),
    ],
)
def test_fail_under_in_the_direction_of_the_metric(chainrule, trained, metric, score, code):
    assert METRICS[metric].greater_is_better == (metric == "accuracy")
    result = chainrule(
        "evaluate", trained.model, "penguins", "--metric", metric, "--fail-under", score,
        "--resamples", 0,
    )  # fmt: skip
    assert result.exit_code == code
    assert metric.replace("_", " ") in result.stdout  # the scores are said in any case
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--metric", "acuracy"], 2, "did you mean 'accuracy'?"),
        (["--metric", "r2"], 2, "unknown metric of classification"),
        (["--weight", "mass"], 3, "no column 'mass'"),
        (["--level", "1"], 2, "--level"),
        (["--resamples", "-1"], 2, "--resamples"),
    ],
)
def test_what_is_refused(chainrule, trained, options, code, message):
    result = chainrule("evaluate", trained.model, "penguins", *options)
    assert result.exit_code == code
    assert message in result.stderr
    assert result.stdout == ""


def test_a_table_without_the_target(chainrule, trained, penguins):
    text = penguins.read_text().replace("species", "kind")
    Path("new.csv").write_text(text)
    result = chainrule("evaluate", trained.model, "new.csv")
    assert result.exit_code == 3
    assert "no column 'species'" in result.stderr


# --- check ----------------------------------------------------------------------------------------


def test_a_table_that_fits(chainrule, trained, penguins):
    result = chainrule("check", trained.model, penguins, "--strict")
    assert result.exit_code == 0, result.output
    assert result.stdout == "344 rows, 7 columns needed\nThe table is as the model expects it.\n"


def test_what_predict_refuses(chainrule, trained, penguins):
    text = penguins.read_text().replace(",181,", ",long,", 1)
    Path("new.csv").write_text(text)
    result = chainrule("check", trained.model, "new.csv")
    assert result.exit_code == 3
    assert "flipper_length_mm: no number in 1 row\n  row 1: long\n" in result.stdout
    found = json.loads(chainrule("check", trained.model, "new.csv", "--json").stdout)
    assert found["refused"]
    assert found["problems"][0]["rows"] == [{"row": 1, "value": "long"}]


def test_what_predict_handles_counts_when_strict(chainrule, trained, penguins):
    Path("new.csv").write_text(penguins.read_text().replace("Torgersen", "Mars"))
    assert chainrule("check", trained.model, "new.csv").exit_code == 0
    result = chainrule("check", trained.model, "new.csv", "--strict", "--rows", 1)
    assert result.exit_code == 3
    assert "island: a level without an input of its own in 52 rows" in result.stdout
    assert result.stdout.count("  row ") == 1


# --- inspect --------------------------------------------------------------------------------------


def test_layers_and_weights(chainrule, trained):
    text = chainrule("inspect", trained.model).stdout
    assert "classification of species" in text
    assert re.search(r"^  Dense, ReLU +15 +64 +1,024$", text, re.M)
    W = cr.load_model(trained.model).parameters["layers[0].W"]
    numbers = f"{W.mean():#.4g} +{W.std():#.4g} +{W.min():#.4g} +{W.max():#.4g}"
    assert re.search(rf"^  layers\[0\]\.W +15 x 64 +{numbers}$", text, re.M)
    found = json.loads(chainrule("inspect", trained.model, "--json").stdout)
    assert [layer["n_parameters"] for layer in found["layers"]] == [1024, 4160, 195]
    assert found["layers"][0]["layer"] == "Dense(n_in=15, n_out=64, activation=ReLU())"
    assert found["model"]["is"].startswith("classification")


def test_models_without_a_table(chainrule):
    network = cr.mlp(2, (3,), 1)
    save_model(TrainedNetwork(network, network.initial_parameters(0)), "net.model")
    found = json.loads(chainrule("inspect", "net.model", "--json").stdout)
    assert [layer["n_in"] for layer in found["layers"]] == [2, 3]


def test_several_fits_have_no_single_network(chainrule):
    results = cr.train_many(
        cr.mlp(1, (), 1), [[0.0], [1.0]], [0.0, 1.0], [{}, {}], loss="mse", epochs=1
    )
    save_model(results, "many.model")
    result = chainrule("inspect", "many.model")
    assert result.exit_code == 2
    assert "must be a fitted model with one network" in result.stderr
