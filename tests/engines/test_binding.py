"""Arrays of every kind: a clear error at the binding, a correct copy at the engine."""

import numpy as np
import pytest

import chainrule as cr
from chainrule import _core
from chainrule.engines.compiled import lower
from chainrule.errors import ShapeError
from chainrule.objective import Objective

NETWORK = cr.Network([cr.Dense(3, 4, "tanh"), cr.Dense(4, 2)])
OBJECTIVE = Objective(NETWORK, "mean_squared_error")
P = NETWORK.initial_parameters(7)
N = 6
RNG = np.random.default_rng(0)
X, Y, W = RNG.normal(size=(N, 3)), RNG.normal(size=(N, 2)), RNG.uniform(1, 2, size=N)


def frozen(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def call(**changes):
    given = {"parameters": P.vector, "X": X, "y": Y, "sample_weight": W, **changes}
    return _core.value(lower.lower_objective(OBJECTIVE), *given.values())


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"X": X.astype(np.float32)}, TypeError, "X must have the dtype float64, not float32"),
        ({"X": X.astype(np.int32)}, TypeError, "X must have the dtype float64, not int32"),
        ({"X": X.astype(complex)}, TypeError, "X must have the dtype float64, not complex128"),
        ({"X": X > 0}, TypeError, "X must have the dtype float64, not bool"),
        ({"X": X.astype(">f8")}, TypeError, "incompatible function arguments"),
        ({"X": X.astype(object)}, TypeError, "incompatible function arguments"),
        ({"X": X.tolist()}, TypeError, "incompatible function arguments"),
        ({"X": None}, TypeError, "incompatible function arguments"),
        ({"X": X[:, :2]}, ValueError, r"X has the shape \(6, 2\), but must have \(6, 3\)"),
        ({"X": X[0]}, ValueError, r"X has the shape \(3,\), but must be a table"),
        ({"X": X[:0]}, ValueError, r"X has the shape \(0, 3\), but must be a table"),
        ({"X": X[None]}, ValueError, r"X has the shape \(1, 6, 3\), but must be a table"),
        ({"X": np.asfortranarray(X)}, ValueError, "X must be C-contiguous"),
        ({"X": np.repeat(X, 2, axis=0)[::2]}, ValueError, "X must be C-contiguous"),
        ({"X": X[::-1]}, ValueError, "X must be C-contiguous"),
        ({"X": np.broadcast_to(X[:1], X.shape)}, ValueError, "X must be C-contiguous"),
        ({"y": Y[:5]}, ValueError, r"y has the shape \(5, 2\), but must have \(6, 2\)"),
        ({"y": Y[:, 0]}, ValueError, r"y has the shape \(6,\), but must have \(6, 2\)"),
        ({"sample_weight": W[:, None]}, ValueError, r"sample_weight has the shape \(6, 1\)"),
        ({"sample_weight": W[::2]}, ValueError, r"\(3,\), but must have \(6,\)"),
        ({"parameters": P.vector[:-1]}, ValueError, r"parameters has the shape \(25,\)"),
        ({"parameters": P.vector.astype(int)}, TypeError, "must have the dtype float32 or float64"),
    ],
)
def test_arrays_that_do_not_fit(changes, error, message):
    with pytest.raises(error, match=message):
        call(**changes)


def test_misaligned_numbers():
    bytes_ = np.zeros(X.nbytes + 1, dtype=np.uint8)
    shifted = bytes_[1:].view(np.float64).reshape(X.shape)
    shifted[:] = X
    assert not shifted.flags.aligned
    with pytest.raises(ValueError, match="X must be aligned"):
        call(X=shifted)


def test_read_only_arrays_and_memory_maps(tmp_path):
    expected = call()
    assert call(X=frozen(X)) == expected
    X.tofile(tmp_path / "X")
    assert call(X=np.memmap(tmp_path / "X", dtype=X.dtype, mode="r", shape=X.shape)) == expected


def test_the_engine_copies_what_does_not_fit(both, tmp_path):
    plan = cr.Plan(OBJECTIVE, cr.SGD(0.1), batch_size=2, seed=1)
    state = cr.State.start(plan, P)
    expected = (
        both.compiled.session(plan, cr.Data(X, Y, W)).advance(state, epochs=2).state.parameters
    )
    value, gradient = both.compiled.value_and_gradient(OBJECTIVE, P, cr.Data(X, Y, W))
    X.tofile(tmp_path / "X")
    big = np.zeros((2 * N, 6))
    big[::2, ::2] = X
    shifted = np.zeros(X.nbytes + 1, dtype=np.uint8)[1:].view(np.float64).reshape(X.shape)
    shifted[:] = X
    for other in (
        np.asfortranarray(X),
        big[::2, ::2],
        X[::-1].copy()[::-1],
        X.astype(">f8"),
        shifted,
        np.memmap(tmp_path / "X", dtype=X.dtype, mode="r", shape=X.shape),
    ):
        report = both.compiled.session(plan, cr.Data(other, Y, W)).advance(state, epochs=2)
        assert report.state.parameters == expected
        v, g = both.compiled.value_and_gradient(
            OBJECTIVE, P, cr.Data(other, np.asfortranarray(Y), W)
        )
        assert (v, g) == (value, gradient)
        values = (both.compiled.value(OBJECTIVE, P, cr.Data(rows, Y, W)) for rows in (other, X))
        assert next(values) == next(values)


def test_aliased_arrays(both):
    # X, y and the parameters may share memory: all of it is only read.
    network = cr.Network([cr.Dense(2, 2)])
    objective = Objective(network, "mean_squared_error")
    memory = RNG.normal(size=6)
    copies = memory.copy()
    plan = cr.Plan(objective, cr.SGD(0.1), batch_size=1, seed=1)
    rows = cr.Data(memory[:4].reshape(2, 2), memory[2:].reshape(2, 2))
    shared = both.compiled.session(plan, rows).advance(
        cr.State(cr.Parameters(network.layout, memory), np.zeros((0, 6))), epochs=3
    )
    np.testing.assert_array_equal(memory, copies)
    rows = cr.Data(rows.X.copy(), rows.y.copy())
    alone = both.compiled.session(plan, rows).advance(
        cr.State(cr.Parameters(network.layout, copies), np.zeros((0, 6))), epochs=3
    )
    assert shared.state.parameters == alone.state.parameters


def advance(**changes):
    plan = cr.Plan(OBJECTIVE, cr.Adam(), batch_size=4, seed=1)
    given = {
        "plan": lower.lower_plan(plan, N),
        "rows": (X, Y, W),
        "validation": None,
        "rules": [],
        "memories": [],
        "parameters": P.vector.copy(),
        "optimizer_state": np.zeros((2, P.vector.size)),
        "update": 0,
        "epoch": 0,
        "partial": None,
        "learning_rates": np.full((3, 2), 0.1),
        "epochs": None,
        "updates": None,
        "orders": None,
        **changes,
    }
    plan, rows, validation, rules, memories, *state = list(given.values())[:10]
    session = _core.Session(plan, rows, validation, [_core.Rule(*r) for r in rules])
    memories = [_core.RuleState(*memory) for memory in memories]
    done = _core.Advance(*state, memories, *list(given.values())[10:])
    session.advance(done)
    return done


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (
            {"optimizer_state": np.zeros((1, 26))},
            ValueError,
            r"optimizer_state has the shape \(1, 26\)",
        ),
        (
            {"optimizer_state": np.zeros((2, 26), np.float32)},
            TypeError,
            "optimizer_state must have the dtype float64",
        ),
        ({"learning_rates": np.ones((3, 1))}, ValueError, r"learning_rates has the shape \(3, 1\)"),
        ({"learning_rates": np.ones(3)}, ValueError, r"learning_rates has the shape \(3,\)"),
        ({"learning_rates": np.ones((3, 2), int)}, TypeError, "must have the dtype float64"),
        ({"orders": np.zeros((3, N))}, TypeError, "orders must have the dtype int64"),
        ({"orders": np.zeros((2, N), int)}, ValueError, r"orders has the shape \(2, 6\)"),
        ({"orders": np.full((3, N), N)}, ValueError, "orders must be row numbers from 0 to n - 1"),
        ({"orders": np.full((3, N), -1)}, ValueError, "orders must be row numbers from 0 to n - 1"),
        ({"update": -1}, TypeError, "incompatible function arguments"),
        ({"parameters": frozen(P.vector)}, TypeError, "parameters must be an array"),
    ],
)
def test_plans_that_do_not_fit(changes, error, message):
    assert advance().ended == "done"
    with pytest.raises(error, match=message):
        advance(**changes)


def describe(n_in, n_out):
    values = {"n_in": n_in, "n_out": n_out, "bias": 1.0}
    return _core.LayerDescription("Dense", values, {"activation": "Identity"}, [])


def layer(kind, *layers, **values):
    return _core.LayerDescription(kind, values, {"activation": "Tanh"}, layers)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([layer("Dance", n_in=3.0)], "unknown layer Dance"),
        ([layer("Dense", n_in=3.0, n_out=4.0)], "the number bias is missing"),
        ([layer("Dense", n_in=3.0, n_out="four")], "n_out must be a number"),
        ([layer("Frozen", n_in=3.0)], "a frozen layer holds one layer"),
        ([layer("Frozen", describe(3.0, 4.0), describe(4.0, 4.0))], "a frozen layer holds one"),
        ([layer("Frozen", layer("Dance", n_in=3.0))], "unknown layer Dance"),
        ([_core.LayerDescription("LayerNorm", {"n": 3.0, "eps": 0.1}, {}, [])], "the activation"),
        ([describe(3.0, 4.0), describe(5.0, 2.0)], "layer 1 does not take the outputs"),
        ([describe(-3.0, 4.0)], "the size n_in is out of range"),
        ([], "needs a layer with a size"),
    ],
)
def test_descriptions_that_do_not_fit(layers, message):
    with pytest.raises(ValueError, match=message):
        _core.Predictor(layers, P.vector)


def test_batches_without_rows():
    lowered, sgd = lower.lower_objective(OBJECTIVE), _core.Description("SGD", {})
    with pytest.raises(ValueError, match=r"batch_rows \(=0\) must be >= 1"):
        _core.PlanDescription(lowered, sgd, 0, True, 1, 0.0)


def test_sizes_that_no_memory_holds():
    with pytest.raises(MemoryError):
        _core.Predictor([describe(2.0**40, 2.0**40)], P.vector)
    with pytest.raises(MemoryError):
        _core.Predictor([describe(2.0**20, 2.0**50)], P.vector)
    # 16 TB can be addressed, but not had; nothing is touched before that is known.
    with pytest.raises(MemoryError):
        _core.keep_mask(seed=0, update=0, layer=0, rows=2**40, units=16, rate=0.5)


@pytest.mark.parametrize(
    ("outputs", "error", "message"),
    [
        (np.zeros((N, 3)), ValueError, r"outputs has the shape \(6, 3\), but must have \(6, 2\)"),
        (np.zeros((N, 2), np.float32), TypeError, "outputs must have the dtype float64"),
        (np.zeros((N, 4))[:, ::2], ValueError, "outputs must be C-contiguous"),
        (np.broadcast_to(0.0, (N, 2)), TypeError, "incompatible function arguments"),
    ],
)
def test_outputs_that_do_not_fit(outputs, error, message):
    predictor = _core.Predictor(lower.lower_network(NETWORK), P.vector)
    with pytest.raises(error, match=message):
        predictor(X, outputs)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"validation": (X[:, :1], Y, None)}, ValueError, "X has the shape"),
        ({"rules": [(2, True, 0.0, 0, 0, False)]}, ValueError, "no|none"),
        ({"rules": [(3, False, 0.0, 0, 0, False)]}, ValueError, "kind"),
        ({"rules": [(2, False, 0.0, 0, 0, False)]}, ValueError, "as many memories as rules"),
        ({"rules": [(0,)]}, TypeError, "incompatible function arguments"),
    ],
)
def test_what_cannot_be_watched(changes, error, message):
    with pytest.raises(error, match=message):
        advance(**changes)


def test_predictor(both):
    predict = both.compiled.predictor(NETWORK, P)
    assert predict(X[:0]).shape == (0, 2)
    np.testing.assert_array_equal(predict(X.tolist()), predict(X))
    np.testing.assert_array_equal(predict(np.asfortranarray(X)), predict(X))
    with pytest.raises(ShapeError, match="the network takes"):
        predict(X[:, :2])
    changed = P.copy()
    predict = both.compiled.predictor(NETWORK, changed)
    changed.vector[:] = 0  # it was copied
    np.testing.assert_array_equal(predict(X), both.compiled.predictor(NETWORK, P)(X))
