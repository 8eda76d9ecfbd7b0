"""What is wrong with a client or with partitions is said by name, before the first round."""

import asyncio

import numpy as np
import pytest

import chainrule as cr
from chainrule import cluster
from chainrule.cluster.rounds import Rounds
from chainrule.errors import DataWarning

N = 300
X = np.random.default_rng(0).normal(size=(N, 4)).astype(np.float32)
Y = X[:, 0] + X[:, 1]
HOW = {"loss": "mse", "epochs": 1, "seed": 0}


@pytest.fixture
def rounds():
    """For a test that has some."""


@pytest.fixture(autouse=True)
def no_round(monkeypatch, request):
    """A round fails any other test."""
    if "rounds" not in request.fixturenames:
        monkeypatch.setattr(Rounds, "round", lambda self: pytest.fail("a round has begun"))


@pytest.fixture(scope="session")
def made():
    """An array of Dask from blocks, which may be others than its type says."""
    array = pytest.importorskip("dask.array", reason="there is no Dask")
    dask = pytest.importorskip("dask", reason="there is no Dask")

    def from_blocks(*blocks):
        shape = np.nan, *blocks[0].shape[1:]
        parts = [array.from_delayed(dask.delayed(b), shape, blocks[0].dtype) for b in blocks]
        return array.concatenate(parts, allow_unknown_chunksizes=True)

    return from_blocks


@pytest.fixture(scope="session")
def frame():
    """A data frame of Dask in three partitions, in the order of its index."""
    pandas = pytest.importorskip("pandas", reason="there is no pandas")
    dataframe = pytest.importorskip("dask.dataframe", reason="there is no Dask")
    whole = pandas.DataFrame(X, columns=list("abcd")).assign(t=Y)
    return dataframe.from_pandas(whole, npartitions=3)


def thirds(a):
    return a[:100], a[100:200], a[200:]


def test_a_block_of_other_columns_is_named(client, network, made):
    one, two, three = thirds(X)
    with pytest.raises(cr.ChainruleError, match="partition 1 of X"):
        cluster.train(network, made(one, two[:, :3], three), made(*thirds(Y)), client=client, **HOW)


@pytest.mark.parametrize("bad", [np.full((100, 4), "x"), np.full((100, 4), None)])
def test_a_block_of_another_type_is_named(client, network, made, bad):
    one, _, three = thirds(X)
    with pytest.raises(cr.ChainruleError, match="partition 1 of X"):
        cluster.train(network, made(one, bad, three), made(*thirds(Y)), client=client, **HOW)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_number_that_is_none_is_named_with_its_place(client, network, made, value):
    blocks = [part.copy() for part in thirds(X)]
    blocks[2][7, 1] = value
    with pytest.raises(cr.ChainruleError, match=rf"partition 2 of X\[7, 1\] \(={value}\)"):
        cluster.train(network, made(*blocks), made(*thirds(Y)), client=client, **HOW)


@pytest.mark.parametrize("value", [-1.0, np.nan])
def test_a_bad_weight_is_named(client, network, made, value):
    w = np.ones(N)
    w[120] = value
    parts = made(*thirds(X)), made(*thirds(Y))
    with pytest.raises(cr.ChainruleError, match="sample_weight of partition 1 must be finite"):
        cluster.train(network, *parts, sample_weight=made(*thirds(w)), client=client, **HOW)


@pytest.mark.usefixtures("rounds")
def test_an_empty_block_is_a_warning_and_changes_no_bit(client, network, made):
    one, two, three = thirds(X)
    a, b, c = thirds(Y)
    with pytest.warns(DataWarning, match=r"1 of 4 partitions are empty \(1\) and add nothing"):
        fit = cluster.train(
            network, made(one, one[:0], two, three), made(a, a[:0], b, c), client=client, shards=2,
            **HOW,
        )  # fmt: skip
    assert fit.state == cluster.train(network, X, Y, client=client, shards=2, **HOW).state


def test_empty_blocks_alone_are_refused(client, network, made):
    with pytest.raises(cr.ChainruleError, match="all partitions are empty"):
        cluster.train(network, made(X[:0], X[:0]), made(Y[:0], Y[:0]), client=client, **HOW)


def test_a_client_that_is_closed_or_asynchronous_is_refused(client, network):
    distributed = pytest.importorskip("distributed", reason="there is no Dask")
    closed = distributed.Client(client.scheduler.address, set_as_default=False)
    closed.close()
    with pytest.raises(cr.ChainruleError, match="must be connected, but its status is 'closed'"):
        cluster.train(network, X, Y, client=closed, **HOW)

    async def use(**how):
        async with distributed.Client(client.scheduler.address, asynchronous=True, **how) as later:
            cluster.train(network, X, Y, client=later, **HOW)

    with pytest.raises(cr.ChainruleError, match="must be a synchronous one"):
        asyncio.run(use(set_as_default=False))


ESTIMATORS = (cr.MLPRegressor, cr.TabularRegressor)


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_partitions_cut_elsewhere_are_refused(client, frame, kind):
    inputs, target = frame[list("abcd")], frame["t"]
    with pytest.raises(cr.ChainruleError, match="X has 3, y has 2"):
        kind().fit(inputs, target.repartition(npartitions=2), client=client)
    other = target.repartition(divisions=[0, 50, 250, 299])
    with pytest.raises(cr.ChainruleError, match=r"cut at other rows: X at .* and y at"):
        kind().fit(inputs, other, client=client)
    # Where the divisions are unknown the lengths tell.
    with pytest.raises(cr.ChainruleError, match="partition 0 has 100"):
        kind().fit(inputs.clear_divisions(), other.clear_divisions(), client=client)


@pytest.mark.usefixtures("rounds")
@pytest.mark.slow
@pytest.mark.parametrize("kind", ESTIMATORS)
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_unknown_divisions_are_no_hindrance(client, frame, kind):
    how = {"max_iter": 2} if kind is cr.MLPRegressor else {"epochs": 2}
    inputs, target = frame[list("abcd")], frame["t"]
    one = kind(random_state=0, **how).fit(inputs, target, client=client)
    other = kind(random_state=0, **how).fit(
        inputs.clear_divisions(), target.clear_divisions(), client=client
    )
    assert (one.predict(inputs).compute() == other.predict(inputs).compute()).all()


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_rows_in_memory_and_a_client_are_refused(client, frame, kind):
    with pytest.raises(cr.ChainruleError, match=r"y \(=ndarray\) must be a collection of Dask"):
        kind().fit(frame[list("abcd")], Y, client=client)
    with pytest.raises(cr.ChainruleError, match=r"X \(=ndarray\) must be a collection of Dask"):
        kind().fit(X, Y, client=client)


def test_columns_of_text_are_named_before_anything_is_loaded(client, frame):
    texts = frame.assign(b=frame["a"].astype("str"))
    with pytest.raises(cr.ChainruleError, match="'b'"):
        cr.MLPRegressor().fit(texts[list("abcd")], texts["t"], client=client)


@pytest.mark.usefixtures("rounds")
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_all_rows_of_a_class_may_lie_in_one_partition(client, made):
    classes = np.repeat(["a", "b", "c"], 100)
    model = cr.MLPClassifier((4,), max_iter=2, random_state=0, class_weight="balanced")
    model.fit(made(*thirds(X)), made(*thirds(classes)), client=client, shards=2)
    assert model.classes_.tolist() == ["a", "b", "c"]


def test_what_cannot_be_split_is_refused(client, frame):
    for fraction in (-0.1, 1.5):
        with pytest.raises(cr.ChainruleError, match="fraction"):
            cluster.split(frame, fraction, client=client)
    with pytest.raises(cr.ChainruleError, match="most"):
        cluster.split(frame, 0.2, client=client, most=0)
    with pytest.raises(cr.ChainruleError, match="must be a Dask data frame or the path"):
        cluster.split(X, 0.2, client=client)


@pytest.mark.parametrize(
    "partitions", [4, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 7))]
)
def test_a_split_depends_on_numbers_of_rows_alone(client, frame, partitions):
    kept, out = cluster.split(frame.repartition(npartitions=partitions), 0.3, client=client, seed=2)
    kept, out = kept.compute(), out.compute()
    again, other = (part.compute() for part in cluster.split(frame, 0.3, client=client, seed=2))
    assert kept.equals(again)
    assert out.equals(other)
    assert sorted([*kept.index, *out.index]) == list(range(N))
    assert 60 < len(out) < 120
    assert len(cluster.split(frame, 1.0, client=client, most=30, seed=2)[1]) < 60


def test_a_bad_weight_of_a_table_is_named_by_its_row_in_its_partition(client, frame):
    # Row 130 of all is row 31, counted from 1, of the second of three partitions. Rows without a
    # target have no say, and are counted.
    weights = np.ones(N)
    weights[[120, 130]] = -1
    target = Y.astype(float)
    target[120] = np.nan

    def with_weights(part):
        return part.assign(w=weights[part.index], t=target[part.index])

    weighted = frame.map_partitions(with_weights, meta=frame._meta.assign(w=1.0, t=1.0))
    with pytest.raises(cr.ChainruleError, match=r"partition 1: the weight in row 31 \(column 'w'"):
        cluster.fit(weighted, "t", weight="w", client=client)
