"""Members: networks of other seeds that learn from all rows in the end; their mean predicts."""

from functools import partial

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import TrainingInterrupted
from chainrule.tables import Pipeline, TrainingSet
from chainrule.tables.calibration import divided_by

RNG = np.random.default_rng(0)
N = 900
X = RNG.normal(size=(N, 2))
KIND = np.where(X[:, 0] * X[:, 1] + 0.3 * RNG.normal(size=N) > 0, "yes", "no")
TABLE = {"a": X[:, 0], "b": X[:, 1], "y": KIND}
SETTINGS = {"hidden": (5,), "epochs": 15, "seed": 3}


@pytest.fixture(scope="module")
def single() -> Pipeline:
    return Pipeline.fit(TABLE, "y", **SETTINGS)


@pytest.fixture(scope="module")
def three() -> Pipeline:
    return Pipeline.fit(TABLE, "y", members=3, **SETTINGS)


def test_the_first_member_is_the_network_of_one(single, three):
    assert len(three.members) == 3
    assert len({one.parameters.vector.tobytes() for one in three.members}) == 3
    np.testing.assert_array_equal(three.parameters.vector, single.parameters.vector)
    assert three.summary["refitted_for"] == single.summary["refitted_for"] > 0
    assert three.summary["temperature"] == single.summary["temperature"]


def test_each_member_is_a_fit_of_all_rows_with_its_own_seed(three):
    data = TrainingSet.prepare(TABLE, "y", seed=3).with_held_out()
    plan = three.result.plan
    again = cr.train(
        three.network, data.X, data.y, loss=plan.objective.loss, optimizer=plan.optimizer,
        schedule=three_schedule(plan, len(data.X)), batch_size=plan.batch_size, seed=5,
        epochs=three.summary["refitted_for"],
    )  # fmt: skip
    found = divided_by(three.network, again.parameters, three.summary["temperature"])
    np.testing.assert_array_equal(three.members[2].parameters.vector, found.vector)


def three_schedule(plan, n):
    return (
        cr.Plan(plan.objective, plan.optimizer, cr.schedules.CosLog(unit="update"), plan.batch_size)
        .until(15, n)
        .schedule
    )


@pytest.mark.parametrize(
    "options",
    [
        {"folds": 3},
        {"validation_fraction": 0.0},
        {"refit": False},
        {"validation": {name: values[:99] for name, values in TABLE.items()}},
    ],
    ids=["folds", "all rows", "without those held out", "rows of one's own"],
)
def test_whatever_judges_there_are_members(options):
    pipeline = Pipeline.fit(TABLE, "y", members=2, **SETTINGS, **options)
    one, other = (member.parameters.vector for member in pipeline.members)
    assert not np.array_equal(one, other)
    assert pipeline.summary["members"] == 2
    assert pipeline.summary["refitted_for"] == 0


def test_threads_and_what_trains_change_no_bit(three):
    calls = []

    def elsewhere(*args, **options):
        calls.append(options)
        return cr.train_many(*args, **options, threads=1)

    for options in ({"threads": 1}, {"threads": 2}, {"train_many": elsewhere}):
        again = Pipeline.fit(TABLE, "y", members=3, **SETTINGS, **options)
        np.testing.assert_array_equal(again.outputs(TABLE), three.outputs(TABLE))
    assert len(calls) == 1


@pytest.mark.parametrize("options", [{"members": 2}, {"folds": 2, "ensemble": True}])
def test_after_the_largest_seed_comes_the_first(options):
    how = {**SETTINGS, "epochs": 2, "seed": 2**64 - 1}
    assert len(Pipeline.fit(TABLE, "y", **options, **how).members) == 2


def test_an_interrupt_of_the_members_leaves_the_network_that_was_judged(single):
    def interrupted(*args, **options):
        done = cr.train_many(*args, **options)
        raise TrainingInterrupted("interrupted", done)

    judged = Pipeline.fit(TABLE, "y", refit=False, **SETTINGS)
    with pytest.raises(TrainingInterrupted) as stop:
        Pipeline.fit(TABLE, "y", members=3, train_many=partial(interrupted, threads=1), **SETTINGS)
    left = stop.value.result
    np.testing.assert_array_equal(left.parameters.vector, judged.parameters.vector)


def test_a_fit_that_was_asked_to_end_has_no_members():
    pipeline = Pipeline.fit(TABLE, "y", members=3, callbacks=[lambda p: p.epoch == 4], **SETTINGS)
    assert len(pipeline.members) == 1
    assert pipeline.summary["epochs"] == 4


def test_a_table_read_piece_by_piece_has_members(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    from chainrule.tables import scan_table

    pq.write_table(pa.table(TABLE), tmp_path / "t.parquet")
    scanned = scan_table(tmp_path / "t.parquet")
    pipeline = Pipeline.fit(scanned, "y", members=2, **SETTINGS)
    assert len({one.parameters.vector.tobytes() for one in pipeline.members}) == 2
