import json
import platform

import numpy as np
import pytest

import chainrule as cr
from chainrule.cli.cv import cv
from chainrule.cli.evaluate import evaluate
from chainrule.cli.explain import explain
from chainrule.cli.fit import fit
from chainrule.cli.language import OPTIONS, in_options
from chainrule.cli.predict import predict
from chainrule.cli.tune import tune


def test_facts_as_json(chainrule):
    facts = json.loads(chainrule("info", "--json").stdout)
    assert facts["versions"]["chainrule"] == cr.__version__
    assert facts["versions"]["numpy"] == np.__version__
    assert facts["versions"]["Python"].startswith(platform.python_version())
    assert facts["machine"]["processors to use"] >= 1
    assert set(facts["engines"]) == {"compiled", "reference"}


def test_text_shows_every_fact(chainrule):
    facts = json.loads(chainrule("info", "--json").stdout)
    text = chainrule("info").stdout
    for heading, values in facts.items():
        assert f"{heading}\n" in text
        for name, value in values.items():
            assert name in text
            assert str(value) in text or value is None


def test_what_is_not_installed_is_said_to_be(chainrule, monkeypatch):
    from importlib import metadata

    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert "not installed" in chainrule("info").stdout
    assert json.loads(chainrule("info", "--json").stdout)["versions"]["numpy"] is None


def test_variables_that_matter_are_shown(chainrule, monkeypatch):
    monkeypatch.setenv("CHAINRULE_THREADS", "3")
    assert json.loads(chainrule("info", "--json").stdout)["machine"]["CHAINRULE_THREADS"] == "3"


# --- of a model -----------------------------------------------------------------------------------


def test_a_model_says_what_it_is(chainrule):
    said = chainrule("fit", "penguins", "--seed", 3, "--epochs", 9, "-o", "m", "--no-plot").stdout
    facts = json.loads(chainrule("info", "m", "--json").stdout)
    assert facts["model"]["is"] == "classification of species: Adelie, Chinstrap, Gentoo"
    assert facts["model"]["network"] == "15 -> 64 -> 64 -> 3, 5,379 parameters"
    assert facts["learned from"]["table"] == "penguins"
    assert facts["learned from"]["seed"] == 3
    scores = facts["scored on 69 test rows"]
    accuracy = scores["accuracy"].partition(" ")[0]
    assert f"test accuracy {accuracy} on 69 rows" in said
    expected = facts["expects the columns"]
    assert list(expected) == [
        "island", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "sex",
        "year",
    ]  # fmt: skip
    assert expected["island"] == "one of Biscoe, Dream, Torgersen"
    assert expected["sex"] == "one of female, male, or missing"
    assert expected["year"] == "numbers"
    text = chainrule("info", "m").stdout
    for heading, values in facts.items():
        assert heading in text
        assert all(name in text and str(value) in text for name, value in values.items())


def test_models_of_arrays(chainrule):
    from chainrule.models import TrainedNetwork, save_model

    X, y = np.arange(12.0).reshape(6, 2), np.arange(6.0)
    result = cr.train(cr.mlp(2, (3,), 1), X, y, loss="mean_squared_error", epochs=2, seed=0)
    save_model(result, "result")
    facts = json.loads(chainrule("info", "result", "--json").stdout)
    assert facts["model"]["network"] == "2 -> 3 -> 1"
    assert facts["learned"]["plan"] == repr(result.plan)
    assert facts["expects"]["inputs"] == "2 numbers a row"
    assert "Adam()" in chainrule("info", "result").stdout
    save_model(TrainedNetwork(result.network, result.parameters), "network")
    facts = json.loads(chainrule("info", "network", "--json").stdout)
    assert facts["model"]["numbers"] == "13 parameters"
    settings = {"hidden_layer_sizes": (3,), "max_iter": 40, "tol": 1e9, "random_state": 0}
    save_model(cr.MLPRegressor(**settings, batch_size=6).fit(X, y), "estimator")
    assert "MLPRegressor" in chainrule("info", "estimator").stdout
    table = cr.TabularRegressor(epochs=2, random_state=0, preset="plain").fit({"size": y}, y)
    save_model(table, "tabular")
    facts = json.loads(chainrule("info", "tabular", "--json").stdout)
    assert facts["estimator"]["is"] == repr(table)
    assert facts["expects the columns"] == {"size": "numbers"}


def test_what_is_no_model(chainrule):
    assert chainrule("info", "nothing.model").exit_code != 0


# --- the words of the command line ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("hidden (=3) must be a sequence", "--hidden (=3) must be a sequence"),
        ("because task='regression' was asked for", "because --task regression was asked for"),
        ("header=False (--no-header)", "--no-header"),
        ("skip it (skip=3, header=False)", "skip it (--skip 3, --no-header)"),
        ("(header=True, --header: the first line is one)", "(--header: the first line is one)"),
        ("was read; others: b (sheet=, --sheet)", "was read; others: b (--sheet)"),
        (
            "say decimal='.' or decimal=',' (--decimal on the command line), or leave it out",
            "say --decimal . or --decimal ,, or leave it out",
        ),
        ("x (=3) must be > 4; sample_weight=3", "x (=3) must be > 4; sample_weight=3"),
    ],
)
def test_arguments_become_options(said, meant):
    assert in_options(said) == meant


def test_every_option_exists():
    known = {
        name
        for command in (fit, predict, explain, evaluate, cv, tune)
        for parameter in command.params
        for name in (*parameter.opts, *parameter.secondary_opts)
    }
    assert set(OPTIONS.values()) <= known
