import itertools
import json
import math

import numpy as np
import pytest

from chainrule import Dense, Network, Objective, Plan, train, train_many
from chainrule.errors import InvalidTypeError, InvalidValueError
from chainrule.optimizers import LBFGS, SGD
from chainrule.schedules import (
    SCHEDULES,
    ConstantRate,
    CosineDecay,
    CosLog,
    ExponentialDecay,
    InverseScaling,
    LinearDecay,
    StepDecay,
    WarmUp,
)

EVERY = pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=list(SCHEDULES))


@EVERY
def test_factors_are_positive_and_never_above_one(schedule):
    factors = [schedule.factor(k) for k in range(100)]
    assert all(0 <= f <= 1 for f in factors)
    assert all(factors) or isinstance(schedule, CosLog)  # which is 0 between two waves
    assert all(isinstance(f, float) for f in factors)


@EVERY
def test_only_warm_ups_and_waves_rise(schedule):
    factors = [schedule.factor(k) for k in range(300)]
    falls = all(b <= a for a, b in itertools.pairwise(factors))
    assert falls != isinstance(schedule, WarmUp | CosLog)
    assert schedule.factor(0) == {WarmUp: 0.01, CosLog: 0.0}.get(type(schedule), 1.0)


@pytest.mark.parametrize(
    ("schedule", "steps", "expected"),
    [
        (ConstantRate(), [0, 7], [1, 1]),
        (ExponentialDecay(0.5), [0, 1, 3], [1, 0.5, 0.125]),
        (StepDecay(every=3, rate=0.1), [0, 2, 3, 6], [1, 1, 0.1, 0.01]),
        (LinearDecay(4, floor=0.2), [0, 1, 2, 4, 9], [1, 0.8, 0.6, 0.2, 0.2]),
        (CosineDecay(4), [0, 1, 2, 3, 4, 9], [1, 0.5 + math.sqrt(0.125), 0.5, 0.146446609, 0, 0]),
        (CosineDecay(4, floor=0.5), [0, 2, 4], [1, 0.75, 0.5]),
        # Four waves over 150 steps begin at 0, 10, 30 and 70: 1 + 15 t = 1, 2, 4, 8.
        (CosLog(150), [0, 10, 30, 70, 150, 999], [0, 0, 0, 0, 0, 0]),
        (CosLog(150), [10 * (math.sqrt(2) - 1)], [1]),
        (CosLog(150), [70 + 80 * (math.sqrt(2) - 1)], [1]),
        (CosLog(150), [10 * (2**0.25 - 1)], [0.5]),
        (CosLog(100, cycles=1), [100 * (math.sqrt(2) - 1), 100], [1, 0]),
        (InverseScaling(), [0, 3, 99], [1, 0.5, 0.1]),
        (InverseScaling(power=1.0), [0, 3, 99], [1, 0.25, 0.01]),
        (WarmUp(4), [0, 1, 3, 4, 50], [0.25, 0.5, 1, 1, 1]),
        (WarmUp(2, ExponentialDecay(0.5)), [0, 1, 2, 3, 4], [0.5, 1, 1, 0.5, 0.25]),
    ],
)
def test_factors_by_hand(schedule, steps, expected):
    np.testing.assert_allclose([schedule.factor(k) for k in steps], expected, rtol=1e-8, atol=1e-15)


@EVERY
def test_says_what_it_is(schedule):
    assert schedule.latex.startswith("f_k = ")
    assert schedule.source
    assert schedule.unit in ("update", "epoch", "sample")
    assert SCHEDULES.from_dict(json.loads(json.dumps(SCHEDULES.to_dict(schedule)))) == schedule


def test_nested_schedules_are_plain_data():
    schedule = WarmUp(3, WarmUp(2, CosineDecay(9, unit="update")))
    data = json.loads(json.dumps(SCHEDULES.to_dict(schedule)))
    assert SCHEDULES.from_dict(data) == schedule
    assert schedule.unit == "update"


def plan(schedule, optimizer=None, batch_size=4):
    objective = Objective(Network([Dense(1, 1)]), "mean_squared_error")
    optimizer = optimizer or SGD(0.5)
    return Plan(objective, optimizer, schedule=schedule, batch_size=batch_size, seed=0)


def test_learning_rates_by_unit():
    # 10 rows in batches of 4: three updates an epoch. Two epochs after 6 updates in 2 epochs.
    def rates(unit):
        return plan(InverseScaling(1.0, unit)).learning_rates(6, 2, 10, 2)

    np.testing.assert_allclose(rates("update"), 0.5 / np.array([[7, 8, 9], [10, 11, 12]]))
    np.testing.assert_allclose(rates("epoch"), 0.5 / np.array([[3, 3, 3], [4, 4, 4]]))
    np.testing.assert_allclose(rates("sample"), 0.5 / np.array([[21, 21, 21], [31, 31, 31]]))
    np.testing.assert_array_equal(plan("constant").learning_rates(6, 2, 10, 2), 0.5)
    assert plan("constant", LBFGS()).learning_rates(0, 0, 10, 1).shape == (1, 3)


def test_numbers_of_numpy_count_as_they_are():
    assert InverseScaling(np.uint8(1)).factor(3) == 0.25
    rates = plan(LinearDecay(10, floor=np.float32(0.5))).learning_rates(0, 0, 10, 30)
    assert rates.dtype == np.float64


@pytest.mark.parametrize("decay", [CosineDecay, LinearDecay])
@pytest.mark.parametrize(("unit", "steps"), [("epoch", 6), ("update", 18), ("sample", 60)])
def test_until_the_end(decay, unit, steps):
    # 10 rows in batches of 4: three updates an epoch, and six epochs.
    open_end, closed = decay(floor=0.1, unit=unit), decay(steps, floor=0.1, unit=unit)
    found = plan(open_end).until(6, 10)
    assert found.schedule == closed
    assert found == plan(closed)
    assert plan(closed).until(99, 10) == plan(closed)
    warmed = plan(WarmUp(2, open_end)).until(6, 10)
    assert warmed.schedule == WarmUp(2, decay(steps - 2, floor=0.1, unit=unit))
    with pytest.raises(InvalidValueError, match=r"steps \(=None\) of .* only train knows"):
        plan(open_end).learning_rates(0, 0, 10, 1)
    assert SCHEDULES.from_dict(json.loads(json.dumps(SCHEDULES.to_dict(open_end)))) == open_end


def test_train_knows_the_end():
    X, y = np.arange(10.0)[:, None] / 10, np.arange(10.0)
    common = {"loss": "mean_squared_error", "optimizer": SGD(0.5), "batch_size": 4, "seed": 0}
    network = Network([Dense(1, 1)])
    result = train(network, X, y, schedule=CosineDecay(), epochs=6, **common)
    assert result.plan.schedule == CosineDecay(6)
    again = train(network, X, y, schedule=CosineDecay(6), epochs=6, **common)
    assert again.parameters == result.parameters
    (many,) = train_many(network, X, y, [{"schedule": CosineDecay()}], epochs=6, **common)
    assert many.parameters == result.parameters
    further = train(network, X, y, schedule=CosineDecay(), epochs=4, initial=result.state, **common)
    assert further.plan.schedule == CosineDecay(10)


def test_waves_last_until_the_end():
    X, y = np.arange(10.0)[:, None] / 10, np.arange(10.0)
    result = train(
        Network([Dense(1, 1)]), X, y, loss="mse", schedule=CosLog(unit="update"), batch_size=4,
        epochs=5, seed=0,
    )  # fmt: skip
    assert result.plan.schedule == CosLog(15, unit="update")
    assert SCHEDULES["coslog4"] == CosLog(100)


def test_scikit_learns_spelling():
    assert SCHEDULES["invscaling"] is SCHEDULES["inverse_scaling"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ExponentialDecay(0), "rate (=0) must be > 0 and <= 1"),
        (lambda: ExponentialDecay(1.5), "rate (=1.5) must be > 0 and <= 1"),
        (lambda: ExponentialDecay(unit="day"), "unit (='day') must be one of"),
        (lambda: StepDecay(every=0), "every (=0) must be >= 1"),
        (lambda: StepDecay(rate=2), "rate (=2) must be > 0 and <= 1"),
        (lambda: LinearDecay(0), "steps (=0) must be >= 1"),
        (lambda: LinearDecay(5, floor=-1), "floor (=-1) must be >= 0 and <= 1"),
        (lambda: CosineDecay(5, floor=2), "floor (=2) must be >= 0 and <= 1"),
        (lambda: CosLog(0), "steps (=0) must be >= 1"),
        (lambda: CosLog(5, cycles=0), "cycles (=0) must be >= 1"),
        (lambda: CosLog(5, unit="day"), "unit (='day') must be one of"),
        (lambda: InverseScaling(0), "power (=0) must be > 0"),
        (lambda: WarmUp(0), "steps (=0) must be >= 1"),
    ],
)
def test_bad_parameters_are_refused(make, words):
    with pytest.raises(InvalidValueError) as error:
        make()
    assert words in str(error.value)


def test_what_follows_a_warm_up_must_be_a_schedule():
    with pytest.raises(InvalidTypeError, match=r"then \(='cosine'\) must be a Schedule"):
        WarmUp(3, "cosine")  # type: ignore[arg-type]
