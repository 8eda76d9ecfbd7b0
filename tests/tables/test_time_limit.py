"""A limit of time, by a clock of its own: each epoch takes as long as the test says."""

from dataclasses import dataclass

import numpy as np
import pytest

from chainrule.layers import Dense
from chainrule.network import Network
from chainrule.tables import Pipeline, affordable, deadline, fits
from chainrule.tables.deadline import Deadline, TimeIsUp, fit_in_time
from chainrule.tables.presets import MOST_MEMBERS
from chainrule.training import StopRule

RNG = np.random.default_rng(0)
ROWS = 1200
X = RNG.normal(size=(ROWS, 2))
TABLE = {"a": X[:, 0], "b": X[:, 1], "y": X[:, 0] - X[:, 1] ** 2 + 0.3 * RNG.normal(size=ROWS)}
SMALL = {name: values[:300] for name, values in TABLE.items()}
SETTINGS = {"hidden": (4,), "epochs": 20, "patience": 20, "seed": 0, "threads": 1}


class Clock:
    """Time passes with epochs alone: a second for so many rows."""

    def __init__(self, rows_a_second):
        self.time, self.rows_a_second, self.slower = 100.0, rows_a_second, 1.0

    def __call__(self):
        return self.time

    def train(self, network, X, y, *, stop=(), **options):
        ticks = Ticks(self, self.slower * len(X) / self.rows_a_second)
        return TRAIN(network, X, y, stop=[ticks, *stop], **options)


@dataclass(frozen=True)
class Ticks(StopRule):
    """Never stops; is asked before the others."""

    clock: Clock
    seconds: float

    def check(self, history, state, memory):
        self.clock.time += self.seconds
        return ""


TRAIN = fits.train
NETWORK = Network([Dense(2, 1)])


@pytest.fixture
def clock(monkeypatch):
    found = Clock(ROWS)
    monkeypatch.setattr(deadline, "perf_counter", found)
    monkeypatch.setattr(fits, "train", found.train)
    monkeypatch.setattr(affordable, "train", found.train)
    return found


def seconds(clock, table, **options):
    begun = clock.time
    pipeline = Pipeline.fit(table, "y", **{**SETTINGS, **options})
    return clock.time - begun, pipeline


@pytest.mark.parametrize("preset", ["auto", "best"])
@pytest.mark.parametrize("table", [TABLE, SMALL], ids=["many", "few"])
@pytest.mark.parametrize("limit", [10.0, 20.0, 60.0])
def test_a_limit_is_respected(clock, preset, table, limit):
    clock.rows_a_second = len(table["y"])
    taken, _ = seconds(clock, table, preset=preset, time_limit=limit)
    assert taken <= 1.1 * limit


@pytest.mark.parametrize("limit", [60.0, 100.0])
@pytest.mark.parametrize("options", [{"preset": "best"}, {"folds": 5, "ensemble": True}])
def test_members_use_the_time(clock, options, limit):
    taken, pipeline = seconds(clock, TABLE, time_limit=limit, **options)
    # A member takes 20 s: what is left is too short for another one.
    assert taken > min(0.8 * limit, limit - 20.0)
    assert pipeline.summary["recipe"]["epochs"] == 20
    assert len(pipeline.members) == len(pipeline.others) + 1 <= MOST_MEMBERS


def test_a_short_limit_means_fewer_epochs(clock):
    options = {"folds": 5, "ensemble": True}
    _, pipeline = seconds(clock, TABLE, time_limit=12.0, **options)
    assert 8 <= pipeline.result.plan.schedule.steps // 30 < 20
    assert len(pipeline.members) == 1
    _, pipeline = seconds(clock, TABLE, preset="best", time_limit=30.0)
    assert 12 <= pipeline.result.plan.schedule.steps // 30 < 20  # and time for all rows once


@pytest.mark.slow
def test_a_longer_limit_means_more_members(clock):
    numbers = [
        len(seconds(clock, TABLE, preset="best", epochs=5, time_limit=limit)[1].members)
        for limit in (12.0, 25.0, 40.0, 1e4)
    ]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == MOST_MEMBERS


@pytest.mark.parametrize("options", [{"preset": "best"}, {"folds": 5, "ensemble": True}])
def test_members_differ(clock, options):
    _, pipeline = seconds(clock, TABLE, time_limit=1e4, epochs=1, **options)
    assert len({one.parameters.vector.tobytes() for one in pipeline.members}) == MOST_MEMBERS


def test_all_rows_are_learned_from_where_there_is_time(clock):
    assert seconds(clock, TABLE, time_limit=100.0)[1].summary["refitted_for"] > 0
    assert seconds(clock, TABLE, time_limit=19.0)[1].summary["refitted_for"] == 0


def test_a_machine_that_becomes_slow_ends_in_time(clock):
    rule = TimeIsUp(Deadline.starts_now(10.0), clock.time)
    clock.slower = 3.0
    result = clock.train(
        NETWORK, X, TABLE["y"], loss="mean_squared_error", epochs=20, stop=[rule], seed=0
    )
    assert len(result.history) == 3  # 9 s; a fourth epoch would end at 12 s
    assert result.stopped == "10 seconds have passed"
    assert rule.cut_off(result, 20)
    assert not rule.cut_off(result, 3)


def test_fits_that_were_cut_off_are_left_out_where_others_are_whole(clock):
    limit = Deadline.starts_now(10.0)

    def fit(k, rule):
        epochs = 4 if k == 0 else 9
        return clock.train(
            NETWORK, X, TABLE["y"], loss="mean_squared_error",
            epochs=epochs, stop=[rule], seed=k,
        )  # fmt: skip

    found = fit_in_time(fit, limit, epochs=9, threads=1, most=9)
    assert [k for k, _ in found] == [0]
    found = fit_in_time(fit, Deadline.starts_now(3.0), epochs=9, threads=1, most=9)
    assert [len(result.history) for _, result in found] == [3]


def test_an_interrupt_leaves_what_is_done(clock):
    def fit(k, rule):
        if k == 1:
            raise KeyboardInterrupt
        return clock.train(
            NETWORK, X, TABLE["y"], loss="mean_squared_error", epochs=2, stop=[rule], seed=k
        )

    with pytest.raises(KeyboardInterrupt) as stop:
        fit_in_time(fit, Deadline.starts_now(1e3), epochs=2, threads=1, most=9)
    assert [k for k, _ in stop.value.args[0]] == [0]
