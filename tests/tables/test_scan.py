"""Tables that are read piece by piece: the same model as from memory, and clear errors."""

import gzip
import io
import json
import os
import threading
import zipfile
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pytest
from pyarrow import feather, parquet

from chainrule.errors import (
    CheckpointError,
    DataError,
    DataWarning,
    InvalidValueError,
    TrainingInterrupted,
    WriteError,
)
from chainrule.tables import Pipeline, scan, scan_table, scanned
from chainrule.tables import read_table as read
from chainrule.tables.memory import available_memory, why_not_in_memory
from chainrule.tables.scanned import ScannedTable

N = 900


def made(n=N, seed=0):
    """Numbers, a category, a date, holes, weights, two targets: classes and a quantity."""
    random = np.random.default_rng(seed)
    x, z = random.normal(size=(2, n))
    town = np.array(["Berlin", "Paris", "Rome", "Oslo"])[random.integers(0, 4, n)]
    days = np.datetime64("2020-01-01") + random.integers(0, 900, n)
    y = 3 * x - z + (town == "Rome") + 0.1 * random.normal(size=n) + 50
    kind = np.where(y > 51, "high", np.where(y > 49, "middle", "low"))

    def holes(values, every):
        return pa.array(values, mask=np.arange(n) % every == 3)

    return pa.table(
        {
            "x": holes(x, 13),
            "z": z.astype(np.float32),
            "town": holes(town, 17),
            "day": days,
            "count": random.integers(0, 100, n),
            "flag": random.random(n) < 0.3,
            "w": random.integers(1, 4, n) * 0.5,
            "kind": holes(kind, 23),
            "y": holes(y, 29),
        }
    )


@pytest.fixture(scope="module")
def table():
    return made()


@pytest.fixture
def folder(table, tmp_path):
    """The table as three Parquet files of small row groups, one of them without rows."""
    path = tmp_path / "parts"
    path.mkdir()
    for k, (start, stop) in enumerate([(0, 400), (400, 400), (400, N)]):
        part = table.slice(start, stop - start)
        parquet.write_table(part, path / f"part-{k}.parquet", row_group_size=150)
    return path


OPTIONS = {"epochs": 4, "hidden": (8,), "seed": 3, "folds": 0}


def same(a, b):
    """Whether two pipelines are the same model, made in the same way."""
    assert a.schema == b.schema
    assert a.encoder == b.encoder
    assert a.target == b.target
    np.testing.assert_array_equal(a.parameters.vector, b.parameters.vector)
    assert a.result.history.loss == b.result.history.loss
    assert a.result.history.validation_loss == b.result.history.validation_loss
    changing = {"date": None, "seconds": None}
    assert a.summary | changing == b.summary | changing


FITS = {
    "classes": ("kind", {"drop": ["y"]}),
    "a number": ("y", {"drop": ["kind"]}),
    "weights": ("kind", {"drop": ["y"], "weight": "w"}),
    "class weights": ("kind", {"drop": ["y"], "class_weight": "balanced"}),
    "both weights": ("kind", {"drop": ["y"], "weight": "w", "class_weight": {"low": 3.0}}),
    "two targets": (["kind", "y"], {}),
    "nothing held out": ("y", {"drop": ["kind"], "validation_fraction": 0.0}),
    "a metric": ("kind", {"drop": ["y"], "metric": "accuracy", "patience": 1, "epochs": 9}),
    "texts": ("y", {"texts": ["town"], "drop": ["kind"]}),
    "an order": ("y", {"ordered": {"town": ["Oslo", "Rome", "Paris", "Berlin"]}}),
    "a category": ("y", {"categories": ["count"], "numbers": ["flag"]}),
    "the reference engine": ("y", {"engine": "reference", "drop": ["kind"]}),
}


@pytest.mark.parametrize("fit", FITS)
def test_a_scanned_table_gives_the_model_of_the_table_in_memory(fit, folder):
    target, options = FITS[fit]
    options = OPTIONS | options
    memory = Pipeline.fit(folder, target, **options)
    for buffer in (None, N):
        same(Pipeline.fit(scan_table(folder, buffer=buffer), target, **options), memory)


def test_the_order_of_a_file_s_categories_is_that_in_memory(table, tmp_path):
    towns = pa.array(["Oslo", "Rome", "Paris", "Berlin", "Bonn"])
    codes = pc.index_in(table["town"].combine_chunks(), towns)
    town = pa.DictionaryArray.from_arrays(codes, towns, ordered=True)
    ordered = table.set_column(table.column_names.index("town"), "town", town)
    parquet.write_table(ordered, tmp_path / "t.parquet", row_group_size=150)
    options = OPTIONS | {"epochs": 1, "drop": ["kind"]}
    streamed = Pipeline.fit(scan_table(tmp_path / "t.parquet"), "y", **options)
    assert streamed.schema.columns[2].order == tuple(towns.to_pylist())
    same(streamed, Pipeline.fit(tmp_path / "t.parquet", "y", **options))


def as_jsonl(table, path):
    rows = [json.dumps(row, default=str) for row in table.to_pylist()]
    path.write_text("\n".join(rows) + "\n")


def as_csv(table, path):
    pyarrow.csv.write_csv(table, path)


def as_gz(table, path):
    sink = io.BytesIO()
    pyarrow.csv.write_csv(table, sink)
    path.write_bytes(gzip.compress(sink.getvalue()))


def as_european(table, path):
    z = pc.replace_substring(table["z"].cast(pa.float64()).cast(pa.string()), ".", ",")
    table = table.set_column(1, "z", z)
    pyarrow.csv.write_csv(
        table.drop_columns(["x", "w", "y"]), path, pyarrow.csv.WriteOptions(delimiter=";")
    )


def as_stream(table, path):
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=100)


def as_zip(table, path):
    sink = io.BytesIO()
    pyarrow.csv.write_csv(table, sink)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("t.csv", sink.getvalue())


def as_json_array(table, path):
    path.write_text(json.dumps(table.to_pylist(), default=str))


WRITERS = {
    "one.zip": as_zip,
    "one.json": as_json_array,
    "one.parquet": lambda table, path: parquet.write_table(table, path, row_group_size=123),
    "one.arrow": lambda table, path: feather.write_feather(table, path, "lz4"),
    "one.arrows": as_stream,
    "one.csv": as_csv,
    "one.csv.gz": as_gz,
    "semicolons.csv": as_european,
    "one.jsonl": as_jsonl,
    "categories.parquet": lambda table, path: parquet.write_table(
        table.set_column(2, "town", table["town"].dictionary_encode()), path
    ),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_model_of_the_same_file_in_memory(name, table, tmp_path):
    WRITERS[name](table, tmp_path / name)
    options = OPTIONS | {"drop": ["y", "w"] if "semi" not in name else []}
    memory = Pipeline.fit(tmp_path / name, "kind", **options)
    scanned_one = Pipeline.fit(scan_table(tmp_path / name), "kind", **options)
    np.testing.assert_array_equal(scanned_one.parameters.vector, memory.parameters.vector)
    predictions = scanned_one.predict(scan_table(tmp_path / name))
    np.testing.assert_array_equal(predictions, memory.predict(tmp_path / name))
    if "semi" not in name:  # where it is written in the columns how decimals are
        assert scanned_one.encoder == memory.encoder
        assert scanned_one.schema == memory.schema


@pytest.mark.parametrize("name", ["one.csv", "one.parquet", "one.arrow", "one.jsonl"])
def test_open_files_are_read_once(name, table, tmp_path):
    WRITERS[name](table, tmp_path / name)
    with (tmp_path / name).open("rb") as file:
        scanned_one = scan_table(file)
    assert len(scanned_one) == N
    options = OPTIONS | {"drop": ["kind", "w"]}
    memory = Pipeline.fit(tmp_path / name, "y", **options)
    found = Pipeline.fit(scanned_one, "y", **options)
    np.testing.assert_array_equal(found.parameters.vector, memory.parameters.vector)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_read_once(table, tmp_path):
    as_csv(table, tmp_path / "t.csv")
    os.mkfifo(tmp_path / "pipe")
    content = (tmp_path / "t.csv").read_bytes()
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(content,))
    writer.start()
    scanned_one = scan_table(tmp_path / "pipe")
    writer.join()
    assert len(scanned_one) == N
    assert scanned_one.columns == table.column_names


@pytest.mark.parametrize("name", ["one.jsonl", "one.arrows", "one.csv.gz"])
def test_a_damaged_file_is_said(name, table, tmp_path):
    WRITERS[name](table, tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=name.replace(".", r"\.")):
        scan_table(tmp_path / name)


def test_patterns_and_folders_of_years_are_read(table, tmp_path):
    for year in (2019, 2020):
        (tmp_path / "by" / f"year={year}").mkdir(parents=True)
        parquet.write_table(table, tmp_path / "by" / f"year={year}" / "0.parquet")
    years = scan_table(tmp_path / "by")
    assert len(years) == 2 * N
    assert years.columns[-1] == "year"
    same(
        Pipeline.fit(years, "y", drop=["kind"], **OPTIONS),
        Pipeline.fit(tmp_path / "by", "y", drop=["kind"], **OPTIONS),
    )
    for k in range(2):
        as_csv(table.slice(k * 450, 450), tmp_path / f"part-{k}.csv")
    pattern = str(tmp_path / "part-*.csv")
    same(
        Pipeline.fit(scan_table(pattern), "y", drop=["kind"], **OPTIONS),
        Pipeline.fit(pattern, "y", drop=["kind"], **OPTIONS),
    )


# --- more rows than the sample ------------------------------------------------------------------


def test_the_sample_is_the_seed_s(folder):
    scanned_one = replace(scan_table(folder), sample_rows=200)
    rows, table = scanned_one.sample(7)
    again, _ = scanned_one.sample(7)
    other, _ = scanned_one.sample(8)
    assert len(rows) == len(table) == 200
    assert list(rows) == sorted(set(rows))
    np.testing.assert_array_equal(rows, again)
    assert set(rows) != set(other)
    whole = read(folder).to_native()
    assert table.to_native()["z"].to_pylist() == whole["z"].take(pa.array(rows)).to_pylist()


@pytest.mark.slow
def test_every_row_is_as_often_in_a_sample(folder):
    # A row is drawn in 2 of 9 samples: in 90 samples 20 times on average, 3.9 its deviation.
    scanned_one = replace(scan_table(folder), sample_rows=200)
    times = np.bincount(np.concatenate([scanned_one.sample(s)[0] for s in range(90)]), minlength=N)
    assert times.sum() == 90 * 200
    assert times.max() < 20 + 6 * 3.9
    assert times.min() > 0
    assert abs(times[:450].mean() - 20) < 6 * 3.9 / np.sqrt(450)


def test_a_wide_table_has_a_smaller_sample():
    few, many = (scan_table({f"x{i}": [1, 2] for i in range(n)}).sample_rows for n in (160, 1000))
    assert (few, many) == (200_000, 2**25 // 1000)


def test_a_rare_label_is_in_every_sample(table, tmp_path):
    kind = ["rare" if i == 777 else f"k{i % 2}" for i in range(N)]
    parquet.write_table(table.set_column(7, "kind", pa.array(kind)), tmp_path / "t.parquet")
    small = replace(scan_table(tmp_path / "t.parquet"), sample_rows=100)
    pipeline = Pipeline.fit(small, "kind", **OPTIONS)
    assert pipeline.classes == ("k0", "k1", "rare")


def test_a_label_that_no_sample_row_has_is_an_error_with_the_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(scan, "MOST_VALUES", 3)  # so that the first rows of labels are not taken
    labels = [f"k{i % 4}" for i in range(N)]
    labels[777] = "rare"
    columns = {"x": np.arange(N) / 7, "kind": labels}
    parquet.write_table(pa.table(columns), tmp_path / "t.parquet")
    small = replace(scan_table(tmp_path / "t.parquet"), sample_rows=100)
    message = r"t\.parquet, row 778, target 'kind': the label 'rare' .* a larger sample"
    with pytest.raises(DataError, match=message):
        Pipeline.fit(small, "kind", **OPTIONS)


def test_rows_beyond_the_sample_are_learned_from(folder):
    small = replace(scan_table(folder), sample_rows=200)
    pipeline = Pipeline.fit(small, "y", drop=["kind"], **OPTIONS)
    with_target = read(folder).to_native()["y"].drop_null()
    held_out = pipeline.summary["validation_rows"]
    assert 30 <= held_out <= 45  # a fifth of the rows in the sample
    assert pipeline.summary["rows"] == len(with_target) - held_out
    assert pipeline.schema.n_rows == len(with_target)
    assert pipeline.schema.n_without_target == N - len(with_target)


@pytest.mark.slow
def test_what_is_learned_from_rows_beyond_the_sample_predicts(folder):
    small = replace(scan_table(folder), sample_rows=200)
    assert Pipeline.fit(small, "y", drop=["kind"], seed=3, epochs=60).evaluate(folder)["r2"] > 0.8


def test_the_stream_has_every_row_but_those_held_out_once(folder):
    small = replace(scan_table(folder), sample_rows=200)
    found = ScannedTable.decode(small, "y", drop=["kind"], seed=1).training_set(seed=1)
    blocks = [block for group in range(len(found.X.sizes)) for block in found.X.read(group)]
    y = np.concatenate([b[1] for b in blocks])[:, 0]
    assert len(y) == len(found.X) == sum(found.X.sizes)
    values = found.target.outputs(np.concatenate([y[:, None], found.validation[1]]))[:, 0]
    whole = read(folder).to_native()["y"].drop_null().to_numpy()
    np.testing.assert_allclose(np.sort(values), np.sort(whole))


def test_levels_and_holes_that_the_sample_did_not_have_are_said(table, tmp_path):
    town = table["town"].to_pylist()
    first = replace(scan_table({"town": town, "y": table["y"]}), sample_rows=100)
    rows, _ = first.sample(3)
    town = [t or "Oslo" for t in town]
    outside = [i for i in range(N) if i not in set(rows)]
    town[outside[0]], town[outside[1]] = "Lima", None
    z = table["z"].to_pylist()
    frame = {"town": town, "z": z, "y": table["y"].fill_null(50.0)}
    with pytest.warns(DataWarning) as caught:
        Pipeline.fit(replace(scan_table(frame), sample_rows=100), "y", **OPTIONS)
    said = " ".join(str(w.message) for w in caught)
    assert "beyond the sample" in said
    assert "town in 1 row ('Lima')" in said


# --- what goes wrong ----------------------------------------------------------------------------


def fit(source, **options):
    return Pipeline.fit(source, "y", **OPTIONS | {"drop": ["kind"]} | options)


def test_a_bad_value_late_is_said_with_file_and_row(table, tmp_path):
    texts = table["z"].cast(pa.string()).to_pylist()
    texts[850] = "abc"
    small = made(400).set_column(1, "z", made(400)["z"].cast(pa.string()))
    parquet.write_table(small, tmp_path / "a.parquet")
    late = table.set_column(1, "z", pa.array(texts))
    parquet.write_table(late, tmp_path / "b.parquet", row_group_size=100)
    for seed in range(5):
        one = replace(scan_table(str(tmp_path / "?.parquet")), sample_rows=100)
        if 400 + 850 not in one.sample(seed)[0]:
            break
    message = r"b\.parquet, row 851, column 'z': 'abc' is no number"
    with pytest.raises(DataError, match=message):
        fit(one, seed=seed)
    with pytest.raises(DataError, match=message):
        fit(scan_table(tmp_path / "a.parquet")).predict(one)


def test_a_bad_weight_and_a_bad_target_late_are_said_with_file_and_row(table, tmp_path):
    weights = table["w"].to_pylist()
    weights[800] = -1.0
    parquet.write_table(table.set_column(6, "w", pa.array(weights)), tmp_path / "t.parquet")
    with pytest.raises(DataError, match=r"t\.parquet, row 801: the weight in column 'w' is -1"):
        fit(replace(scan_table(tmp_path / "t.parquet"), sample_rows=100), weight="w")


def test_an_infinite_value_is_said_with_file_and_row(table, tmp_path):
    z = table["z"].to_numpy().copy()
    z[850] = np.inf
    parquet.write_table(table.set_column(1, "z", pa.array(z)), tmp_path / "t.parquet")
    message = r"t\.parquet, row 851, column 'z': inf must be finite"
    for rows in (100, 2000):
        with pytest.raises(DataError, match=message):
            fit(replace(scan_table(tmp_path / "t.parquet"), sample_rows=rows))


def test_parts_of_other_columns_and_types_are_named(table, tmp_path):
    parquet.write_table(table, tmp_path / "a.parquet")
    parquet.write_table(table.drop_columns(["x"]), tmp_path / "b.parquet")
    for opened in (scan_table, read):
        with pytest.raises(
            DataError, match=r"b\.parquet and .*a\.parquet have different columns: x"
        ):
            opened(tmp_path)
    parquet.write_table(table.set_column(0, "x", table["town"]), tmp_path / "b.parquet")
    for opened in (scan_table, read):
        with pytest.raises(DataError, match=r"column 'x' holds string in .*b\.parquet and double"):
            opened(tmp_path)


def test_parts_with_wider_types_and_another_order_of_columns_are_one_table(table, tmp_path):
    parquet.write_table(table.slice(0, 300), tmp_path / "a.parquet")
    wide = table.slice(300).set_column(4, "count", table.slice(300)["count"].cast(pa.float64()))
    parquet.write_table(wide.select(wide.column_names[::-1]), tmp_path / "b.parquet")
    memory = fit({name: table[name] for name in table.column_names})
    for source in (scan_table(tmp_path), tmp_path):
        np.testing.assert_array_equal(fit(source).parameters.vector, memory.parameters.vector)


def test_damaged_parts_and_empty_folders_are_said(table, folder, tmp_path):
    with pytest.raises(DataError, match="is a folder; name a file in it"):
        scan_table(_made_folder(tmp_path / "empty"))
    whole = (folder / "part-2.parquet").read_bytes()
    for content in (b"", whole[: len(whole) // 2], b"PAR1 no more"):
        (folder / "part-2.parquet").write_bytes(content)
        for opened in (scan_table, read):
            with pytest.raises(DataError, match=r"part-2\.parquet cannot be read"):
                opened(folder)
    with pytest.raises(DataError, match="there is no file"):
        scan_table(tmp_path / "nothing.parquet")


def _made_folder(path):
    path.mkdir()
    return path


def test_parts_without_any_row_are_said(table, tmp_path):
    parquet.write_table(table.slice(0, 0), tmp_path / "t.parquet")
    with pytest.raises(DataError, match="no rows"):
        fit(scan_table(tmp_path / "t.parquet"))


def test_a_file_that_changes_between_two_passes_is_an_error(table, folder):
    one = scan_table(folder)

    def change(progress):
        parquet.write_table(table.slice(0, 50), folder / "part-0.parquet")

    with pytest.raises(DataError, match=r"part-0\.parquet has changed since it was first read"):
        fit(one, callbacks=[change])
    (folder / "part-0.parquet").unlink()
    with pytest.raises(DataError, match=r"part-0\.parquet cannot be read: No such file"):
        fit(one)


def test_a_full_disk_is_said_and_leaves_nothing(table, tmp_path, monkeypatch):
    as_csv(table, tmp_path / "t.csv")
    place = _made_folder(tmp_path / "tmp")
    monkeypatch.setattr("tempfile.tempdir", str(place))

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parquet.ParquetWriter, "write_table", full)
    with pytest.raises(WriteError, match="No space left on device; set TMPDIR"):
        scan_table(tmp_path / "t.csv")
    assert list(place.iterdir()) == []


def test_copies_go_with_the_scan(table, tmp_path, monkeypatch):
    as_csv(table, tmp_path / "t.csv")
    place = _made_folder(tmp_path / "tmp")
    monkeypatch.setattr("tempfile.tempdir", str(place))
    one = scan_table(tmp_path / "t.csv")
    assert len(list(place.iterdir())) == 1
    del one
    assert list(place.iterdir()) == []


def test_a_text_that_is_not_plain_is_for_memory(table, tmp_path):
    as_csv(table, tmp_path / "t.csv")
    with (tmp_path / "t.csv").open("a") as file:
        file.write("1,2,3\n")
    with pytest.raises(
        DataError, match=r"t\.csv cannot be read piece by piece: .*Expected 9 columns, got 3"
    ):
        scan_table(tmp_path / "t.csv")


def test_a_column_that_turns_out_to_be_text_late_is_text(tmp_path):
    lines = ["code,x,y"] + [f"{i % 50},{i % 7},{i % 11}.5" for i in range(60000)]
    lines[50000] = "A1,3,4.5"
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    one = scan_table(tmp_path / "t.csv")
    assert one.schema.field("code").type == pa.large_string()
    assert one.schema.field("x").type == pa.int64()
    whole = read(tmp_path / "t.csv").to_native()
    got = pa.concat_tables(batch.table for batch in one.batches())
    assert got["code"].to_pylist() == whole["code"].to_pylist()


@pytest.mark.parametrize(
    "options", [{"thousands": "'"}, {"text": True}, {"dates": "%d.%m"}], ids=str
)
def test_options_that_need_the_whole_table_are_refused(options, folder):
    with pytest.raises(InvalidValueError, match="piece by piece"):
        scan_table(folder, **options)


def test_an_unknown_label_at_evaluation_is_said_with_file_and_row(table, folder, tmp_path):
    pipeline = Pipeline.fit(scan_table(folder), "kind", drop=["y"], **OPTIONS)
    kinds = ["huge" if i == 500 else "low" for i in range(N)]
    parquet.write_table(table.set_column(7, "kind", pa.array(kinds)), tmp_path / "t.parquet")
    with pytest.raises(DataError, match=r"t\.parquet, row 501, target 'kind': the label 'huge'"):
        pipeline.evaluate(scan_table(tmp_path / "t.parquet"))


# --- predictions, scores, checkpoints -----------------------------------------------------------


@pytest.mark.parametrize("target", ["kind", "y", ["kind", "y"], "flag"])
def test_predictions_and_scores_are_those_in_memory(target, folder, monkeypatch):
    monkeypatch.setattr(scan, "BATCH", 64)
    pipeline = Pipeline.fit(folder, target, **OPTIONS)
    one = scan_table(folder)
    np.testing.assert_array_equal(pipeline.outputs(one), pipeline.outputs(folder))
    streamed, whole = pipeline.evaluate(one), pipeline.evaluate(folder)
    for name in whole if isinstance(target, list) else [target]:
        own, other = (s[name] if isinstance(target, list) else s for s in (streamed, whole))
        assert own.keys() == other.keys()
        for metric, value in own.items():
            # Curves are of outputs with 11 bits; all else differs by rounding.
            curve = "roc" in metric or "average" in metric
            assert value == pytest.approx(other[metric], abs=2e-3 if curve else 0, rel=1e-6)


def test_a_checkpoint_goes_on_to_the_same_bits_with_the_same_rows_alone(folder, tmp_path, table):
    import chainrule as cr

    def part(source, interrupt=None, **options):
        def stop(progress):
            if progress.epoch == interrupt:
                raise KeyboardInterrupt

        checkpoint = cr.Checkpoint(tmp_path / "c", every="2 updates", **options)
        options = {"epochs": 5, "batch_size": 32, "callbacks": [stop]}
        return fit(source, checkpoint=checkpoint, **options)

    small = replace(scan_table(folder, buffer=100), sample_rows=200)
    whole = fit(small, epochs=5, batch_size=32)
    with pytest.raises(TrainingInterrupted):
        part(small, interrupt=2)
    same(part(small, resume=True), whole)
    with pytest.raises(CheckpointError, match="rows is"):
        part(replace(small, buffer=200), resume=True)
    more = pa.concat_tables([table.slice(400), table.slice(0, 10)])
    parquet.write_table(more, folder / "part-2.parquet", row_group_size=150)
    with pytest.raises(CheckpointError, match="belongs to another training"):
        part(replace(scan_table(folder, buffer=100), sample_rows=200), resume=True)


def test_the_memory_that_is_needed_is_compared_with_what_there_is(folder, tmp_path, table):
    # 900 rows of 9 columns of 32 bytes.
    assert why_not_in_memory(folder, 10**9) == ""
    assert why_not_in_memory(folder, 2 * 259_200) == ""
    assert "about 0.00026 GB, more than half of the 0.0005 GB" in why_not_in_memory(folder, 500_000)
    as_csv(table, tmp_path / "t.csv")
    assert why_not_in_memory(tmp_path / "t.csv", 1000)
    assert why_not_in_memory("penguins", 10) == ""
    assert why_not_in_memory("nothing.csv", 10) == ""
    assert why_not_in_memory({"x": [1]}, 10) == ""
    assert available_memory() > 10**6


def test_sample_weights_of_a_scanned_table_are_a_column(folder):
    with pytest.raises(InvalidValueError, match="name its column"):
        fit(scan_table(folder), sample_weight=np.ones(N))


def test_buffers_are_by_default_as_many_rows_as_have_8_million_inputs(folder, monkeypatch):
    found = ScannedTable.decode(scan_table(folder), "y", seed=1).training_set(seed=1)
    assert found.X.buffer == 2**23 // found.encoder.n_features
    monkeypatch.setattr(scanned, "_INPUTS", 100)
    found = ScannedTable.decode(scan_table(folder), "y", seed=1).training_set(seed=1)
    assert found.X.buffer == 100 // found.encoder.n_features
    assert os.path.exists(folder)
