"""Rows whose label is probably wrong."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.errors import DataError, InvalidTypeError
from chainrule.estimators import TabularClassifier
from chainrule.evaluation import mislabelled_rows
from chainrule.evaluation.mislabelled import suspects
from chainrule.tables import TABLES, ClassTarget, TrainingSet
from chainrule.tables.run import HeldOutRows

ONE_EPOCH = {"epochs": 1, "hidden": (4,), "seed": 0}


def held_out(n, k, wrong, seed, spread=2.0):
    """Rows of an exact model, with some labels exchanged: probabilities, labels, and which."""
    rng = np.random.default_rng(seed)
    z = spread * rng.normal(size=(n, k))
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    y = (p.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).clip(0, k - 1)
    other = np.zeros(n, bool)
    other[rng.permutation(n)[:wrong]] = True
    y[other] = (y[other] + rng.integers(1, k, wrong)) % k
    target = ClassTarget(
        "y", tuple(map(str, range(k))), tuple(np.bincount(y, minlength=k).tolist())
    )
    return HeldOutRows(np.arange(n), y, p), target, other


@given(st.integers(2, 12), st.sampled_from([0.5, 2.0, 8.0]), st.integers(0, 10**6))
@settings(max_examples=15)
def test_labels_that_follow_the_probabilities_are_not_suspected(k, spread, seed):
    rows, target, _ = held_out(1000, k, 0, seed, spread)
    assert suspects(rows, target) == []


@pytest.mark.parametrize("k", [2, 5, 20])
@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_exchanged_labels_are_found_whatever_the_temperature(k, temperature):
    rows, target, other = held_out(3000, k, 150, 1, spread=12.0)
    p = rows.a ** (1 / temperature)
    found = suspects(HeldOutRows(rows.rows, rows.labels, p / p.sum(axis=1, keepdims=True)), target)
    hits = other[[row.row for row in found]]
    assert hits.mean() > 0.9
    assert hits.sum() > 0.8 * other.sum()
    assert all(row.true != row.predicted for row in found)
    badness = [row.badness for row in found]
    assert badness == sorted(badness)


def test_few_rows_with_confident_contradictions():
    rng = np.random.default_rng(0)
    y = np.arange(150) % 3
    p = np.full((150, 3), 0.04) + 0.88 * np.eye(3)[y] + 0.01 * rng.random((150, 1))
    p /= p.sum(axis=1, keepdims=True)
    target = ClassTarget("y", ("a", "b", "c"), (50, 50, 50))
    assert suspects(HeldOutRows(np.arange(150), y, p), target) == []
    y[:8] = (y[:8] + 1) % 3
    found = suspects(HeldOutRows(np.arange(150), y, p), target)
    assert {row.row for row in found} <= set(range(8))
    assert len(found) >= 4


def test_too_few_rows_and_broken_probabilities_say_nothing():
    rows, target, _ = held_out(40, 2, 20, 0, spread=12.0)
    assert suspects(rows, target) == []
    rows, target, _ = held_out(2000, 2, 200, 0, spread=12.0)
    rows.a[3] = np.nan
    assert suspects(rows, target) == []


@pytest.mark.parametrize("options", [{"folds": 3}, {"folds": 0, "validation_fraction": 0.3}])
def test_only_rows_that_were_not_learned_from_are_looked_at(options):
    data = TrainingSet.prepare("iris", "species", seed=0, **options)
    pipeline = cr.Pipeline.train(data, epochs=2, hidden=(4,))
    expected = data.rows if data.folds else data.held_out
    assert sorted(pipeline.held_out.rows) == sorted(expected)
    labels = cr.read_table("iris").to_native()["species"].to_pylist()
    own = [pipeline.target.labels[k] for k in pipeline.held_out.labels]
    assert own == [labels[k] for k in pipeline.held_out.rows]
    assert mislabelled_rows(pipeline, most=0) == []


def test_what_has_no_rows_held_out_is_refused(tmp_path):
    pipeline = cr.Pipeline.fit("iris", "species", **ONE_EPOCH)
    cr.save_model(pipeline, tmp_path / "m")
    for model in (
        cr.load_model(tmp_path / "m"),
        cr.Pipeline.fit("iris", "species", **ONE_EPOCH, folds=0, validation_fraction=0),
        cr.Pipeline.fit("iris", "species", **ONE_EPOCH, validation="iris"),
        pipeline.members[0] if pipeline.others else cr.load_model(tmp_path / "m"),
    ):
        with pytest.raises(DataError, match="folds=5"):
            mislabelled_rows(model)
    with pytest.raises(DataError, match="not one column of classes"):
        mislabelled_rows(cr.Pipeline.fit("diabetes", "progression", **ONE_EPOCH))
    with pytest.raises(InvalidTypeError, match="model"):
        mislabelled_rows("iris")


@pytest.fixture(scope="module")
def spoiled():
    """Penguins, with the species of every fifteenth row exchanged."""
    table = cr.read_table("penguins").to_native().to_pydict()
    other = {"Adelie": "Gentoo", "Gentoo": "Chinstrap", "Chinstrap": "Adelie"}
    table["species"][::15] = [other[label] for label in table["species"][::15]]
    return table


@pytest.mark.slow
@pytest.mark.parametrize("name", ["iris", "penguins", "digits"])
@pytest.mark.parametrize("seed", [0, 1])
def test_clean_tables_are_not_suspected(name, seed):
    assert mislabelled_rows(cr.Pipeline.fit(name, TABLES[name].target, seed=seed)) == []


@pytest.mark.slow
def test_penguins_of_other_species_are_found(spoiled):
    y = spoiled.pop("species")
    model = TabularClassifier(random_state=0).fit(spoiled, y)
    found = [row.row for row in mislabelled_rows(model)]
    assert np.mean([row % 15 == 0 for row in found]) > 0.8
    assert len(found) > 0.6 * len(y[::15])
    spoiled["species"] = y


@pytest.mark.slow
def test_the_command_says_so_in_one_line(spoiled, tmp_path, monkeypatch):
    import pyarrow as pa
    from click.testing import CliRunner
    from pyarrow import csv

    from chainrule.cli import main

    monkeypatch.chdir(tmp_path)
    csv.write_csv(pa.table(spoiled), "spoiled.csv")
    options = ["--target", "species", "--seed", "1", "-o", "m", "--no-run", "--no-plot"]
    said = CliRunner().invoke(main, ["fit", "spoiled.csv", *options]).stdout
    (line,) = [line for line in said.splitlines() if line.startswith("look mislabelled: ")]
    assert " of 344 rows: row " in line
    options.remove("--no-run")
    asked = CliRunner().invoke(main, ["fit", "spoiled.csv", *options, "--json", "-q"])
    rows = json.loads(asked.stdout)["mislabelled"]
    assert np.mean([row % 15 == 1 for row in rows]) > 0.8
    assert f"look mislabelled: {len(rows)} of" in line
    page = (tmp_path / "runs" / "m-1" / "report.html").read_text()
    section = page.split("<h2>Labels that look wrong</h2>")[1].split("</section>")[0]
    assert f">{rows[0]}</td>" in section
    clean = CliRunner().invoke(main, ["fit", "penguins", *options]).stdout
    assert "mislabelled" not in clean
