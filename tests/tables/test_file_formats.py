"""Files that know their columns, and the ways in which files are packed."""

import bz2
import datetime
import gzip
import io
import json
import subprocess
import sys
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from chainrule.errors import DataError, DataWarning
from chainrule.tables import read_table

COLUMNS = {"n": [1, 2, 3], "x": [0.5, None, 1.5], "t": ["a", None, "b"]}
TEXT = b"n,x,t\n1,0.5,a\n2,,\n3,1.5,b\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def values(source, **options):
    return read_table(source, **options).to_native().to_pydict()


def zipped(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


PACKED = {
    "gzip": gzip.compress(TEXT, mtime=0),
    "gzip in two members": gzip.compress(TEXT[:14], mtime=0) + gzip.compress(TEXT[14:], mtime=0),
    "bz2": bz2.compress(TEXT),
    "zstd": pa.compress(TEXT, codec="zstd", asbytes=True),
    "zip": zipped({"table": TEXT}),
    "zip from a Mac": zipped({"table": TEXT, "__MACOSX/._table": b"x"}),
}


@pytest.mark.parametrize("content", PACKED.values(), ids=PACKED)
def test_packed_files(folder, content):
    (folder / "t.bin").write_bytes(content)
    assert values("t.bin") == COLUMNS
    assert values(io.BytesIO(content)) == COLUMNS


def test_damaged_and_ambiguous_packages(folder):
    for name, content, message in (
        ("bz2", bz2.compress(TEXT * 9)[:-9], "damaged or truncated bz2 file"),
        ("zstd", pa.compress(TEXT * 9, codec="zstd", asbytes=True)[:-9], "truncated zstd file"),
        (
            "zip of two",
            zipped({"a": TEXT, "b": TEXT}),
            r"of 2 files \(a, b\), and one table",
        ),
        ("zip of none", zipped({}), "Excel workbook or a zip archive|of 0 files"),
        ("zip", zipped({"table": TEXT})[:-30], "zip archive: save the table as CSV"),
    ):
        (folder / name).write_bytes(content)
        with pytest.raises(DataError, match=message):
            read_table(name)


def test_open_files(folder):
    (folder / "t.csv").write_bytes(TEXT)
    with open("t.csv") as text, open("t.csv", "rb") as binary:
        assert values(text) == values(binary) == values(io.StringIO(TEXT.decode())) == COLUMNS


OBJECTS = [{"n": n, "x": x, "t": t} for n, x, t in zip(*COLUMNS.values(), strict=True)]
JSON = {
    "lines": "\n".join(map(json.dumps, OBJECTS)),
    "array": json.dumps(OBJECTS),
    "missing keys": '{"n": 1, "x": 0.5, "t": "a"}\n{"n": 2}\n{"n": 3, "x": 1.5, "t": "b"}\n',
}


@pytest.mark.parametrize("text", JSON.values(), ids=JSON)
def test_json(folder, text):
    (folder / "t.json").write_text(text)
    assert values("t.json") == COLUMNS
    (folder / "t.json.gz").write_bytes(gzip.compress(text.encode()))
    assert values("t.json.gz") == COLUMNS


def test_json_that_is_none(folder):
    (folder / "t.json").write_text('{"n": 1}\n{"n": }\n')
    with pytest.raises(DataError, match=r"t\.json is not JSON with an object a line"):
        read_table("t.json")


@pytest.mark.parametrize("write", ["file", "stream", "feather"])
def test_arrow(folder, write):
    table = pa.table(COLUMNS)
    if write == "feather":
        feather.write_feather(table, "t.arrow")
    else:
        new = pa.ipc.new_file if write == "file" else pa.ipc.new_stream
        with new("t.arrow", table.schema) as file:
            file.write_table(table)
    assert values("t.arrow") == COLUMNS


def test_parquet_in_parts(folder):
    for year in (2023, 2024):
        (folder / "t" / f"year={year}").mkdir(parents=True)
        parquet.write_table(pa.table(COLUMNS), f"t/year={year}/part-0.parquet")
    (folder / "t" / "_SUCCESS").touch()
    assert values("t") == {name: v * 2 for name, v in COLUMNS.items()} | {
        "year": [2023] * 3 + [2024] * 3
    }


def test_patterns_of_paths(folder):
    for i in range(3):
        (folder / f"part-{i}.csv").write_bytes(TEXT)
    assert values("part-*.csv") == {name: v * 3 for name, v in COLUMNS.items()}
    (folder / "part-3.csv").write_text("n,x,u\n1,2,a\n")
    with pytest.raises(DataError, match=r"part-3\.csv and part-0\.csv have .* columns: t, u"):
        read_table("part-*.csv")
    with pytest.raises(DataError, match="there is no file 'none-\\*"):
        read_table("none-*.csv")


def test_the_index_that_pandas_keeps_is_no_column_and_said(folder):
    frame = pd.DataFrame({"x": np.arange(9) / 2})
    frame[frame.x != 1].to_parquet("t.parquet")
    with pytest.warns(DataWarning, match="index, '__index_level_0__', is no column"):
        assert read_table("t.parquet").columns == ["x"]
    frame.rename_axis("day").to_parquet("t.parquet")
    assert read_table("t.parquet").columns == ["x"]


def workbook(name, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(name)


ROWS = [["n", "x", "t", "day"]] + [
    [i, i / 4, f"0{i}", datetime.datetime(2020, 1, i + 1)] for i in range(20)
]


def test_workbooks():
    workbook("t.xlsx", one=ROWS)
    assert values("t.xlsx") == {
        "n": list(range(20)),
        "x": [i / 4 for i in range(20)],
        "t": [f"0{i}" for i in range(20)],
        "day": [datetime.datetime(2020, 1, i + 1) for i in range(20)],
    }


def test_workbooks_with_titles_and_sheets():
    workbook("t.xlsx", notes=[["nothing"], ["here"]], data=[["Report"], [], *ROWS])
    for sheet in ("data", 2, "2"):
        with pytest.warns(DataWarning, match="1 line above the table skipped: 'Report'"):
            assert read_table("t.xlsx", sheet=sheet).shape == (20, 4)
    with pytest.warns(DataWarning, match=r"sheet 'notes' was read.*data \(sheet=, --sheet\)"):
        assert read_table("t.xlsx").shape == (1, 1)
    with pytest.raises(DataError, match="has no sheet 'date'; it has notes, data"):
        read_table("t.xlsx", sheet="date")


def test_without_the_extra_the_message_says_what_to_install(monkeypatch):
    workbook("t.xlsx", one=ROWS)
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(DataError, match=r"pip install 'chainrule\[excel\]'"):
        read_table("t.xlsx")


def test_a_pipe_is_read_once(folder):
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -c 'from chainrule.tables import read_table; import sys; "
         "print(read_table(sys.argv[1]).rows())' <(printf 'n,x\\n1,2\\n')"],
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[(1, 2)]", done.stderr
