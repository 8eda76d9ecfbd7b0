import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.errors import (
    ChainruleError,
    DataError,
    DataWarning,
    InvalidTypeError,
    TrainingInterrupted,
)
from chainrule.tables import Pipeline, read_table, split, with_target
from chainrule.training import METRICS

# A fit without the compiled engine warns when it takes longer than a second.
pytestmark = pytest.mark.filterwarnings("ignore::chainrule.errors.SlowEngineWarning")


def weighed():
    """The 342 penguins whose body mass is known."""
    return with_target(read_table("penguins"), "body_mass_g")


@pytest.fixture(scope="module")
def penguins():
    return Pipeline.fit("penguins", "species", epochs=30, seed=0, preset="plain")


@pytest.fixture(scope="module")
def masses():
    return Pipeline.fit(weighed(), "body_mass_g", epochs=30, seed=0, preset="plain")


def columns(name="penguins"):
    return read_table(name).to_native().to_pydict()


@pytest.mark.parametrize("seed", range(3))
def test_penguins_are_told_apart_out_of_the_box(seed):
    training, test = split("penguins", 0.2, seed, stratify="species")
    pipeline = Pipeline.fit(training, "species", seed=seed, preset="plain")
    with warnings.catch_warnings():
        # Which rows have the two missing values is a matter of the seed.
        warnings.simplefilter("ignore", DataWarning)
        scores = pipeline.evaluate(test)
    assert scores["rows"] == 69
    # At most three of 69 wrong.
    assert scores["accuracy"] > 0.95
    assert scores["baseline_accuracy"] == pytest.approx(30 / 69)


def test_a_quantity_is_predicted_in_its_own_unit(masses):
    scores = masses.evaluate(weighed())
    assert scores["rows"] == 342
    assert 3000 < masses.predict(weighed()).mean() < 5000
    assert scores["root_mean_squared_error"] < scores["baseline_root_mean_squared_error"] / 2
    assert scores["r2"] > 0.75
    # The mean of the training rows explains next to nothing of all rows.
    assert abs(scores["baseline_r2"]) < 0.01


def test_scores_are_those_of_the_predictions(penguins, masses):
    truth = np.array(columns()["species"])
    scores = penguins.evaluate("penguins")
    assert scores["accuracy"] == pytest.approx(np.mean(penguins.predict("penguins") == truth))
    p = penguins.predict_proba("penguins")
    column = [penguins.classes.index(label) for label in truth]
    assert scores["log_loss"] == pytest.approx(-np.log(p[np.arange(344), column]).mean(), rel=1e-5)

    error = masses.predict(weighed()) - weighed()["body_mass_g"].to_numpy()
    scores = masses.evaluate(weighed())
    assert scores["mean_absolute_error"] == pytest.approx(np.abs(error).mean())


def test_probabilities(penguins):
    p = penguins.predict_proba("penguins")
    assert penguins.classes == ("Adelie", "Chinstrap", "Gentoo")
    assert p.shape == (344, 3)
    # float32 rounds each of three shares to 6e-8.
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-6)
    labels = np.array(penguins.classes)[p.argmax(axis=1)]
    assert labels.tolist() == penguins.predict("penguins").tolist()


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table, dict])
def test_any_data_frame(penguins, make):
    np.testing.assert_array_equal(
        penguins.predict_proba(make(columns())), penguins.predict_proba("penguins")
    )


@settings(max_examples=20)
@given(st.randoms())
def test_order_of_rows_and_columns(random):
    pipeline = Pipeline.fit("people", "gender", epochs=5, seed=0, preset="plain")
    table, rows = columns("people"), random.sample(range(4), 4)
    names = random.sample(list(table), 4)
    shuffled = {name: [table[name][i] for i in rows] for name in names} | {"more": [0] * 4}
    # A matrix product may sum in another order for another row: 2^-23, a few times.
    np.testing.assert_allclose(
        pipeline.predict_proba(shuffled), pipeline.predict_proba(table)[rows], rtol=1e-6
    )


def test_the_seed_decides_everything():
    one, two, three = (
        Pipeline.fit("penguins", "species", epochs=3, seed=s, preset="plain") for s in (5, 5, 6)
    )
    np.testing.assert_array_equal(one.parameters.vector, two.parameters.vector)
    assert one.encoder == two.encoder
    assert (one.parameters.vector != three.parameters.vector).any()


def test_labels_keep_their_type():
    for labels in (["a", "b"], [1, 2], [True, False], [0.5, 1.5]):
        table = {"x": [0, 1] * 10, "y": labels * 10}
        pipeline = Pipeline.fit(table, "y", epochs=50, seed=0, learning_rate=0.01, preset="plain")
        assert pipeline.predict(table).tolist() == labels * 10


def test_the_validation_rows_are_not_learned_from(penguins):
    rows, validation = penguins.summary["rows"], penguins.summary["validation_rows"]
    assert (rows, validation) == (310, 34)
    assert sum(penguins.target.counts) == 310
    # The same target with a tenth of its rows changed by the seed alone: means differ.
    other = Pipeline.fit("penguins", "species", epochs=1, seed=1, preset="plain")
    assert other.encoder != penguins.encoder


def test_the_best_epoch_is_kept():
    pipeline = Pipeline.fit(
        "diabetes", "progression", seed=0, patience=5, metric="mean_absolute_error", preset="plain"
    )
    curve = pipeline.result.history.metrics["mean_absolute_error"]
    summary = pipeline.summary
    # 398 rows are 13 batches of 32: 200 updates, which are not judged, end in epoch 16.
    assert summary["rows"] == 398
    best = min(curve[16:])
    assert summary["best_epoch"] == 17 + curve[16:].index(best)
    assert summary["epochs"] == summary["best_epoch"] + 5
    assert summary["metrics"]["mean_absolute_error"] == best
    # In the target's own unit: the progression lies between 25 and 346, its deviation is 77.
    assert 20 < min(curve) < 80


def test_small_tables_are_learned_whole():
    pipeline = Pipeline.fit("people", "gender", epochs=7, seed=0, preset="plain")
    assert pipeline.summary["rows"] == 4
    assert pipeline.summary["validation_rows"] == 0
    assert pipeline.summary["epochs"] == 7
    assert pipeline.summary["validation_loss"] is None


def test_rows_without_a_target_are_left_out():
    table = columns()
    table["species"][:100] = [None] * 100
    pipeline = Pipeline.fit(table, "species", epochs=1, seed=0, preset="plain")
    assert pipeline.schema.n_without_target == 100
    assert pipeline.summary["rows"] + pipeline.summary["validation_rows"] == 244
    with pytest.warns(DataWarning, match="categories that training did not have|missing"):
        assert pipeline.evaluate({**table, "island": ["Bergen"] * 344})["rows"] == 244


def test_a_class_with_one_row_is_learned_from():
    table = {"x": list(range(60)), "y": ["a"] * 30 + ["b"] * 29 + ["once"]}
    for seed in range(5):
        pipeline = Pipeline.fit(table, "y", epochs=1, seed=seed, preset="plain")
        assert pipeline.classes == ("a", "b", "once")


def test_class_weight_by_label():
    table = {"x": [0.0, 1.0] * 300, "y": ["no"] * 540 + ["yes"] * 60}
    plain, heavy, balanced = (
        Pipeline.fit(table, "y", epochs=60, seed=0, class_weight=w, preset="plain")
        for w in (None, {"yes": 1000.0}, "balanced")
    )
    # x says nothing about y, so only the weights decide.
    assert set(plain.predict(table)) == {"no"}
    assert set(heavy.predict(table)) == {"yes"}
    assert abs(balanced.predict_proba(table)[:, 0].mean() - 0.5) < 0.2


def test_lbfgs_takes_all_rows_at_once():
    pipeline = Pipeline.fit(
        "penguins", "species", optimizer="lbfgs", epochs=20, seed=0, preset="plain"
    )
    assert pipeline.summary["batch_size"] == "full"
    assert pipeline.evaluate("penguins")["accuracy"] > 0.95


def test_a_linear_model():
    pipeline = Pipeline.fit("penguins", "species", hidden=(), epochs=3, seed=0, preset="plain")
    assert len(pipeline.network.layers) == 1


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"task": "ranking"}, ChainruleError, r"task \(='ranking'\) must be"),
        ({"hidden": 64}, InvalidTypeError, r"hidden \(=64\) must be a sequence"),
        ({"hidden": "64"}, InvalidTypeError, r"hidden \(='64'\) must be a sequence"),
        ({"hidden": (8, 0)}, ChainruleError, r"a size in hidden \(=0\) must be >= 1"),
        ({"activation": "rely"}, ChainruleError, "did you mean 'relu'"),
        ({"optimizer": "adm"}, ChainruleError, "did you mean 'adam'"),
        ({"learning_rate": -0.1}, ChainruleError, r"learning_rate \(=-0\.1\) must be > 0"),
        (
            {"optimizer": "lbfgs", "learning_rate": 0.1},
            ChainruleError,
            r"learning_rate \(=0\.1\) must be None for LBFGS",
        ),
        ({"metric": "acuracy"}, ChainruleError, "did you mean 'accuracy'"),
        ({"metric": "r2"}, ChainruleError, "unknown metric of classification 'r2'.*accuracy"),
        ({"validation_fraction": 1}, ChainruleError, r"validation_fraction \(=1\) must be"),
        ({"patience": 0}, ChainruleError, r"patience \(=0\) must be >= 1"),
        ({"epochs": -1}, ChainruleError, r"epochs \(=-1\) must be >= 0"),
        ({"batch_size": "some"}, ChainruleError, r"batch_size \(='some'\) must be"),
        ({"class_weight": {"Rex": 2}}, DataError, "class_weight names 'Rex', which is no label"),
        ({"engine": "fast"}, ChainruleError, "unknown engine 'fast'"),
        ({"seed": -1}, ChainruleError, r"seed \(=-1\) must be >= 0"),
        ({"drop": ["sx"]}, DataError, r"no column 'sx' \(did you mean 'sex'\?\)"),
    ],
)
def test_bad_options(options, error, message):
    with pytest.raises(error, match=message):
        Pipeline.fit("penguins", "species", **options, preset="plain")


def test_a_regression_has_no_classes(masses):
    with pytest.raises(DataError, match="'body_mass_g' is a quantity: a regression has no classes"):
        masses.predict_proba("penguins")
    with pytest.raises(ChainruleError, match=r"class_weight .* must be None for a regression"):
        Pipeline.fit("penguins", "body_mass_g", class_weight="balanced", epochs=1, preset="plain")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.pop("island"), r"the table has no column 'island'; it has: species"),
        (
            lambda t: t.update({"Island": t.pop("island"), "years": t.pop("year")}),
            r"no column 'island' \(did you mean 'Island'\?\), 'year' \(did you mean 'years'\?\)",
        ),
        (
            lambda t: t.update(year=["2007"] * 343 + ["last"]),
            r"column 'year', row 344: 'last' is no number",
        ),
        (
            lambda t: t.update(body_mass_g=[1.0, np.inf] * 172),
            r"column 'body_mass_g', row 2: inf must be finite",
        ),
    ],
)
def test_tables_that_do_not_fit(penguins, change, message):
    table = columns()
    change(table)
    for call in (penguins.predict, penguins.predict_proba, penguins.evaluate):
        with pytest.raises(DataError, match=message):
            call(table)


def test_labels_that_training_did_not_have(penguins):
    table = columns()
    table["species"][2:4] = [None, "Emperor"]
    with pytest.raises(DataError, match=r"target 'species', row 4: the label 'Emperor' did not"):
        penguins.evaluate(table)
    # To predict, nobody needs the target.
    del table["species"]
    assert len(penguins.predict(table)) == 344
    with pytest.raises(DataError, match=r"the table has no column 'species'"):
        penguins.evaluate(table)


def test_surprises_are_warned_of_once_and_where_they_arise(penguins):
    table = columns()
    table["island"] = ["Bergen"] + table["island"][1:]
    with pytest.warns(DataWarning, match=r"island in 1 row \('Bergen'\)") as caught:
        penguins.predict(table)
    assert [w.filename for w in caught] == [__file__]


def test_ctrl_c_keeps_what_was_learned():
    def interrupt(progress):
        if progress.epoch == 3:
            raise KeyboardInterrupt

    with pytest.raises(TrainingInterrupted) as caught:
        Pipeline.fit("penguins", "species", seed=0, callbacks=[interrupt], preset="plain")
    pipeline = caught.value.result
    assert pipeline.summary["epochs"] == 3
    assert pipeline.summary["stopped"] == "interrupted in epoch 4"
    assert len(pipeline.predict("penguins")) == 344


def test_repr_says_what_it_is(penguins):
    assert repr(penguins) == (
        "Pipeline(classification of species from island, bill_length_mm, bill_depth_mm, "
        "flipper_length_mm, body_mass_g, sex, year; 15 inputs -> 64 -> 64 -> 3)"
    )


def test_every_metric_of_a_task_exists(penguins, masses):
    for pipeline in (penguins, masses):
        scores = pipeline.evaluate(weighed())
        for name in pipeline.target.metrics:
            assert name in METRICS
            assert np.isfinite(scores[name])
            assert np.isfinite(scores[f"baseline_{name}"])
