"""`train`: what it promises beyond the mathematics of one step."""

import signal
import threading
import time
import warnings

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import (
    DataError,
    EngineUnavailableError,
    InvalidTypeError,
    InvalidValueError,
    ShapeError,
    SlowEngineWarning,
    UnknownNameError,
)
from chainrule.training import StopRule

ENGINES = ("reference", "auto")


@pytest.fixture(scope="module")
def rows():
    """A small noisy classification problem: X (60, 3), one-hot y (60, 2)."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = np.eye(2)[(X @ [1.0, -2.0, 0.5] + 0.3 * rng.normal(size=60) > 0).astype(int)]
    return X, y


def network():
    return cr.mlp(3, (5,), 2, "tanh", "softmax")


def fit(rows, **others):
    X, y = rows
    given = {"loss": "cross_entropy", "optimizer": cr.Adam(0.01), "epochs": 6, "seed": 3}
    return cr.train(network(), X, y, **{**given, **others})


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_seed_gives_the_same_bits_and_another_seed_does_not(rows, engine):
    first, second = fit(rows, engine=engine), fit(rows, engine=engine)
    assert first.parameters == second.parameters
    assert first.history.loss == second.history.loss
    assert fit(rows, engine=engine, seed=4).parameters != first.parameters


def test_without_a_seed_the_seed_that_was_taken_is_told(rows):
    first = fit(rows, seed=None)
    assert fit(rows, seed=first.plan.seed).parameters == first.parameters


@pytest.mark.parametrize("engine", ENGINES)
def test_going_on_from_a_state_equals_training_in_one_go(rows, engine):
    whole = fit(rows, epochs=6, engine=engine)
    half = fit(rows, epochs=2, engine=engine)
    before = half.state.parameters.vector.copy()
    rest = fit(rows, epochs=4, engine=engine, initial=half.state)
    assert rest.parameters == whole.parameters
    assert half.history.loss + rest.history.loss == whole.history.loss
    assert (half.state.parameters.vector == before).all()
    assert (rest.state.epoch, rest.state.update) == (6, 12)


def test_nothing_that_was_given_is_written_to(rows):
    X, y = (array.copy() for array in rows)
    for array in (X, y):
        array.flags.writeable = False
    initial = network().initial_parameters(seed=0)
    kept = initial.copy()
    fit((X, y), initial=initial)
    assert initial == kept


def test_callbacks_see_every_epoch_and_can_stop(rows):
    seen = []

    def callback(progress):
        seen.append((progress.epoch, progress.epochs, len(progress.history)))
        return progress.epoch == 3

    result = fit(rows, callbacks=[callback])
    assert seen == [(1, 6, 1), (2, 6, 2), (3, 6, 3)]
    assert result.stopped == "a callback asked for it"


@pytest.mark.parametrize(
    ("answer", "epochs"),
    [(True, 1), (np.True_, 1), (np.False_, 3), (1, 3), ("yes", 3), (np.ones(2), 3), (None, 3)],
)
def test_a_callback_stops_by_true_of_python_or_numpy_alone(rows, answer, epochs):
    X, y = rows
    network = cr.mlp(X.shape[1], (2,), y.shape[1])
    callbacks = [lambda progress: answer]
    result = cr.train(network, X, y, loss="mse", epochs=3, seed=0, callbacks=callbacks)
    assert len(result.history) == epochs


def test_early_stopping_keeps_the_best_parameters(rows):
    X, y = rows
    kept = {}
    result = fit(
        rows,
        optimizer=cr.SGD(3.0),
        epochs=60,
        validation=(X[:20], 1.0 - y[:20]),
        stop=cr.EarlyStopping(patience=4),
        callbacks=[lambda p: kept.update({p.epoch: p.parameters})],
    )
    curve = result.history.validation_loss
    best = int(np.argmin(curve))
    assert len(curve) == best + 1 + 4
    assert result.parameters == kept[best + 1]
    assert result.state.parameters == kept[len(curve)]
    assert f"epoch {best + 1}" in result.stopped


def test_the_first_epochs_are_not_judged_unless_the_fit_ends_in_them(rows):
    X, y = rows
    kept = {}
    settings = {
        "optimizer": cr.SGD(3.0),
        "validation": (X[:20], 1.0 - y[:20]),
        "stop": cr.EarlyStopping(patience=2, start_from_epoch=5),
        "callbacks": [lambda p: kept.update({p.epoch: p.parameters})],
    }
    late = fit(rows, epochs=30, **settings)
    curve = late.history.validation_loss
    best = 5 + int(np.argmin(curve[5:])) + 1
    assert best > int(np.argmin(curve)) + 1
    assert late.parameters == kept[best]
    early = fit(rows, epochs=4, **settings)
    assert early.parameters == kept[int(np.argmin(early.history.validation_loss)) + 1]


def test_early_stopping_on_a_metric_knows_which_way_is_up(rows):
    result = fit(
        rows,
        epochs=80,
        metrics=["accuracy"],
        stop=cr.EarlyStopping("accuracy", patience=15),
    )
    curve = result.history.metrics["accuracy"]
    predicted = result.predict(rows[0]).argmax(axis=1)
    assert np.mean(predicted == rows[1].argmax(axis=1)) == max(curve)


def test_a_users_own_metric_says_which_way_is_up(rows):
    X, y = rows
    hits = cr.Metric(
        "hits", lambda a, y, w: float((a.argmax(1) == y.argmax(1)).sum()), greater_is_better=True
    )
    result = fit(rows, epochs=80, metrics=[hits], stop=cr.EarlyStopping("hits", patience=15))
    predicted = result.predict(X).argmax(axis=1)
    assert np.sum(predicted == y.argmax(axis=1)) == max(result.history.metrics["hits"])
    result = fit(rows, epochs=80, metrics=[hits], stop=cr.Target(50, "hits"))
    assert result.history.metrics["hits"][-1] >= 50
    assert max(result.history.metrics["hits"][:-1], default=0) < 50


def test_target_tolerance_and_time_limit(rows):
    result = fit(rows, epochs=500, stop=cr.Target(0.5))
    assert result.history.loss[-1] <= 0.5 < result.history.loss[-2]
    # A loss that falls by less than the tolerance 3 times is allowed; the 4th time ends it.
    result = fit(rows, epochs=500, stop=cr.Tolerance(tolerance=10.0, patience=3))
    assert len(result.history) == 5
    result = fit(rows, epochs=10**9, stop=cr.TimeLimit(0.05))
    assert "seconds have passed" in result.stopped


def test_sample_weights_are_repetitions(rows):
    X, y = rows
    counts = np.arange(60) % 3
    repeated = np.repeat(np.arange(60), counts)
    settings = {"batch_size": "full", "epochs": 5, "shuffle": False}
    weighted = fit(rows, sample_weight=counts, **settings)
    explicit = fit((X[repeated], y[repeated]), **settings)
    # The same sum in another order: rounding differs, 5 steps hardly amplify it.
    np.testing.assert_allclose(weighted.history.loss, explicit.history.loss, rtol=1e-12)
    np.testing.assert_allclose(
        weighted.parameters.vector, explicit.parameters.vector, rtol=1e-9, atol=1e-12
    )


def test_class_weights_multiply_sample_weights(rows):
    _, y = rows
    by_class = fit(rows, class_weight={1: 3.0}, sample_weight=np.full(60, 2.0))
    by_sample = fit(rows, sample_weight=np.where(y[:, 1] == 1, 6.0, 2.0))
    assert by_class.parameters == by_sample.parameters
    balanced = cr.training.class_sample_weight(y, "balanced")
    sums = balanced @ y
    np.testing.assert_allclose(sums, 30.0)


def test_metrics_are_taken_on_the_validation_data(rows):
    X, y = rows
    result = fit(rows, metrics=["accuracy", "log_loss"], validation=(X[:7], y[:7]))
    a = result.predict(X[:7])
    np.testing.assert_allclose(
        result.history.metrics["log_loss"][-1], -np.log((a * y[:7]).sum(axis=1)).mean(), rtol=1e-12
    )
    np.testing.assert_allclose(
        result.history.validation_loss[-1], result.history.metrics["log_loss"][-1], rtol=1e-12
    )


def test_schedules_reach_the_updates(rows):
    decay = cr.ExponentialDecay(0.5)
    result = fit(rows, optimizer=cr.SGD(0.1), schedule=decay)
    np.testing.assert_allclose(result.history.learning_rate, 0.1 * 0.5 ** np.arange(6))
    warm = fit(rows, optimizer=cr.SGD(0.1), schedule=cr.WarmUp(12), batch_size=30)
    np.testing.assert_allclose(warm.history.learning_rate, 0.1 * np.arange(2, 13, 2) / 12)


@pytest.mark.parametrize("engine", ENGINES)
def test_clipping_bounds_the_step(rows, engine):
    settings = {"batch_size": "full", "epochs": 1, "optimizer": cr.SGD(1.0), "engine": engine}
    start = network().initial_parameters(seed=3)
    result = fit(rows, clip_norm=1e-3, **settings)
    step = np.linalg.norm(result.parameters.vector - start.vector)
    np.testing.assert_allclose(step, 1e-3, rtol=1e-9)
    assert result.history.gradient_norm[0] > 1e-3


@pytest.mark.parametrize("engine", ENGINES)
def test_divergence_keeps_the_last_finite_parameters(rows, engine):
    X, _ = rows
    line = cr.Network([cr.Dense(3, 1)])
    with pytest.warns(cr.DivergenceWarning, match="learning rate below 1e"):
        result = cr.train(
            line,
            X,
            X @ [1.0, 2.0, 3.0],
            loss="mean_squared_error",
            optimizer=cr.SGD(1e30),
            epochs=50,
            batch_size="full",
            engine=engine,
        )
    assert result.diverged
    assert np.isnan(result.history.loss[-1])
    assert np.isfinite(result.history.loss[:-1]).all()
    assert np.isfinite(result.parameters.vector).all()
    assert result.state.epoch == len(result.history) - 1


@pytest.mark.parametrize("engine", ENGINES)
def test_an_interrupt_carries_the_result_and_training_can_go_on(rows, engine):
    fit(rows, epochs=1, engine=engine)  # imports done: the signal must find training under way
    timer = threading.Timer(0.5, lambda: signal.raise_signal(signal.SIGINT))
    timer.start()
    with pytest.raises(cr.TrainingInterrupted) as caught:
        fit(rows, epochs=10**9, engine=engine)
    timer.join()
    result = caught.value.result
    assert np.isfinite(result.parameters.vector).all()
    assert len(result.history) == result.state.epoch > 0
    rest = fit(rows, epochs=1, initial=result.state, engine=engine)
    assert rest.state.epoch == result.state.epoch + 1


def test_lbfgs_finds_the_least_squares_solution():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(40, 3))
    y = X @ [1.0, -2.0, 0.5] + 0.7 + 0.1 * rng.normal(size=40)
    result = cr.train(
        cr.Network([cr.Dense(3, 1)]), X, y, loss="mean_squared_error", optimizer="lbfgs", epochs=100
    )
    exact = np.linalg.lstsq(np.column_stack([X, np.ones(40)]), y, rcond=None)[0]
    # The gradient's largest component is at most 1e-5 at the end; the Hessian is about 2 I.
    np.testing.assert_allclose(result.parameters.vector, exact, atol=1e-4)
    assert "L-BFGS stopped" in result.stopped
    assert (np.diff(result.history.loss) < 0).all()


def test_lbfgs_refuses_what_changes_between_evaluations(rows):
    X, y = rows
    drop = cr.Network([cr.Dense(3, 4, "relu"), cr.Dropout(0.2), cr.Dense(4, 2, "softmax")])
    with pytest.raises(InvalidValueError, match=r"layers\[1\] is Dropout"):
        cr.train(drop, X, y, loss="cross_entropy", optimizer="lbfgs")


def test_float32_stays_float32(rows):
    X, y = rows
    result = fit((X.astype(np.float32), y))
    assert result.parameters.vector.dtype == np.float32
    assert result.predict(X).dtype == np.float32
    assert fit(rows, dtype=np.float32).parameters == result.parameters


class Cube(cr.ElementwiseActivation):
    """A user's own activation: a = z^3."""

    name = "cube"
    range = cr.activations.ACTIVATIONS["identity"].range

    def value(self, z):
        return z**3

    def derivative(self, z, a):
        return 3 * z**2


def test_a_users_own_activation_trains_on_the_reference_engine_and_says_so(rows):
    X, y = rows
    own = cr.Network([cr.Dense(3, 4, Cube()), cr.Dense(4, 2, "softmax")])
    result = cr.train(own, X, y, loss="cross_entropy", epochs=3, seed=0)
    assert result.engine == "reference"
    assert "Cube" in result.engine_reason or "without its compiled engine" in result.engine_reason
    with pytest.raises(EngineUnavailableError, match="use engine='auto'"):
        cr.train(own, X, y, loss="cross_entropy", epochs=1, engine="compiled")


def test_a_slow_fallback_warns(rows):
    X, y = rows
    own = cr.Network([cr.Dense(3, 4, Cube()), cr.Dense(4, 2, "softmax")])
    begun = time.perf_counter()
    with pytest.warns(SlowEngineWarning, match="slow reference engine"):
        result = cr.train(
            own,
            X,
            y,
            loss="cross_entropy",
            optimizer=cr.SGD(1e-6),
            epochs=10**9,
            batch_size=4,
            stop=cr.TimeLimit(1.2),
        )
    # The limit is looked at every tenth of a second, however slow an epoch is.
    assert sum(result.history.seconds) <= time.perf_counter() - begun < 1.2 + 5
    with warnings.catch_warnings():
        cr.train(own, X, y, loss="cross_entropy", epochs=1, engine="reference")


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"loss": "cross_entropi"}, UnknownNameError, "did you mean 'cross_entropy'"),
        ({"loss": "binary_cross_entropy", "epochs": -1}, InvalidValueError, r"epochs \(=-1\)"),
        ({"optimizer": "adamm"}, UnknownNameError, "did you mean 'adam'"),
        ({"batch_size": 0}, InvalidValueError, r"batch_size \(=0\) must be >= 1"),
        ({"batch_size": "all"}, InvalidValueError, "'full'"),
        ({"batch_size": 2.5}, InvalidTypeError, "must be an integer"),
        ({"seed": -1}, InvalidValueError, "seed"),
        ({"clip_norm": 0}, InvalidValueError, "clip_norm"),
        ({"dtype": np.int32}, InvalidValueError, "float32 or float64"),
        ({"metrics": ["acuracy"]}, UnknownNameError, "did you mean 'accuracy'"),
        ({"stop": cr.EarlyStopping()}, InvalidTypeError, "no validation data"),
        ({"stop": cr.EarlyStopping("accuracy")}, UnknownNameError, "accuracy"),
        ({"stop": ["soon"]}, InvalidTypeError, "EarlyStopping"),
        ({"callbacks": ["call"]}, InvalidTypeError, "callbacks"),
        ({"engine": "gpu"}, UnknownNameError, "gpu"),
        ({"threads": 0}, InvalidValueError, "threads"),
        ({"validation": np.ones(3)}, InvalidTypeError, "validation"),
        ({"initial": [1.0, 2.0]}, ShapeError, "32 parameters"),
        ({"initial": {"layers[0].W": np.ones((3, 5))}}, UnknownNameError, r"layers\[0\]\.b"),
        ({"sample_weight": [1.0]}, ShapeError, "60 rows"),
        ({"sample_weight": -np.ones(60)}, InvalidValueError, ">= 0"),
        ({"class_weight": {7: 1.0}}, InvalidValueError, "0..1"),
        ({"class_weight": {0: "a"}}, InvalidTypeError, r"class_weight\[0\]"),
        ({"class_weight": {0: 0.0, 1: 0.0}}, InvalidValueError, "not all 0"),
        ({"class_weight": 3}, ShapeError, "class_weight"),
        ({"callbacks": 3}, InvalidTypeError, "callbacks"),
        ({"stop": 3}, InvalidTypeError, "EarlyStopping"),
        ({"penalties": 3}, InvalidTypeError, "L2"),
        ({"dtype": "foo"}, InvalidValueError, "float32 or float64"),
        ({"initial": "he"}, InvalidTypeError, "initial"),
        ({"order": lambda epoch, n: [n]}, InvalidValueError, "row numbers"),
    ],
)
def test_bad_arguments_are_refused_by_name(rows, wrong, error, message):
    with pytest.raises(error, match=message):
        fit(rows, **wrong)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda X, y: (X[:, :2], y), ShapeError, r"takes \(n_samples, 3\)"),
        (lambda X, y: (X[:5], y), ShapeError, "60 rows"),
        (lambda X, y: (X[:0], y[:0]), DataError, "no rows"),
        (lambda X, y: (X, y.argmax(axis=1)), ShapeError, r"numpy\.eye\(2\)\[y\]"),
        (lambda X, y: (np.where(X[3, 1] == X, np.nan, X), y), DataError, r"X\[3, 1\] \(=nan\)"),
        (lambda X, y: (np.where(X[3, 1] == X, np.inf, X), y), DataError, r"X\[3, 1\] \(=inf\)"),
        (lambda X, y: (X, 2 * y), InvalidValueError, "probabilities"),
        (lambda X, y: (X + 1j, y), InvalidTypeError, "X has the type complex128"),
        (lambda X, y: (X.astype("M8[s]"), y), InvalidTypeError, "X has the type datetime64"),
        (lambda X, y: (X.astype(str), y), InvalidTypeError, "X has the type <U"),
        (lambda X, y: ([[1.0, 2.0], [3.0]], y), InvalidTypeError, "X must be an array of numbers"),
    ],
)
def test_bad_rows_are_refused_by_place(rows, change, error, message):
    with pytest.raises(error, match=message):
        fit(change(*rows))


def test_class_weights_need_classes(rows):
    X, _ = rows
    with pytest.raises(InvalidValueError, match="sample_weight takes a weight for each row"):
        cr.train(
            cr.Network([cr.Dense(3, 1)]),
            X,
            5 * X[:, 0],
            loss="mean_squared_error",
            class_weight={0: 3.0, 1: 1.0},
        )


def test_foreign_byte_order_is_the_same_type(rows):
    X, y = rows
    big = fit((X.astype(">f4"), y))
    assert big.parameters == fit((X.astype("f4"), y)).parameters


def test_a_state_of_another_optimizer_is_refused(rows):
    state = fit(rows).state
    with pytest.raises(InvalidValueError, match="another optimizer"):
        fit(rows, initial=state, optimizer="sgd")


def test_zero_epochs_give_the_initial_parameters(rows):
    result = fit(rows, epochs=0)
    assert result.parameters == network().initial_parameters(seed=3)
    assert "not computed" in repr(result)


def test_every_stop_rule_is_final_or_abstract():
    for rule in StopRule.__subclasses__():
        assert not rule.__subclasses__()
