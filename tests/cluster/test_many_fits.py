"""Cross-validation and searches on a cluster are those of one machine, to the last bit."""

import threading
from functools import partial

import numpy as np
import pytest

import chainrule as cr
from chainrule import cluster
from chainrule.cluster.task_context import given_up
from chainrule.errors import ClusterError, DataWarning, InvalidValueError, warn
from chainrule.evaluation import Interval

FOLDS = {"folds": 3, "epochs": 3, "hidden": (4,), "seed": 5}
SPACE = {"learning_rate": Interval(1e-3, 1e-1, log=True), "hidden": [(2,), (4,)]}
SEARCH = {"space": SPACE, "folds": 2, "epochs": 1, "seed": 7, "preset": "plain"}


def plain(found):
    """A search's trials without their times, in the order of the table."""
    return [{**vars(trial), "seconds": 0} for trial in found.trials]


@pytest.mark.parametrize(
    ("table", "target", "how"),
    [
        ("penguins", "species", {"preset": "plain"}),
        pytest.param("penguins", "body_mass_g", {"preset": "auto"}, marks=pytest.mark.slow),
        pytest.param("days", "height", {"preset": "plain", "time": "day"}, marks=pytest.mark.slow),
    ],
)
def test_a_cross_validation_has_the_numbers_of_one_machine(client, table, target, how):
    if table == "days":
        table = {"height": np.arange(60.0) ** 0.5, "day": np.arange(60), "age": [1, 2, 3] * 20}
    counts = []
    there = cr.cross_validate(
        table, target, client=client, progress=lambda *now: counts.append(now), **FOLDS, **how
    )
    assert there == cr.cross_validate(table, target, jobs=1, **FOLDS, **how)
    assert counts == [(1, 3), (2, 3), (3, 3)]


def test_a_search_has_the_trials_of_one_machine_and_its_file_goes_on(client, tmp_path):
    here = cr.tune("penguins", "species", trials=3, jobs=1, **SEARCH)
    assert plain(cr.tune("penguins", "species", trials=3, client=client, **SEARCH)) == plain(here)
    place, ran = tmp_path / "penguins.trials", []
    cr.tune("penguins", "species", trials=2, jobs=1, results=place, **SEARCH)
    on = cr.tune(
        "penguins", "species", trials=3, client=client, results=place,
        progress=lambda done, trials: ran.append(done), **SEARCH,
    )  # fmt: skip
    assert plain(on) == plain(here)
    assert ran == [3]


@pytest.mark.slow
def test_a_trial_that_fails_stops_no_other(client):
    how = {**SEARCH, "space": {"activation": ["relu", "rule"]}}
    found = cr.tune("penguins", "species", trials=4, client=client, **how)
    assert plain(found) == plain(cr.tune("penguins", "species", trials=4, jobs=1, **how))
    assert any("rule" in trial.error for trial in found.trials)


@pytest.mark.slow
def test_ctrl_c_keeps_the_trials_that_are_done(client, tmp_path):
    place = tmp_path / "penguins.trials"

    def interrupt(done, trials):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cr.tune(
            "penguins",
            "species",
            trials=6,
            client=client,
            results=place,
            progress=interrupt,
            **SEARCH,
        )
    assert len(place.read_text().splitlines()) == 2
    whole = cr.tune("penguins", "species", trials=3, client=client, results=place, **SEARCH)
    assert plain(whole) == plain(cr.tune("penguins", "species", trials=3, jobs=1, **SEARCH))


BEGUN, ENDED = threading.Event(), threading.Event()


def wait_until_given_up(item, shared):
    if item:
        BEGUN.wait(60)
        return
    BEGUN.set()
    while not given_up() and not ENDED.wait(0.01):
        pass
    ENDED.set()


def test_a_task_that_nobody_waits_for_ends(client):
    results = cluster.run_each(wait_until_given_up, [0, 1], client=client)
    assert next(results) == (1, None)
    assert not ENDED.is_set()
    results.close()
    assert ENDED.wait(60)
    assert not given_up()


def warn_of(item, shared):
    warn(f"{shared} {item}", DataWarning)
    return item


def test_what_a_task_warns_of_is_said_here(client):
    with pytest.warns(DataWarning) as said:
        assert sorted(cluster.run_each(warn_of, ["a", "b"], client=client, shared="row")) == [
            (0, "a"), (1, "b"),
        ]  # fmt: skip
    assert sorted(str(one.message) for one in said) == ["row a", "row b"]


@pytest.mark.slow
def test_an_error_of_a_fit_is_that_of_one_machine(client):
    how = {**FOLDS, "hidden": ("wide",)}
    with pytest.raises(cr.ChainruleError) as here:
        cr.cross_validate("penguins", "species", jobs=1, **how)
    with pytest.raises(cr.ChainruleError) as there:
        cr.cross_validate("penguins", "species", client=client, **how)
    assert (type(there.value), str(there.value)) == (type(here.value), str(here.value))


@pytest.mark.parametrize("call", [cr.cross_validate, cr.tune])
def test_wrong_use_is_said_before_the_table_is_read(client, call, monkeypatch):
    with pytest.raises(InvalidValueError, match=r"jobs \(=2\) must be None with client="):
        call("nowhere.csv", "y", jobs=2, client=client)
    with pytest.raises(cr.ChainruleError, match=r"client \(='local'\) must be a distributed"):
        call("nowhere.csv", "y", client="local")
    monkeypatch.setattr(client, "run", lambda function, on_error: {"tcp://there:1": {}})
    with pytest.raises(ClusterError, match=r"worker tcp://there:1 has Python None"):
        call("nowhere.csv", "y", client=client)


MEMBERS = {"preset": "best", "members": 3, "epochs": 3, "hidden": (4,)}


@pytest.mark.parametrize("options", [{}, {"folds": 3, "ensemble": True, "members": None}])
def test_the_members_of_a_preset_have_the_bits_of_one_machine(client, rows, options):
    table = {f"x{k}": column for k, column in enumerate(rows[0].T)} | {"y": rows[1]}
    how = {**MEMBERS, **options, "seed": 0}
    here = cr.Pipeline.fit(table, "y", **how)
    there = cr.Pipeline.fit(
        table, "y", train_many=partial(cluster.train_many, client=client), **how
    )
    assert len(there.members) == 3
    for one, other in zip(here.members, there.members, strict=True):
        np.testing.assert_array_equal(one.parameters.vector, other.parameters.vector)


def test_an_estimator_takes_a_client_for_its_members(client, rows):
    X, y = rows
    model = cr.TabularRegressor(random_state=0, **MEMBERS)
    here = model.fit(X, y).predict(X)
    np.testing.assert_array_equal(model.fit(X, y, client=client).predict(X), here)
    with pytest.raises(InvalidValueError, match=r"shards \(=2\) must be None"):
        model.fit(X, y, client=client, shards=2)
    with pytest.raises(cr.ChainruleError, match="members= or folds="):
        cr.TabularRegressor().fit(X, y, client=client)
