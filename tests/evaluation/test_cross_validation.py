"""Cross-validation is the same fits one by one."""

from functools import wraps

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import DataError, DataWarning, InvalidValueError
from chainrule.evaluation import make_folds
from chainrule.tables import decode_table
from chainrule.tables.read import take_rows

N = 90
RNG = np.random.default_rng(1)
X = RNG.normal(size=N)
TABLE = {
    "x": X,
    "kind": np.where(X + 0.5 * RNG.normal(size=N) > 0, "yes", "no").tolist(),
    "y": 2 * X + RNG.normal(size=N),
    "who": [f"w{i // 6}" for i in range(N)],
    "day": np.arange(N),
}
SHORT = {"epochs": 4, "hidden": (3,)}


@pytest.mark.parametrize("target", ["kind", "y"])
def test_each_fold_is_a_fit_to_its_rows(target):
    options = {**SHORT, "drop": ("who", "y" if target == "kind" else "kind")}
    found = cr.cross_validate(TABLE, target, folds=3, seed=5, jobs=1, **options)
    decoded = decode_table(TABLE, target, drop=options["drop"])
    for fold, (training, test) in zip(found.folds, make_folds(decoded, 3, 5), strict=True):
        # Rows in another order than the table's would make another fit: they keep theirs.
        model = cr.Pipeline.fit(take_rows(decoded.table, training), target, seed=5, **options)
        expected = cr.evaluate(model, take_rows(decoded.table, test), resamples=0)
        for one, other in zip(
            fold.evaluation.targets[0].scores, expected.targets[0].scores, strict=True
        ):
            assert one.value == pytest.approx(other.value, abs=1e-12)
            assert one.guess == pytest.approx(other.guess)
    for spread in found.spreads:
        assert spread.mean == pytest.approx(np.mean(spread.values))
        assert spread.std == pytest.approx(np.std(spread.values, ddof=1))


@pytest.mark.parametrize("how", [{}, {"group": "who"}, {"time": "day"}])
def test_the_number_of_jobs_changes_nothing(how):
    one, two = (
        cr.cross_validate(TABLE, "kind", folds=3, seed=2, jobs=jobs, **SHORT, **how)
        for jobs in (1, 2)
    )
    assert one == two
    assert one != cr.cross_validate(TABLE, "kind", folds=3, seed=3, jobs=1, **SHORT, **how)


def test_the_column_of_groups_is_not_learned_from(monkeypatch):
    seen = []
    fit = cr.Pipeline.train

    @wraps(fit)
    def train(data, **options):
        seen.append([column.name for column in data.encoder.columns])
        return fit(data, **options)

    monkeypatch.setattr(cr.Pipeline, "train", train)
    cr.cross_validate(TABLE, "kind", folds=2, group="who", drop=["y"], seed=0, jobs=1, **SHORT)
    assert seen == [["x", "day"], ["x", "day"]]


@pytest.mark.parametrize("how", [{"group": "who"}, {"time": "day"}])
def test_the_rows_that_say_when_to_stop_are_held_out_in_the_same_way(monkeypatch, how):
    from chainrule.evaluation.fit_options import FitOptions

    decoded = decode_table(TABLE, "y", drop=["kind"])
    data = FitOptions.of({}).training_set(decoded, decoded.rows, 0, **how)
    assert data.validation is not None
    kept = data.rows
    if "time" in how:
        assert kept.max() == len(kept) - 1
    else:
        held_out = np.setdiff1d(np.arange(N), kept)
        assert not {TABLE["who"][i] for i in kept} & {TABLE["who"][i] for i in held_out}
        assert len(held_out) == len(data.validation[0])


def test_classes_that_training_lacks_are_left_out_of_the_test():
    kinds = ["a", "b"] * 30 + ["a", "b", "c"] * 10
    table = {"x": X, "kind": kinds, "who": [f"w{i // 30}" for i in range(N)]}
    with pytest.warns(DataWarning, match=r"fold \d: 10 rows of the test left out"):
        found = cr.cross_validate(table, "kind", folds=3, group="who", seed=0, jobs=1, **SHORT)
    assert sum(fold.n_test for fold in found.folds) == N - 10


def test_progress_counts_the_folds():
    seen = []
    cr.cross_validate(
        TABLE, "y", folds=3, seed=0, jobs=1, progress=lambda *done: seen.append(done), **SHORT
    )
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_an_interrupt_ends_all_fits():
    def interrupt(done, folds):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cr.cross_validate(
            TABLE, "y", folds=8, seed=0, jobs=2, progress=interrupt, epochs=2000, hidden=(3,)
        )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"epoch": 3}, InvalidValueError, "did you mean 'epochs'"),
        ({"callbacks": []}, InvalidValueError, "unknown argument of Pipeline.fit 'callbacks'"),
        ({"metrics": "r2"}, InvalidValueError, "metric of classification"),
        ({"folds": 100}, DataError, "folds"),
        ({"jobs": 0}, InvalidValueError, "jobs"),
        ({"target": "sort"}, DataError, "no column 'sort'"),
        ({"time": "day", "target": "late"}, DataError, "fold 1 of 5: target 'late' has one class"),
    ],
)
def test_what_is_refused(arguments, error, message):
    table = {**TABLE, "late": ["a"] * 80 + ["b"] * 10}
    with pytest.raises(error, match=message):
        cr.cross_validate(**{"frame": table, "target": "kind", "seed": 0, **SHORT, **arguments})


def test_plain_data():
    import json

    found = cr.cross_validate(TABLE, "y", folds=2, seed=0, **SHORT)
    data = json.loads(json.dumps(found.to_dict()))
    assert data["scores"][0]["mean"] == found.head.mean
    assert "2 folds, seed 0" in str(found)
