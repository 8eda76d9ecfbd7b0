"""Rows of an array by their numbers: as those rows in an array of their own, to the last bit."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.checkpoints.identity import rows_in_words
from chainrule.engines import ReferenceEngine
from chainrule.engines.compiled import CompiledEngine
from chainrule.errors import InvalidValueError, ShapeError
from chainrule.objective import Objective
from chainrule.plan import Data, Plan, SelectedRows, State

NETWORKS = {
    "tiny": [cr.Dense(3, 4, "tanh"), cr.Dense(4, 1)],
    "several layers": [cr.Dense(3, 40, "relu"), cr.Dropout(0.2), cr.BatchNorm(40), cr.Dense(40, 1)],
    "codes": [cr.OneHot([0, 4, 0]), cr.Dense(6, 20, "relu"), cr.Dense(20, 1)],
}
ORDERS = {
    "shuffled": {},
    "in order": {"shuffle": False},
    "by a function": {"order": lambda epoch, n: np.roll(np.arange(n)[::-1], epoch)},
}


def rows(weighted: bool) -> tuple[Data, Data]:
    """71 of 100 rows: by their numbers, and copied."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(100, 3)), rng.normal(size=(71, 1))
    X[:, 1] = rng.integers(4, size=100)
    weight = rng.uniform(0.5, 2, size=71) if weighted else None
    chosen = rng.permutation(100)[:71]
    return Data(SelectedRows(X, chosen), y, weight), Data(X[chosen], y, weight)


@pytest.mark.parametrize("batch_size", [1, 20, "full"])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", NETWORKS)
def test_a_fit(name, order, batch_size):
    if name == "several layers" and batch_size == 1:
        batch_size = 3  # a batch of one row has no variance
    objective = Objective(cr.Network(NETWORKS[name]), "mean_squared_error")
    plan = Plan(objective, cr.Adam(), batch_size=batch_size, seed=5, **ORDERS[order])
    for engine in (CompiledEngine(2), ReferenceEngine()):
        found = []
        for data in rows(weighted=batch_size == 20):
            state = State.start(plan, objective.network.initial_parameters(1))
            session = engine.session(plan, data)
            first = session.advance(state, updates=plan.n_batches(data.n) - 1)
            report = session.advance(first.state, epochs=2)
            value, gradient = engine.value_and_gradient(objective, report.state.parameters, data)
            found.append(
                (
                    report.state.parameters.vector.tobytes(),
                    report.losses.tobytes(),
                    gradient.vector.tobytes(),
                    value,
                    engine.value(objective, report.state.parameters, data),
                )
            )
        assert found[0] == found[1], engine.name


def test_train():
    selected, copied = rows(weighted=False)
    network = cr.Network(NETWORKS["tiny"])
    found = [
        cr.train(
            network,
            data.X,
            data.y,
            loss="mean_squared_error",
            epochs=3,
            seed=1,
            metrics=["r2"],
        )
        for data in (selected, copied)
    ]
    assert found[0].parameters == found[1].parameters
    assert found[0].history.metrics == found[1].history.metrics
    assert found[0].engine == "compiled"


def test_a_checkpoint_belongs_to_the_rows_however_they_are_given():
    selected, copied = map(rows_in_words, rows(weighted=True))
    assert selected == copied


def test_what_is_wrong():
    X = np.zeros((5, 3))
    for chosen in ([0, 0], [5], [-1], [[0], [1]], [0.5], [True, False]):
        with pytest.raises(InvalidValueError, match="different row numbers from 0 to 4"):
            SelectedRows(X, np.array(chosen))
    objective = Objective(cr.Network(NETWORKS["tiny"]), "mean_squared_error")
    with pytest.raises(ShapeError, match="y has 5 rows, but X has 2"):
        Data.check(objective, SelectedRows(X, np.array([0, 3])), np.zeros((5, 1)))
    with pytest.raises(ShapeError):
        Data.check(objective, SelectedRows(X[:, :2], np.array([0, 3])), np.zeros((2, 1)))
    X[4, 1] = np.nan
    with pytest.raises(cr.ChainruleError, match=r"X\[4, 1\] \(=nan\) must be finite"):
        Data.check(objective, SelectedRows(X, np.array([0, 4])), np.zeros((2, 1)))
