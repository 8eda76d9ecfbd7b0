"""Random search: trials are a function of the seed, and a file of them goes on."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.errors import DataError, InvalidValueError
from chainrule.evaluation import Interval, parse_space
from chainrule.evaluation.space import draw

SPACE = {"learning_rate": Interval(1e-3, 1e-1, log=True), "hidden": [(2,), (4,)]}
SEARCH = {"frame": "iris", "target": "species", "space": SPACE, "folds": 2, "epochs": 3, "seed": 7}


def test_the_best_trial_is_a_cross_validation():
    found = cr.tune(**SEARCH, trials=3, jobs=1)
    best = found.best
    again = cr.cross_validate("iris", "species", folds=2, epochs=3, seed=7, jobs=1, **best.settings)
    assert best.score == again.head.mean
    assert best.std == again.head.std
    assert found.guess == pytest.approx(again.head.guess)
    assert [t.score for t in found.trials] == sorted((t.score for t in found.trials), reverse=True)


def test_trials_do_not_depend_on_jobs_or_on_how_many_there_are():
    def settings(found):
        return {t.number: (t.settings, t.score) for t in found.trials}

    two = settings(cr.tune(**SEARCH, trials=2, jobs=1))
    three = settings(cr.tune(**SEARCH, trials=3, jobs=2))
    assert {n: three[n] for n in two} == two


def test_a_file_goes_on(tmp_path, monkeypatch):
    path, ran = tmp_path / "trials.jsonl", []
    whole = cr.tune(**SEARCH, trials=4, jobs=1)
    progress = lambda done, trials: ran.append(done)  # noqa: E731
    cr.tune(**SEARCH, trials=2, jobs=1, results=path, progress=progress)
    # A kill in the midst of a line: the trial is made again.
    content = path.read_bytes()
    path.write_bytes(content[:-5])
    ran.clear()
    on = cr.tune(**{**SEARCH, "seed": None}, trials=4, jobs=1, results=path, progress=progress)
    assert ran == [2, 3, 4]
    assert on.seed == 7
    strip = lambda found: [(t.number, t.settings, t.score, t.std) for t in found.trials]  # noqa: E731
    assert strip(on) == strip(whole)
    assert len(path.read_text().splitlines()) == 5
    ran.clear()
    cr.tune(**SEARCH, trials=4, results=path, progress=progress)
    assert ran == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 8}, "seed is 7 there and 8 here"),
        ({"folds": 3}, "folds is 2 there and 3 here"),
        ({"epochs": 4}, "options is"),
        ({"metric": "log_loss"}, "metric is accuracy there and log_loss here"),
        ({"frame": "wine", "target": "cultivar"}, "belongs to another search"),
        ({"space": {"hidden": [(2,)]}}, "space is"),
    ],
)
def test_the_file_of_another_search(tmp_path, change, message):
    path = tmp_path / "trials.jsonl"
    cr.tune(**SEARCH, trials=1, results=path)
    before = path.read_bytes()
    with pytest.raises(DataError, match=message):
        cr.tune(**{**SEARCH, **change}, trials=1, results=path)
    assert path.read_bytes() == before


HEAD = b'{"format": "chainrule-trials-1", "search": {}}\n'


@pytest.mark.parametrize(
    "content",
    [b"{}\n", b"no json\n", b'{"format": "x"}\n', b"\xff\n", HEAD + b"{}\n", HEAD + b"3\n"],
)
def test_what_is_no_file_of_trials(tmp_path, content):
    path = tmp_path / "trials.jsonl"
    path.write_bytes(content)
    with pytest.raises(DataError, match="no file of trials, or is damaged"):
        cr.tune(**SEARCH, trials=1, results=path)
    assert path.read_bytes() == content


def test_trials_that_fail_are_last_and_say_why():
    space = {"activation": ["relu", "rellu"]}
    found = cr.tune(**{**SEARCH, "space": space, "seed": 1}, trials=4, jobs=1)
    assert {t.settings["activation"] for t in found.trials if t.score is None} == {"rellu"}
    assert "did you mean 'relu'" in found.trials[-1].error
    with pytest.raises(InvalidValueError, match="every trial failed, the first one because unknow"):
        cr.tune(**{**SEARCH, "space": {"activation": ["rellu"]}}, trials=1)


def test_less_is_better_where_it_is():
    found = cr.tune(**{**SEARCH, "metric": "log_loss"}, trials=3, jobs=1)
    scores = [t.score for t in found.trials]
    assert scores == sorted(scores)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"space": {}}, "at least one setting"),
        ({"space": {"hidden": []}}, "at least one value"),
        ({"space": {"epoch": [1]}}, "did you mean 'epochs'"),
        ({"space": {"task": ["regression"]}}, "task cannot change between the fits"),
        ({"trials": 0}, "trials"),
        ({"metric": "mse"}, "metric of classification"),
    ],
)
def test_what_is_refused(arguments, message):
    with pytest.raises(InvalidValueError, match=message):
        cr.tune(**{**SEARCH, **arguments})


@given(seed=st.integers(0, 2**64 - 1), trial=st.integers(1, 10**6))
def test_draws_lie_in_the_space(seed, trial):
    space = {
        "a": Interval(2.0, 3.0),
        "b": Interval(1e-4, 1e2, log=True),
        "c": Interval(1, 3, whole=True),
        "d": Interval(1, 1000, log=True, whole=True),
        "e": ("x", "y"),
    }
    drawn = draw(space, seed, trial)
    assert drawn == draw(space, seed, trial)
    assert 2.0 <= drawn["a"] <= 3.0
    assert 1e-4 <= drawn["b"] <= 1e2 * (1 + 1e-9)
    assert drawn["c"] in (1, 2, 3)
    assert isinstance(drawn["d"], int)
    assert 1 <= drawn["d"] <= 1000
    assert drawn["e"] in ("x", "y")


def test_draws_are_spread_as_the_interval_says():
    import numpy as np

    space = {"a": Interval(1e-4, 1.0, log=True), "c": Interval(1, 4, whole=True), "e": (1, 2)}
    drawn = [draw(space, 0, trial) for trial in range(2000)]
    logs = np.log10([one["a"] for one in drawn])
    assert np.histogram(logs, bins=4, range=(-4, 0))[0] == pytest.approx(500, abs=80)
    assert np.bincount([one["c"] for one in drawn])[1:] == pytest.approx(500, abs=80)
    assert sum(one["e"] == 1 for one in drawn) == pytest.approx(1000, abs=120)


def test_spaces_as_a_command_line_writes_them():
    space = parse_space(
        ["learning-rate=1e-4..1e-2:log", "epochs=5..10", "patience=1.0..2.5", "hidden=a | b"]
    )
    assert space == {
        "learning_rate": Interval(1e-4, 1e-2, log=True),
        "epochs": Interval(5, 10, whole=True),
        "patience": Interval(1.0, 2.5),
        "hidden": ("a", "b"),
    }
    assert parse_space(["n=1|2"], lambda name, text: (name, int(text)))["n"] == (("n", 1), ("n", 2))


@pytest.mark.parametrize(
    "text", ["x", "x=", "=1", "x=1..", "x=a..b", "x=1..2..3", "x=2..1", "x=0..1:log", "x=1..2:lin"]
)
def test_spaces_that_are_none(text):
    with pytest.raises(InvalidValueError):
        parse_space([text])
    with pytest.raises(InvalidValueError, match="once"):
        parse_space(["x=1|2", "x=3|4"])


def test_plain_data():
    found = cr.tune(**SEARCH, trials=1)
    data = json.loads(json.dumps(found.to_dict()))
    assert data["trials"][0]["score"] == found.best.score
    assert "1 trial, accuracy" in str(found)
