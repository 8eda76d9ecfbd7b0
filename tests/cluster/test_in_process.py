"""Fits, predictions and refusals on a cluster of threads: what is computed, not where."""

import threading
from contextlib import contextmanager

import numpy as np
import pytest

import chainrule as cr
from chainrule import cluster
from chainrule.cluster.averaging import Averaging
from chainrule.cluster.rounds import Rounds
from chainrule.cluster.workers import installed
from chainrule.errors import ClusterError, DataWarning, MissingLibraryError, TrainingInterrupted
from chainrule.tables import Pipeline, read_table

HOW = {"loss": "mse", "epochs": 3, "batch_size": 32, "seed": 3}


@pytest.fixture(scope="session")
def array():
    return pytest.importorskip("dask.array", reason="there is no Dask").from_array


@pytest.fixture(scope="session")
def frames():
    """The penguins as a data frame of pandas, and of Dask in five partitions."""
    dataframe = pytest.importorskip("dask.dataframe", reason="there is no Dask")
    frame = read_table("penguins").to_native().to_pandas()
    return frame, dataframe.from_pandas(frame, npartitions=5)


def test_one_shard_has_the_bits_of_train(client, rows, network, array):
    X, y = rows
    how = HOW | {"validation": (X[:50], y[:50])}
    alone = cr.train(network, X, y, **how)
    found = cluster.train(
        network, array(X, chunks=(250, 2)), array(y, chunks=250), client=client, **how
    )
    assert found.parameters == alone.parameters
    assert found.state == alone.state
    assert found.history.without_times() == alone.history.without_times()
    assert (found.predict(X) == alone.predict(X)).all()


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_the_partitions_change_no_bit(client, rows, network, array, engine):
    X, y = rows
    w = np.linspace(0.5, 1.5, len(X), dtype=np.float32)
    how = HOW | {"client": client, "shards": 3, "engine": engine}
    whole = cluster.train(network, X, y, sample_weight=w, **how)
    for n in (100, 333):
        parts = [array(part, chunks=(n, *part.shape[1:])) for part in (X, y, w)]
        found = cluster.train(network, *parts[:2], sample_weight=parts[2], **how)
        assert found.state == whole.state
        assert found.history.without_times() == whole.history.without_times()


def test_many_fits_are_single_fits(client, rows, network):
    X, y = rows
    settings = [
        {"optimizer": cr.SGD(0.01 * (k + 1)), "seed": k, "rows": np.arange(k % 3, 600, 1 + k % 2)}
        for k in range(20)
    ]
    common = {"loss": "mse", "epochs": 3, "validation": (X, y), "stop": cr.EarlyStopping()}
    here = cr.train_many(network, X, y, settings, **common)
    counts = []
    there = cluster.train_many(
        network, X, y, settings, client=client, progress=lambda *now: counts.append(now), **common
    )
    for one, other in zip(here, there, strict=True):
        assert one.parameters == other.parameters
        assert one.state == other.state
        assert one.history.without_times() == other.history.without_times()
        assert (one.plan.seed, one.stopped) == (other.plan.seed, other.stopped)
    assert (there.predict(X[:5]) == here.predict(X[:5])).all()
    assert counts[-1] == (20, 20)


def test_a_wrong_setting_is_said_before_anything_is_trained(client, rows, network):
    with pytest.raises(cr.ChainruleError, match="optimiser"):
        cluster.train_many(network, *rows, [{}, {"optimiser": "adam"}], client=client, loss="mse")
    with pytest.raises(cr.ChainruleError, match="epochs") as raised:
        cluster.train_many(network, *rows, [{}, {"epochs": -1}], client=client, loss="mse")
    assert "in settings[1]" in raised.value.__notes__


@pytest.mark.slow
def test_an_interrupt_keeps_the_packs_that_are_done(client, rows, network):
    def interrupt(done, fits):
        raise KeyboardInterrupt

    settings = [{"seed": k} for k in range(100)]
    with pytest.raises(TrainingInterrupted, match=r"of 100 fits") as raised:
        cluster.train_many(
            network, *rows, settings, client=client, progress=interrupt, loss="mse", epochs=2
        )
    lengths = [len(result.history) for result in raised.value.result]
    assert len(lengths) == 100
    assert 0 < lengths.count(2) < 100
    assert lengths.count(0) + lengths.count(2) == 100


@pytest.mark.slow
def test_a_fit_that_diverges_warns_and_stops_no_other(client, rows, network):
    settings = [{"optimizer": cr.SGD(1e30)}, {"optimizer": cr.SGD(0.01)}]
    with pytest.warns(cr.DivergenceWarning):
        found = cluster.train_many(network, *rows, settings, client=client, loss="mse", epochs=2)
    assert [result.diverged for result in found] == [True, False]


# --- checkpoints ------------------------------------------------------------------------------


class CutError(Exception):
    """In the place of a power cut."""


@contextmanager
def cut_after(rounds, monkeypatch):
    whole, done = Rounds.round, []

    def cut(self):
        done.append(0)
        if len(done) > rounds:
            raise CutError
        return whole(self)

    with monkeypatch.context() as patch:
        patch.setattr(Rounds, "round", cut)
        yield


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [0, 1, 4, 6, 9])
def test_training_goes_on_from_any_round(client, rows, network, tmp_path, monkeypatch, rounds):
    X, y = rows
    averaging = Averaging(3, 10, 5, 1.5, 0.9, 0.5, first=1)
    how = HOW | {
        "client": client, "averaging": averaging, "metrics": ["r2"], "validation": (X, y),
        "stop": [cr.EarlyStopping()],
    }  # fmt: skip
    whole = cluster.train(network, X, y, **how)
    place = tmp_path / "fit.checkpoint"
    with cut_after(rounds, monkeypatch), pytest.raises(CutError):
        cluster.train(network, X, y, checkpoint=cr.Checkpoint(place, every="1 update"), **how)
    found = cluster.train(network, X, y, checkpoint=cr.Checkpoint(place, resume=True), **how)
    assert found.state == whole.state
    assert found.parameters == whole.parameters
    assert found.history.without_times() == whole.history.without_times()


@pytest.mark.parametrize("kind", [CutError, KeyboardInterrupt])
def test_training_goes_on_after_a_callback_that_fails(client, rows, network, tmp_path, kind):
    def cut(progress):
        if progress.epoch == 2:
            raise kind

    how = HOW | {"client": client, "validation": rows, "stop": [cr.EarlyStopping()], "shards": 2}
    whole = cluster.train(network, *rows, **how)
    place = tmp_path / "fit.checkpoint"
    with pytest.raises((CutError, TrainingInterrupted)):
        cluster.train(network, *rows, checkpoint=place, callbacks=[cut], **how)
    found = cluster.train(network, *rows, checkpoint=cr.Checkpoint(place, resume=True), **how)
    assert found.state == whole.state
    assert found.history.without_times() == whole.history.without_times()


@pytest.mark.slow
def test_a_checkpoint_of_other_rows_or_shards_is_refused(client, rows, network, tmp_path):
    X, y = rows
    place = tmp_path / "fit.checkpoint"
    how = HOW | {"client": client, "checkpoint": cr.Checkpoint(place, resume=True)}
    cluster.train(network, X, y, shards=2, **how)
    with pytest.raises(cr.CheckpointError, match="averaging is"):
        cluster.train(network, X, y, shards=3, **how)
    with pytest.raises(cr.CheckpointError, match="rows is"):
        cluster.train(network, X, y + 1, shards=2, **how)


# --- tables -----------------------------------------------------------------------------------


def test_a_table_in_partitions_becomes_a_plain_pipeline(client, frames, tmp_path):
    frame, parts = frames
    found = cluster.fit(parts, "species", client=client, seed=0, epochs=10, batch_size=32)
    assert isinstance(found, Pipeline)
    assert found.evaluate(frame)["accuracy"] > 0.8
    assert found.schema == Pipeline.fit(frame, "species", seed=0, epochs=0).schema
    cr.save_model(found, tmp_path / "penguins.model")
    again = cr.load_model(tmp_path / "penguins.model")
    assert (again.predict_proba(frame) == found.predict_proba(frame)).all()


@pytest.mark.slow
def test_texts_and_ordered_categories_are_those_of_one_machine(client):
    dataframe = pytest.importorskip("dask.dataframe", reason="there is no Dask")
    import pandas

    sizes = ["S", "M", "L", "XL"] * 40
    frame = pandas.DataFrame(
        {
            "size": pandas.Categorical(sizes, ["S", "M", "L", "XL", "XXL"], ordered=True),
            "grade": [None if k % 9 == 0 else "abc"[k % 3] for k in range(160)],
            "title": [f"no. {k} {size}" for k, size in enumerate(sizes)],
            "y": np.arange(160) / 7,
        }
    )
    how = {"texts": ["title"], "ordered": {"grade": ["c", "b", "a"]}, "seed": 0}
    parts = dataframe.from_pandas(frame, npartitions=4)
    found = cluster.fit(parts, "y", client=client, epochs=2, **how)
    alone = Pipeline.fit(frame, "y", epochs=0, validation_fraction=0, preset="plain", **how)
    assert found.schema == alone.schema
    assert found.encoder.columns == alone.encoder.columns
    assert (found.predict(frame[::-1]) == found.predict(frame)[::-1]).all()


@pytest.mark.slow
def test_the_partitions_of_a_table_change_nothing(client, frames):
    _, parts = frames
    how = {"client": client, "seed": 0, "epochs": 2, "shards": 2, "class_weight": "balanced"}
    found = cluster.fit(parts, "species", **how)
    other = cluster.fit(parts.repartition(npartitions=2), "species", **how)
    assert found.encoder == other.encoder
    assert found.target == other.target
    assert found.parameters == other.parameters


@pytest.mark.slow
def test_one_shard_of_a_table_is_train_on_its_encoded_rows(client, frames):
    from chainrule.cluster.partitions import delayed_partitions
    from chainrule.cluster.table_parts import TableInParts
    from chainrule.cluster.workers import Workers

    _, parts = frames
    found = cluster.fit(parts, "species", client=client, seed=0, epochs=3)
    partitions = delayed_partitions("frame", parts)
    table = TableInParts(Workers(client), [partitions], [None], "species", {}, seed=0)
    blocks = client.gather(table.take())
    X, y = (np.concatenate([block[k] for block in blocks]) for k in (0, 1))
    held_out = client.gather(table.validation())[:2]
    plan = found.result.plan
    alone = cr.train(
        found.network, X, y, loss=plan.objective.loss, penalties=plan.objective.penalties,
        optimizer=plan.optimizer, batch_size=plan.batch_size, seed=0, epochs=3,
        validation=held_out, stop=cr.EarlyStopping(patience=20),
    )  # fmt: skip
    assert found.result.state.parameters == alone.state.parameters
    assert found.result.history.without_times() == alone.history.without_times()


@pytest.mark.slow
def test_levels_and_labels_of_all_rows_are_known(client, monkeypatch):
    # A label and a level that the sample has not, and a value missing outside of it.
    dataframe = pytest.importorskip("dask.dataframe", reason="there is no Dask")
    import pandas

    from chainrule.cluster import table_parts

    monkeypatch.setattr(table_parts, "SAMPLE", 200)
    n = 5000
    frame = pandas.DataFrame(
        {"size": np.arange(n, dtype=float) % 97, "kind": ["a", "b"] * (n // 2),
         "label": ["no", "yes"] * (n // 2)}
    )  # fmt: skip
    frame.loc[[7, 8], "kind"] = "rare"
    frame.loc[11, "size"] = np.nan
    frame.loc[13, "label"] = "seldom"
    found = cluster.fit(
        dataframe.from_pandas(frame, npartitions=4), "label", client=client, seed=0, epochs=1
    )
    assert found.target.labels == ("no", "seldom", "yes")
    assert found.target.counts == (2500, 1, 2499)
    size, kind = found.encoder.columns
    assert kind.levels == ("a", "b", "rare")
    assert size.missing


@pytest.mark.slow
def test_a_class_may_lie_in_one_partition(client, frames):
    frame, _ = frames
    dataframe = pytest.importorskip("dask.dataframe", reason="there is no Dask")
    ordered = frame.sort_values("species", ignore_index=True)
    parts = dataframe.from_pandas(ordered, npartitions=6)
    found = cluster.fit(parts, "species", client=client, seed=0, epochs=30, shards=3, batch_size=32)
    assert found.evaluate(frame)["accuracy"] > 0.95


def test_predictions_and_scores_are_those_of_one_machine(client, frames):
    frame, parts = frames
    model = Pipeline.fit(frame, "species", seed=0, epochs=5)
    found = cluster.predict(model, parts, proba=True)
    assert found.npartitions == 5
    computed = found.compute()
    assert dict(computed.dtypes) == dict(found.dtypes)
    assert (computed.index == frame.index).all()
    assert (computed["prediction"].to_numpy() == model.predict(frame)).all()
    assert (computed.iloc[:, 1:].to_numpy() == model.predict_proba(frame)).all()
    assert cluster.evaluate(model, parts, client=client) == model.evaluate(frame)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of pandas to Dask
def test_a_folder_of_parquet_files(client, frames, tmp_path):
    frame, parts = frames
    parts.to_parquet(tmp_path / "penguins")
    how = {"client": client, "seed": 0, "epochs": 3, "shards": 2}
    found = cluster.fit(tmp_path / "penguins", "species", **how)
    assert found.parameters == cluster.fit(parts, "species", **how).parameters
    assert len(cluster.predict(found, tmp_path / "penguins")) == len(frame)


@pytest.mark.slow
def test_tabular_estimators_take_collections(client, frames, array):
    frame, parts = frames
    X, y = parts.drop(columns="species"), parts["species"]
    model = cr.TabularClassifier(random_state=0, epochs=10, batch_size=32)
    assert model.fit(X, y, client=client, shards=2) is model
    here = frame.drop(columns="species")
    assert model.n_features_in_ == here.shape[1]
    assert model.classes_.tolist() == ["Adelie", "Chinstrap", "Gentoo"]
    assert (model.predict(X).compute().to_numpy() == model.predict(here)).all()
    assert (model.predict_proba(X).compute().to_numpy() == model.predict_proba(here)).all()

    A = np.random.default_rng(0).normal(size=(300, 3))
    b, w = A[:, 0] ** 2, np.ones(300)
    parts = [array(A, chunks=(100, 3)), array(b, chunks=100), array(w, chunks=100)]
    regressor = cr.TabularRegressor(random_state=0, epochs=2).fit(*parts, client=client)
    assert (regressor.predict(parts[0]).compute() == regressor.predict(A)).all()


# --- what is refused --------------------------------------------------------------------------


def test_what_is_no_client_is_refused(rows, network, array):
    X, y = rows
    for wrong in (None, "127.0.0.1:8786"):
        with pytest.raises(cr.ChainruleError, match=r"client \(=.*must be a distributed\.Client"):
            cluster.train(network, X, y, client=wrong, **HOW)
    model = cr.TabularRegressor()
    with pytest.raises(cr.ChainruleError, match="client must be given"):
        model.fit(array(X, chunks=(100, 4)), array(y, chunks=100))


@pytest.mark.slow
def test_a_closed_client_is_refused(rows, network):
    distributed = pytest.importorskip("distributed", reason="there is no Dask")
    with distributed.Client(processes=False, dashboard_address=":0") as client:
        pass
    with pytest.raises(cr.ChainruleError, match="'closed'"):
        cluster.train(network, *rows, client=client, **HOW)


def test_partitions_that_do_not_fit_are_named(client, rows, network, array):
    X, y = rows
    how = HOW | {"client": client}
    with pytest.raises(cr.ChainruleError, match="X has 6, y has 4"):
        cluster.train(network, array(X, chunks=(100, 4)), array(y, chunks=150), **how)
    with pytest.raises(cr.ChainruleError, match="partition 0 has 100 rows in X, 200 rows in y"):
        cluster.train(
            network, array(X, chunks=((100, 200, 300), 4)), array(y, chunks=((200, 100, 300),)),
            **how,
        )  # fmt: skip
    bad = y.copy()
    bad[450] = np.nan
    with pytest.raises(cr.ChainruleError, match=r"partition 4 of y\[50"):
        cluster.train(network, array(X, chunks=(100, 4)), array(bad, chunks=100), **how)


@pytest.mark.slow
def test_partitions_of_other_columns_are_named(client):
    pandas = pytest.importorskip("pandas", reason="there is no pandas")
    dataframe = pytest.importorskip("dask.dataframe", reason="there is no Dask")
    dask = pytest.importorskip("dask", reason="there is no Dask")
    good = pandas.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "t": [0.1, 0.2, 0.3, 0.4]})

    def collection(*parts):
        made = [dask.delayed(part) for part in parts]
        return dataframe.from_delayed(made, meta=good, verify_meta=False)

    for bad, message in (
        (good.rename(columns={"a": "b"}), "partition 1 has no column 'a'"),
        (good.assign(c=1), "partition 1 has a column 'c'"),
        (good.assign(a=list("wxyz")), "column 'a' holds large_string in partition 1, but double"),
        (good.assign(a=[1.0, 2.0, np.inf, 3.0]), "infinite|finite"),
    ):
        with pytest.raises(cr.ChainruleError, match=message):
            cluster.fit(collection(good, bad, good), "t", client=client)
    with pytest.raises(cr.ChainruleError, match="all partitions are empty"):
        cluster.fit(collection(good[:0], good[:0]), "t", client=client)
    with pytest.warns(DataWarning, match=r"1 of 3 partitions are empty \(1\)"):
        cluster.fit(collection(good, good[:0], good), "t", client=client, epochs=1)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"optimizer": cr.LBFGS()}, "L-BFGS"),
        ({"shards": 0}, "shards"),
        ({"shards": 601}, "at most the number of rows, 600"),
        ({"shards": 2, "loss": "sum_squared_error"}, "adds up"),
        ({"shards": 2, "schedule": cr.InverseScaling(unit="sample")}, "samples"),
        ({"metrics": ["r2"]}, "metrics need validation"),
        ({"shards": 2, "averaging": Averaging(3, 8, 1)}, "one of the two"),
    ],
)
def test_what_cannot_be_shared_is_refused(client, rows, network, how, message):
    with pytest.raises(cr.ChainruleError, match=message):
        cluster.train(network, *rows, client=client, **HOW | how)


def test_other_versions_are_named(client, rows, network, monkeypatch):
    there = {"tcp://there:1": {**installed(), "NumPy": "1.0"}}
    monkeypatch.setattr(client, "run", lambda function, on_error: there)
    with pytest.raises(ClusterError, match=r"worker tcp://there:1 has NumPy 1\.0, but this"):
        cluster.train(network, *rows, client=client, **HOW)


def test_without_dask_the_extra_is_named(rows, network, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(MissingLibraryError, match=r"pip install 'chainrule\[cluster\]'"):
        cluster.train(network, *rows, client=None, **HOW)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_searches_of_scikit_learn_run_on_a_cluster(client, rows):
    from joblib import parallel_config
    from sklearn.model_selection import GridSearchCV

    X, y = rows
    grid = {"alpha": [1e-4, 1e-2], "hidden_layer_sizes": [(4,), (8,)]}
    model = cr.MLPRegressor(max_iter=5, random_state=0, tol=0, n_iter_no_change=10)
    search = GridSearchCV(model, grid, cv=3)
    here = search.fit(X, y).cv_results_["mean_test_score"]
    with parallel_config("dask"):
        there = search.fit(X, y).cv_results_["mean_test_score"]
    assert (here == there).all()


def test_a_client_that_was_opened_later_is_left_alone(client, rows, network):
    distributed = pytest.importorskip("distributed", reason="there is no Dask")
    alone = cr.train(network, *rows, **HOW)
    with distributed.Client(processes=False, dashboard_address=":0") as later:
        assert distributed.default_client() is later
        assert cluster.train(network, *rows, client=client, **HOW).state == alone.state
        assert not later.futures


def test_a_second_thread_may_use_the_same_client(client, rows, network):
    found = []
    one = threading.Thread(
        target=lambda: found.append(cluster.train(network, *rows, client=client, **HOW))
    )
    one.start()
    found.append(cluster.train(network, *rows, client=client, **HOW))
    one.join(60)
    assert found[0].state == found[1].state
