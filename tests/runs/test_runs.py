"""Run folders, from Python."""

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.errors import DataError, InvalidTypeError, InvalidValueError, WriteError
from chainrule.runs import (
    RunFolder,
    compare_runs,
    data_hash,
    list_runs,
    read_run,
    read_settings,
    settings_text,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    TEXT | st.integers(-(2**63), 2**63 - 1) | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3), max_leaves=5,
)  # fmt: skip


@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_settings_are_read_as_they_were_written(settings):
    assert tomllib.loads(settings_text(settings)) == settings


def test_texts_that_no_file_holds():
    with pytest.raises(InvalidValueError, match="settings hold"):
        settings_text({"a": "\ud800"})


def test_none_is_left_out_and_objects_are_refused():
    assert settings_text({"a": None, "b": 1}) == "b = 1\n"
    with pytest.raises(InvalidTypeError, match=r"settings\['a'\]"):
        settings_text({"a": object()})


def test_files_of_settings_that_are_none(tmp_path):
    with pytest.raises(DataError, match="there is no file of settings"):
        read_settings(tmp_path / "none")
    with pytest.raises(DataError, match="cannot be read"):
        read_settings(tmp_path)
    (tmp_path / "s.toml").write_bytes(b"a = \xff")
    with pytest.raises(DataError, match="is no TOML"):
        read_settings(tmp_path / "s.toml")


def test_the_history_is_there_while_the_fit_goes_on(tmp_path):
    folder, seen = RunFolder(tmp_path / "runs", "m", {"epochs": 3}), []

    def look(progress):
        run = read_run(folder.path)
        seen.append((run.status, run.epochs))

    cr.Pipeline.fit("iris", "species", epochs=3, hidden=(2,), seed=0, callbacks=[folder, look])
    assert seen == [("running", 1), ("running", 2), ("running", 3)]
    folder.finish("finished")
    assert read_run(folder.path).status == "finished"


def test_numbers_that_are_none_are_null(tmp_path):
    folder = RunFolder(tmp_path, "m", {})
    history = cr.History(loss=[1.0, float("nan")], learning_rate=[float("inf")] * 2,
                         gradient_norm=[1.0] * 2, seconds=[0.1] * 2)  # fmt: skip
    folder.record(history)
    folder.finish("diverged")
    lines = (folder.path / "history.jsonl").read_text().splitlines()
    assert json.loads(lines[1])["loss"] is None
    assert json.loads(lines[0])["learning_rate"] is None


def test_names_and_numbers(tmp_path):
    names = [
        RunFolder(tmp_path, name, {}).path.name for name in ("a", "a", "a-1", "[a]", "b/c", "")
    ]
    assert names == ["a-1", "a-2", "a-1-1", "[a]-1", "b_c-1", "run-1"]
    (tmp_path / "a-9").mkdir()
    assert RunFolder(tmp_path, "a", {}).path.name == "a-10"


def test_what_is_discarded_is_gone_with_the_folder_that_it_made(tmp_path):
    RunFolder(tmp_path / "runs", "m", {}).discard()
    assert list(tmp_path.iterdir()) == []
    kept = RunFolder(tmp_path / "runs", "m", {})
    RunFolder(tmp_path / "runs", "m", {}).discard()
    assert [run.name for run in list_runs(tmp_path / "runs")] == [kept.path.name]


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match="cannot make a folder for the run"):
        RunFolder(tmp_path / "file", "m", {})


def test_runs_are_compared_by_what_differs(tmp_path):
    for k, settings in enumerate([{"a": 1, "b": 2}, {"a": 1, "b": 3, "c": "x"}]):
        scores = [{"metric": "accuracy", "value": 0.5 + k / 10}]
        folder = RunFolder(tmp_path, "m", settings, {"data": {"sha256": f"{k}" * 64}})
        folder.finish("finished", evaluation={"targets": [{"target": "t", "scores": scores}]})
    found = compare_runs(list_runs(tmp_path))
    assert found["b"] == [2, 3]
    assert found["c"] == [None, "x"]
    assert "a" not in found
    assert found["data, sha256"] == ["0" * 12, "1" * 12]
    assert found["accuracy of t"] == [0.5, 0.6]


def test_the_hash_of_a_file_is_that_of_its_bytes(tmp_path):
    from hashlib import sha256

    path = tmp_path / "t.csv"
    path.write_text("x,y\n1,2\n")
    table = cr.read_table(path)
    assert data_hash(str(path), table) == sha256(path.read_bytes()).hexdigest()
    one, other = (data_hash({"x": v}, cr.read_table({"x": v})) for v in ([1, 2], [2, 1]))
    assert one == data_hash("-", cr.read_table({"x": [1, 2]})) != other
