"""Rows held out are learned from in the end, for as many epochs as were best."""

from dataclasses import replace
from math import ceil

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import TrainingInterrupted
from chainrule.tables import Pipeline, TrainingSet, fits

RNG = np.random.default_rng(0)
N = 1200
X = RNG.normal(size=(N, 2))
TABLE = {"a": X[:, 0], "b": X[:, 1], "y": X[:, 0] * X[:, 1] + 0.2 * RNG.normal(size=N)}
SETTINGS = {"hidden": (5,), "epochs": 15, "seed": 0}


@pytest.fixture(scope="module")
def fitted() -> Pipeline:
    return Pipeline.fit(TABLE, "y", **SETTINGS)


def test_it_is_a_fit_of_all_rows_to_the_best_end_of_a_cycle(fitted):
    data = TrainingSet.prepare(TABLE, "y", seed=0)
    rows = data.with_held_out()
    assert (len(data.X), len(rows.X), rows.validation) == (960, N, None)
    assert sorted(rows.rows) == list(range(N))
    ends = [1, 3, 7, 15]
    curve = fitted.result.history.validation_loss
    epochs = min(ends, key=lambda end: curve[end - 1])
    assert fitted.summary["refitted_for"] == epochs
    plan = fitted.result.plan
    schedule = replace(plan.schedule, steps=15 * ceil(N / plan.batch_size))
    again = cr.train(
        fitted.network, rows.X, rows.y, loss="mean_squared_error", epochs=epochs, seed=0,
        optimizer=plan.optimizer, schedule=schedule, batch_size=plan.batch_size,
    )  # fmt: skip
    np.testing.assert_array_equal(fitted.parameters.vector, again.parameters.vector)


def test_the_curves_are_those_of_the_rows_held_out(fitted):
    assert len(fitted.result.history.validation_loss) == fitted.summary["epochs"]
    assert (fitted.summary["rows"], fitted.summary["validation_rows"]) == (960, 240)
    assert len(fitted.residuals) == 240


@pytest.mark.parametrize(
    "options",
    [
        {"refit": False},
        {"preset": "plain"},
        {"validation_fraction": 0.0},
        {"validation": {name: values[:99] for name, values in TABLE.items()}},
        {"optimizer": "lbfgs"},
        {"callbacks": [lambda progress: progress.epoch == 4]},
    ],
    ids=[
        "not asked for",
        "plain",
        "all rows",
        "rows of one's own",
        "L-BFGS",
        "asked to stop",
    ],
)
def test_otherwise_there_is_one_fit(options):
    pipeline = Pipeline.fit(TABLE, "y", **SETTINGS, **options)
    assert pipeline.summary["refitted_for"] == 0
    np.testing.assert_array_equal(pipeline.parameters.vector, pipeline.result.parameters.vector)


def test_a_checkpoint_changes_no_bit(tmp_path, fitted):
    pipeline = Pipeline.fit(TABLE, "y", **SETTINGS, checkpoint=tmp_path / "c")
    np.testing.assert_array_equal(pipeline.parameters.vector, fitted.parameters.vector)


def test_what_interrupts_the_second_fit_leaves_the_first(monkeypatch):
    whole = Pipeline.fit(TABLE, "y", **SETTINGS, refit=False)
    calls, train = [], fits.train

    def interrupted(*args, **options):
        calls.append(train(*args, **options))
        if len(calls) == 2:
            raise TrainingInterrupted("interrupted", calls[1])
        return calls[-1]

    monkeypatch.setattr(fits, "train", interrupted)
    with pytest.raises(TrainingInterrupted) as stop:
        Pipeline.fit(TABLE, "y", **SETTINGS)
    left = stop.value.result
    np.testing.assert_array_equal(left.parameters.vector, whole.parameters.vector)


def test_weights_of_rows_held_out_count(fitted):
    weight = np.ones(N)
    weight[: N // 2] = 0
    one = Pipeline.fit(TABLE, "y", **SETTINGS, sample_weight=weight)
    other = Pipeline.fit({**TABLE, "y": np.where(weight, TABLE["y"], 9.0)}, "y", **SETTINGS,
                         sample_weight=weight)  # fmt: skip
    assert one.summary["refitted_for"] > 0
    np.testing.assert_allclose(one.predict(TABLE), other.predict(TABLE), atol=1e-4)
