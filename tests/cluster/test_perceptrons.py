"""MLPClassifier and MLPRegressor on collections: one shard is the fit in memory, bit for bit."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.cluster.rule import choose_averaging, local_plan
from chainrule.errors import DataError
from chainrule.objective import Objective
from chainrule.plan import Plan

N = 330
RNG = np.random.default_rng(4)
X = RNG.normal(size=(N, 3))
Z = X[:, 0] * X[:, 1] + 0.1 * RNG.normal(size=N)
THREE = np.array(["low", "mid", "high"])[np.digitize(Z, [-0.5, 0.5])]
W = RNG.uniform(0.5, 2.0, size=N)
SMALL = {"hidden_layer_sizes": (5,), "max_iter": 4, "random_state": 1, "n_iter_no_change": 9}


@pytest.fixture(scope="session")
def parts():
    """An array in partitions of 100 rows."""
    array = pytest.importorskip("dask.array", reason="there is no Dask")

    def cut(values, rows=100):
        return array.from_array(values, chunks=(rows, *values.shape[1:]))

    return cut


def same(one, other):
    for mine, its in zip(one.coefs_ + one.intercepts_, other.coefs_ + other.intercepts_):  # noqa: B905
        assert (mine == its).all()
    assert one.loss_curve_ == other.loss_curve_
    assert one.n_iter_ == other.n_iter_
    assert one.t_ == other.t_


CASES = {
    "classes": (cr.MLPClassifier, THREE, {}, None),
    "weights": (cr.MLPClassifier, THREE, {"class_weight": "balanced"}, W),
    "two classes": (cr.MLPClassifier, Z > 0, {"class_weight": {True: 3.0, False: 1.0}}, None),
    "numbers": (cr.MLPRegressor, Z, {"batch_size": 50, "dropout": 0.1}, W),
    "two numbers": (cr.MLPRegressor, np.column_stack([Z, X[:, 2]]), {"tol": 1e-3}, None),
    "adaptive": (
        cr.MLPRegressor, Z,
        {"solver": "sgd", "learning_rate": "adaptive", "n_iter_no_change": 1, "max_iter": 9}, None,
    ),
    "loss and schedule": (
        cr.MLPRegressor, np.abs(Z),
        {"loss": "poisson", "learning_rate": "cosine", "l1": 1e-3, "weight_decay": 0.01}, None,
    ),
}  # fmt: skip
FAST = ("weights",)


@pytest.mark.parametrize(
    "case", [name if name in FAST else pytest.param(name, marks=pytest.mark.slow) for name in CASES]
)
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_one_shard_is_the_fit_in_memory(client, parts, case):
    kind, y, options, w = CASES[case]
    here = kind(**{**SMALL, **options}).fit(X, y, w)
    there = kind(**{**SMALL, **options})
    weights = None if w is None else parts(w)
    assert there.fit(parts(X), parts(y), weights, client=client) is there
    same(there, here)
    assert there.n_features_in_ == 3
    found = there.predict(parts(X)).compute()
    assert found.dtype == here.predict(X).dtype
    assert (found == here.predict(X)).all()
    if kind is cr.MLPClassifier:
        assert (there.classes_ == here.classes_).all()
        assert (there.predict_proba(parts(X)).compute() == here.predict_proba(X)).all()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("kind", [cr.MLPClassifier, cr.MLPRegressor])
def test_rows_of_ones_own_stop_it(client, parts, kind):
    y = THREE if kind is cr.MLPClassifier else Z
    options = {**SMALL, "early_stopping": True, "n_iter_no_change": 2, "max_iter": 12}
    how = {"X_val": X[:60], "y_val": y[:60]}
    for more in ({}, {"scoring": "loss"}, {"early_stopping": False}):
        here = kind(**{**options, **more}).fit(X, y, **how)
        there = kind(**{**options, **more}).fit(parts(X), parts(y), client=client, **how)
        same(there, here)
        assert there.validation_scores_ == here.validation_scores_
        assert there.validation_loss_curve_ == here.validation_loss_curve_


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_a_warm_start_goes_on_and_data_frames_keep_their_names(client):
    pandas = pytest.importorskip("pandas", reason="there is no pandas")
    dataframe = pytest.importorskip("dask.dataframe", reason="there is no Dask")
    frame = pandas.DataFrame(X.astype(np.float32), columns=list("abc")).assign(kind=THREE)
    cut = dataframe.from_pandas(frame, npartitions=3)
    here = cr.MLPClassifier(**SMALL, warm_start=True)
    there = cr.MLPClassifier(**SMALL, warm_start=True)
    for _ in range(2):
        here.fit(frame[["a", "b", "c"]], frame["kind"])
        there.fit(cut[["a", "b", "c"]], cut["kind"], client=client)
        same(there, here)
    assert there.coefs_[0].dtype == np.float32
    assert there.feature_names_in_.tolist() == ["a", "b", "c"]
    found = there.predict(cut[["a", "b", "c"]]).compute()
    assert (found.to_numpy() == here.predict(frame[["a", "b", "c"]])).all()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_partitions_change_no_bit_of_several_shards(client, parts):
    one, other = (
        cr.MLPRegressor(**SMALL).fit(parts(X, n), parts(Z, n), client=client, shards=3)
        for n in (100, 47)
    )
    same(one, other)


def test_a_penalty_weighs_the_same_on_every_shard(network):
    penalties = cr.L2(0.1, "batch"), cr.L1(0.2)
    plan = Plan(Objective(network, "mse", penalties), batch_size=256, seed=0)
    eight = local_plan(plan, choose_averaging(plan, 80_000, 8), 80_000)
    for mine, its in zip(eight.objective.penalties, penalties, strict=True):
        assert mine.scale(eight.rows(10_000)) == pytest.approx(its.scale(plan.rows(80_000)))


@pytest.mark.parametrize(
    ("options", "how", "message"),
    [
        ({"solver": "lbfgs"}, {}, r"solver \(='lbfgs'\) must be one that takes batches"),
        ({"early_stopping": True}, {}, r"early_stopping \(=True\) needs X_val and y_val"),
        ({}, {"checkpoint": "a.checkpoint"}, r"checkpoint .* must be None"),
        ({}, {"X_val": X}, "X_val and y_val must be given together"),
        ({}, {"client": None}, "client must be given for collections of Dask"),
        ({}, {"shards": 0}, "shards"),
        ({"alpha": -1}, {}, "alpha"),
    ],
)
def test_wrong_use_is_said(client, parts, options, how, message):
    model = cr.MLPRegressor(**{**SMALL, **options})
    with pytest.raises(cr.ChainruleError, match=message):
        model.fit(parts(X), parts(Z), **{"client": client, **how})


def test_labels_that_cannot_be_used_name_their_partition(client, parts, monkeypatch):
    model = cr.MLPClassifier(**SMALL)
    missing = np.where(np.arange(N) == 250, None, THREE)
    with pytest.raises(DataError, match="row 50 of partition 2 of y has no label"):
        model.fit(parts(X), parts(missing), client=client)
    mixed = np.array([*THREE[:200], *range(130)], dtype=object)
    with pytest.raises(DataError, match="y holds int in partition 2, but texts in partition 0"):
        model.fit(parts(X), parts(mixed), client=client)
    mixed[3] = 1.5
    with pytest.raises(DataError, match="labels of several types in partition 0"):
        model.fit(parts(X), parts(mixed), client=client)
    monkeypatch.setattr("chainrule.cluster.targets._MOST_LABELS", 50)
    with pytest.raises(DataError, match="100 different labels in partition 0"):
        model.fit(parts(X), parts(Z), client=client)
    with pytest.raises(DataError, match="one column of labels"):
        model.fit(parts(X), parts(X > 0), client=client)
    with pytest.raises(DataError, match=r"partition 0: y holds '[a-z]+' in row 0"):
        cr.MLPRegressor(**SMALL).fit(parts(X), parts(THREE), client=client)
    with pytest.raises(cr.ChainruleError, match="in memory for partial_fit"):
        cr.MLPRegressor(**SMALL).partial_fit(parts(X), parts(Z))
