"""Many fits at once: each is its single fit, whatever happens to the others."""

import os
import signal
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InvalidTypeError, InvalidValueError, UnknownNameError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 3))
Y = np.sin(X[:, :1]) + 0.1 * RNG.normal(size=(90, 1))
NETWORK = cr.mlp(3, [7], 1, "tanh")
COMMON = {"loss": "mean_squared_error", "epochs": 6, "batch_size": 16, "seed": 3}


def assert_same(many, single):
    assert many.parameters == single.parameters
    np.testing.assert_array_equal(many.state.optimizer_state, single.state.optimizer_state)
    assert many.history.loss == single.history.loss
    assert many.history.validation_loss == single.history.validation_loss
    assert many.history.gradient_norm == single.history.gradient_norm
    assert (many.stopped, many.diverged) == (single.stopped, single.diverged)
    assert (many.state.update, many.state.epoch) == (single.state.update, single.state.epoch)
    assert many.plan.seed == single.plan.seed


@pytest.mark.parametrize("threads", [1, 2])
def test_each_fit_is_its_single_fit(threads):
    settings = [
        {"optimizer": cr.SGD(0.1), "seed": 1},
        {"optimizer": "adam", "seed": 2, "shuffle": False},
        {"optimizer": cr.Adam(0.01), "schedule": "cosine", "penalties": cr.L2(1e-3)},
        {"network": cr.Network([cr.Dense(3, 5, "relu"), cr.Dropout(0.3), cr.Dense(5, 1)])},
        {"X": X.astype(np.float32), "y": Y.astype(np.float32), "batch_size": "full"},
        {"sample_weight": np.arange(1.0, 91.0), "clip_norm": 0.1},
        {"epochs": 40, "stop": cr.EarlyStopping(patience=2), "validation": (X[:30], Y[:30])},
        {"epochs": 40, "stop": cr.Tolerance(1e-2, 2)},
        {"epochs": 40, "stop": cr.Target(0.3)},
        {"epochs": 0},
        {"metrics": "r2"},
        {"callbacks": [lambda progress: progress.epoch == 2]},
        {"engine": "reference"},
        {"optimizer": "lbfgs"},
    ]
    results = cr.train_many(NETWORK, X, Y, settings, threads=threads, **COMMON)
    for own, many in zip(settings, results, strict=True):
        given = {"network": NETWORK, "X": X, "y": Y, **COMMON, **own}
        assert_same(many, cr.train(**given))


def test_rows_of_each_fold():
    weight = RNG.uniform(0.5, 2.0, size=90)
    folds = [np.arange(0, 60), np.arange(30, 90), np.arange(90) % 3 == 0]
    results = cr.train_many(
        NETWORK, X, Y, ({"rows": rows} for rows in folds), sample_weight=weight, **COMMON
    )
    for rows, many in zip(folds, results, strict=True):
        single = cr.train(NETWORK, X[rows], Y[rows], sample_weight=weight[rows], **COMMON)
        assert_same(many, single)


def test_one_that_diverges():
    settings = [{"optimizer": cr.SGD(rate)} for rate in (0.01, 1e200, 0.02)]
    with pytest.warns(cr.DivergenceWarning, match="lower|below"):
        results = cr.train_many(NETWORK, X, Y, settings, **COMMON)
    assert [result.diverged for result in results] == [False, True, False]
    assert len(results[2].history) == 6


def test_progress():
    told = []
    cr.train_many(
        NETWORK, X, Y, [{}] * 5, progress=lambda done, fits: told.append((done, fits)), **COMMON
    )
    assert told[-1] == (5, 5)
    assert told == sorted(told)


def test_a_progress_that_raises():
    def progress(done, fits):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        cr.train_many(NETWORK, X, Y, [{}] * 5, progress=progress, **COMMON)


def test_nothing_to_do():
    assert cr.train_many(NETWORK, X, Y, [], **COMMON) == []


@pytest.mark.parametrize(
    ("settings", "common", "error", "message"),
    [
        ([{"optimiser": "adam"}], {}, UnknownNameError, "optimizer"),
        ([{"threads": 2}], {}, UnknownNameError, "threads"),
        (["adam"], {}, InvalidTypeError, r"settings\[0\] \(='adam'\) must be a mapping"),
        ([{}], {"learning_rate": 0.1}, UnknownNameError, "learning_rate"),
        ([{}, {"rows": [90]}], {}, InvalidValueError, "rows must be numbers from 0 to 89"),
        ([{"rows": []}], {}, InvalidValueError, "rows must be row numbers or a mask of 90 rows"),
        ([{"rows": [0.5]}], {}, InvalidValueError, "rows must be row numbers or a mask of 90 rows"),
    ],
)
def test_settings_that_are_wrong(settings, common, error, message):
    with pytest.raises(error, match=message):
        cr.train_many(NETWORK, X, Y, settings, **COMMON, **common)


def test_the_fit_with_a_wrong_setting_is_named():
    with pytest.raises(InvalidValueError) as caught:
        cr.train_many(NETWORK, X, Y, [{}, {"batch_size": 0}], **COMMON)
    assert caught.value.__notes__ == ["in settings[1]"]


def test_a_loss_is_needed():
    with pytest.raises(InvalidTypeError, match="loss is missing"):
        cr.train_many(NETWORK, X, Y, [{}])


def test_learning_rates_are_made_as_they_are_needed(monkeypatch):
    made = []
    rates = cr.Plan.learning_rates

    def counted(plan, *arguments):
        made.append(rates(plan, *arguments))
        return made[-1]

    monkeypatch.setattr(cr.Plan, "learning_rates", counted)
    results = cr.train_many(
        NETWORK, X, Y, [{"seed": seed} for seed in range(4)], stop=cr.Target(1e300),
        schedule=cr.ExponentialDecay(0.9), **{**COMMON, "epochs": 10**6},
    )  # fmt: skip
    assert [len(result.history) for result in results] == [1] * 4
    assert sum(part.size for part in made) <= 4 * 2**12


def test_fits_whose_learning_rates_are_made_in_parts(monkeypatch):
    from chainrule.engines.compiled import session

    done = []
    common = {**COMMON, "schedule": cr.ExponentialDecay(0.9), "validation": (X, Y)}
    settings = [{"seed": seed, "epochs": 9 * seed} for seed in range(4)]
    settings += [{"stop": cr.EarlyStopping(patience=2)}, {"schedule": "constant"}]
    singles = [cr.train(NETWORK, X, Y, **{**common, **own}) for own in settings]
    monkeypatch.setattr(session, "_AT_FIRST", 6)  # an epoch, then two, four, ...
    many = cr.train_many(
        NETWORK, X, Y, settings, progress=lambda k, n: done.append(k), threads=2, **common
    )
    for one, single in zip(many, singles, strict=True):
        assert_same(one, single)
    assert done == sorted(done)
    assert done[-1] == 6


@pytest.mark.parametrize("schedule", ["constant", cr.ExponentialDecay(0.99999)])
@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupt_keeps_what_was_learned(threads, schedule):
    settings = [{"seed": seed, "epochs": 3 if seed == 0 else 10**6} for seed in range(6)]
    timer = threading.Timer(0.5, signal.raise_signal, [signal.SIGINT])
    timer.start()
    with pytest.raises(cr.TrainingInterrupted) as caught:
        cr.train_many(
            NETWORK, X, Y, settings, threads=threads, schedule=schedule,
            **{**COMMON, "epochs": 10**6},
        )  # fmt: skip
    timer.join()
    results = caught.value.result
    assert len(results[0].history) == 3
    assert 0 < len(results[1].history) < 10**6
    assert "interrupted in epoch" in results[1].stopped
    for result in results:
        assert result.state.update >= 6 * len(result.history)


PROGRAM = """
import numpy as np, chainrule as cr, hashlib
rng = np.random.default_rng(0)
X, y = rng.normal(size=(300, 4)), rng.normal(size=(300, 2))
network = cr.mlp(4, [20], 2)
results = cr.train_many(network, X, y, [{"seed": s} for s in range(9)], loss="mean_squared_error",
                        epochs=3, batch_size=200)
digest = hashlib.sha256(b"".join(r.parameters.vector.tobytes() for r in results))
print(digest.hexdigest())
"""


def test_the_same_bits_on_any_number_of_threads():
    def digest(threads):
        environment = {"CHAINRULE_THREADS": str(threads), "CHAINRULE_THREADS_EXACT": "1"}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    assert len({digest(threads) for threads in (1, 2, 3, 7)}) == 1


class Custom(cr.activations.ElementwiseActivation):
    """tanh, written in Python alone."""

    name = "custom"
    range = cr.activations.Tanh.range

    def value(self, z):
        return np.tanh(z)

    def derivative(self, z, a):
        return 1 - a * a


@pytest.mark.parametrize("bound", [0.0, 1e9])
def test_many_slow_fits_warn_once(bound, monkeypatch):
    from chainrule.errors import SlowEngineWarning

    monkeypatch.setattr("chainrule.training.many.SLOW", bound)
    network = cr.Network([cr.Dense(1, 2, Custom()), cr.Dense(2, 1)])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        results = cr.train_many(
            network, [[0.0], [1.0]], [1.0, 3.0], [{"seed": seed} for seed in range(5)],
            loss="mse", epochs=2,
        )  # fmt: skip
    slow = [w for w in caught if w.category is SlowEngineWarning]
    assert len(slow) == (1 if bound == 0 else 0)
    assert all("5 fits run one after the other on the slow" in str(w.message) for w in slow)
    assert all("Custom" in str(w.message) for w in slow)
    assert all(w.filename == __file__ for w in slow)
    assert {result.engine for result in results} == {"reference"}


def test_a_slow_fit_among_many_warns_itself_and_no_other_does(monkeypatch):
    from chainrule.errors import SlowEngineWarning

    monkeypatch.setattr("chainrule.training.fit.SLOW", 0.0)
    monkeypatch.setattr("chainrule.training.many.SLOW", 0.0)
    network = cr.Network([cr.Dense(1, 2, Custom()), cr.Dense(2, 1)])
    with pytest.warns(SlowEngineWarning) as caught:
        cr.train_many(
            network, [[0.0], [1.0]], [1.0, 3.0], [{"seed": seed} for seed in range(5)],
            loss="mse", epochs=2,
        )  # fmt: skip
    assert len(caught) == 1
