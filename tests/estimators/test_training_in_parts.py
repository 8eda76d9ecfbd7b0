"""`train` on sparse matrices: what is learned part by part is what is learned from the whole."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

import chainrule as cr
from chainrule.engines import chunked, sparse

rng = np.random.default_rng(0)
X = rng.normal(size=(101, 7)) * (rng.random((101, 7)) < 0.4)
Y = rng.normal(size=(101, 2))
WEIGHT = np.where(np.arange(101) < 12, 0.0, rng.random(101))
NETWORK = cr.Network([cr.Dense(7, 5, "tanh"), cr.Dropout(0.2), cr.Dense(5, 2)])
PLAIN = cr.mlp(7, (5,), 2, "tanh")

PLANS: dict[str, dict[str, Any]] = {
    "adam": {"optimizer": "adam"},
    "a schedule of samples": {"optimizer": "sgd", "schedule": "inverse_scaling"},
    "a schedule of updates": {"optimizer": "nesterov", "schedule": "cosine", "batch_size": 10},
    "a schedule of epochs": {"optimizer": "adam", "schedule": cr.StepDecay(2, 0.5, unit="epoch")},
    "own order": {"optimizer": "adam", "shuffle": False},
    "sum": {"optimizer": cr.SGD(0.001), "loss": "sum_squared_error"},
    "full batch": {"optimizer": "adam", "batch_size": "full"},
    "dropout": {"optimizer": "adam", "network": NETWORK, "batch_size": 10},
    "L-BFGS": {"optimizer": "lbfgs"},
    "L-BFGS of a sum": {"optimizer": "lbfgs", "loss": "sum_squared_error"},
}


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("container", [sp.csr_matrix, sp.csc_array])
def test_parts_are_the_whole(plan: str, container: Any, monkeypatch: Any) -> None:
    """Parts of 42 rows; only sums over all rows may round differently, about 101 * 2^-53."""
    options = {"loss": "half_mean_squared_error", "network": PLAIN} | PLANS[plan]
    network = options.pop("network")
    more: dict[str, Any] = {
        "seed": 3,
        "epochs": 5,
        "sample_weight": WEIGHT,
        "penalties": (cr.L2(0.1, "batch"), cr.L1(0.01)),
        "metrics": ["r2"],
    }
    dense = cr.train(network, X, Y, validation=(X, Y), **options, **more)
    monkeypatch.setattr(chunked, "_NUMBERS", 300)
    S = container(X)
    result = cr.train(network, S, Y, validation=(S, Y), **options, **more)
    np.testing.assert_allclose(result.parameters.vector, dense.parameters.vector, atol=1e-11)
    for name in ("loss", "validation_loss", "r2", "gradient_norm"):
        np.testing.assert_allclose(result.history.curve(name), dense.history.curve(name), rtol=1e-9)
    assert result.history.learning_rate == pytest.approx(dense.history.learning_rate, nan_ok=True)
    assert (result.state.epoch, result.state.update) == (dense.state.epoch, dense.state.update)
    mixed = cr.train(network, X, Y, validation=(S, Y), **options, **more)
    np.testing.assert_allclose(mixed.history.validation_loss, dense.history.validation_loss)


def test_parts_are_small(monkeypatch: Any) -> None:
    wide = sp.random_array((60, 2**17), density=0.2, random_state=1, format="csr")
    seen = []
    original = chunked.dense_rows

    def counted(X: Any, rows: Any) -> Any:
        part = original(X, rows)
        seen.append(part.size)
        return part

    monkeypatch.setattr(chunked, "dense_rows", counted)
    network = cr.Network([cr.Dense(2**17, 1)])
    result = cr.train(network, wide, np.ones(60), loss="mse", epochs=1, batch_size=4, seed=0)
    chunked.ChunkedEngine(result.backend).predictor(network, result.parameters)(wide)
    assert seen
    assert max(seen) <= chunked._NUMBERS


MORE_PLANS = PLANS | {
    "clipping": {"optimizer": "adam", "clip_norm": 0.01, "batch_size": 10},
    "weight decay": {"optimizer": cr.AdamW(weight_decay=0.1), "batch_size": 10},
    "one layer": {"optimizer": "adam", "network": cr.Network([cr.Dense(7, 2)])},
    "no bias, its own rate": {
        "optimizer": "adam",
        "network": cr.Network(
            [cr.Dense(7, 3, "tanh", bias=False, learning_rate_factor=0.5), cr.Dense(3, 2)]
        ),
    },
    "batch normalisation": {
        "optimizer": "adam",
        "network": cr.Network([cr.Dense(7, 3, bias=False), cr.BatchNorm(3), cr.Dense(3, 2)]),
    },
}


@pytest.mark.parametrize("plan", MORE_PLANS)
@pytest.mark.parametrize("container", [sp.csr_matrix, sp.csc_array])
def test_rows_as_they_are(plan: str, container: Any, monkeypatch: Any) -> None:
    """Products with 0 are left out, updates go in blocks of 10 numbers: only sums round anew."""
    options = {"loss": "half_mean_squared_error", "network": PLAIN} | MORE_PLANS[plan]
    network = options.pop("network")
    more: dict[str, Any] = {
        "seed": 3,
        "epochs": 5,
        "sample_weight": WEIGHT,
        "penalties": (cr.L2(0.1, "batch"), cr.L1(0.01)),
        "metrics": ["r2"],
    }
    dense = cr.train(network, X, Y, validation=(X, Y), **options, **more)
    for name in ("trains_sparse", "multiplies_sparse"):
        monkeypatch.setattr(chunked, name, lambda network, X: True)
    monkeypatch.setattr(sparse, "_OUTPUTS", 33)
    S = container(X)
    result = cr.train(network, S, Y, validation=(S, Y), **options, **more)
    assert isinstance(result.backend, sparse.SparseEngine)
    np.testing.assert_allclose(result.parameters.vector, dense.parameters.vector, atol=1e-11)
    for name in ("loss", "validation_loss", "r2", "gradient_norm"):
        np.testing.assert_allclose(result.history.curve(name), dense.history.curve(name), rtol=1e-9)
    assert (result.state.epoch, result.state.update) == (dense.state.epoch, dense.state.update)
    np.testing.assert_allclose(
        result.state.optimizer_state, dense.state.optimizer_state, atol=1e-11
    )
    np.testing.assert_allclose(result.predict(X), dense.predict(X), atol=1e-11)
    mixed = cr.train(network, S, Y, validation=(X, Y), **options, **more)
    np.testing.assert_allclose(mixed.history.validation_loss, dense.history.validation_loss)
    single = cr.train(network, S.astype(np.float32), Y, **options, **more)
    assert single.parameters.vector.dtype == single.predict(X).dtype == np.float32


def test_many_columns_are_taken_as_they_are() -> None:
    wide = sp.random_array((40, 3000), density=0.01, random_state=1, format="csr")
    network = cr.Network([cr.Dense(3000, 2)])
    options: dict[str, Any] = {"loss": "mse", "epochs": 2, "seed": 0}
    result = cr.train(network, wide, Y[:40], **options)
    assert (result.engine, result.engine_reason) == ("reference", "")
    few = cr.train(cr.Network([cr.Dense(100, 2)]), wide[:, :100], Y[:40], **options)
    assert isinstance(few.backend, chunked.ChunkedEngine)
    dense = cr.train(network, wide.toarray(), Y[:40], **options)
    np.testing.assert_allclose(result.parameters.vector, dense.parameters.vector, atol=1e-12)


def test_what_is_given_is_not_written_to(monkeypatch: Any) -> None:
    monkeypatch.setattr(chunked, "trains_sparse", lambda network, X: True)
    options: dict[str, Any] = {"loss": "mse", "epochs": 2, "seed": 0}
    first = cr.train(PLAIN, sp.csr_array(X), Y, **options)
    before = first.state.copy()
    cr.train(PLAIN, sp.csr_array(X), Y, initial=first.state, **options)
    np.testing.assert_array_equal(first.state.parameters.vector, before.parameters.vector)
    np.testing.assert_array_equal(first.state.optimizer_state, before.optimizer_state)


def test_interrupts_keep_the_last_whole_update(monkeypatch: Any) -> None:
    """Stopped in the middle of the fifth update, the state is that after four."""
    monkeypatch.setattr(chunked, "trains_sparse", lambda network, X: True)
    options: dict[str, Any] = {"loss": "mse", "seed": 0, "batch_size": 10, "shuffle": False}

    @dataclass(frozen=True)
    class Stops(cr.optimizers.ElementwiseOptimizer):
        n_slots, latex, source = 0, "", "test"

        def update(self, g: Any, optimizer_state: Any, p: Any, t: int, rate: Any) -> Any:
            if t == 5:
                raise KeyboardInterrupt
            return p - rate * g, optimizer_state

    with pytest.raises(cr.TrainingInterrupted) as stop:
        cr.train(PLAIN, sp.csr_array(X), Y, optimizer=Stops(0.1), epochs=1, **options)
    done = cr.train(PLAIN, X[:40], Y[:40], optimizer=cr.SGD(0.1), epochs=1, **options)
    interrupted = stop.value.result
    assert interrupted.state.update == 4
    np.testing.assert_allclose(interrupted.parameters.vector, done.parameters.vector, atol=1e-12)


@pytest.mark.parametrize("as_they_are", [False, True])
def test_divergence_restores_the_epoch(as_they_are: bool, monkeypatch: Any) -> None:
    monkeypatch.setattr(chunked, "_NUMBERS", 300)
    monkeypatch.setattr(chunked, "trains_sparse", lambda network, X: as_they_are)
    options: dict[str, Any] = {"loss": "mse", "optimizer": cr.SGD(1e3), "epochs": 50, "seed": 0}
    with pytest.warns(cr.DivergenceWarning, match="no longer finite"):
        result = cr.train(PLAIN, sp.csr_array(X), Y, **options)
    assert result.diverged
    assert np.isfinite(result.parameters.vector).all()
    assert result.state.epoch == len(result.history) - 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        quiet = cr.train(PLAIN, sp.csr_array(X), Y, divergence="ignore", **options)
    assert quiet.diverged
    with pytest.raises(cr.ChainruleError, match="divergence"):
        cr.train(PLAIN, X, Y, divergence="hide", **options)


def test_bad_sparse_input() -> None:
    S = sp.csr_array(X)
    for bad, match in (
        (S[:, :3], r"\(101, 3\), but the network takes"),
        (S[:50], "y has 101 rows, but X has 50"),
        (sp.csr_array((0, 7)), "no rows"),
        (sp.csr_array(np.full((101, 7), np.inf)), "must be finite"),
    ):
        with pytest.raises(cr.ChainruleError, match=match):
            cr.train(PLAIN, bad, Y[:0] if bad.shape[0] == 0 else Y, loss="mse")
