import gzip
import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from chainrule.errors import ChainruleError, DataError, InvalidTypeError
from chainrule.tables import read_table


@pytest.fixture
def write(tmp_path, monkeypatch):
    """A function that writes a file into the current folder, and returns its name."""
    monkeypatch.chdir(tmp_path)

    def file(content, name="t.csv"):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    return file


def values(source):
    return read_table(source).to_native().to_pydict()


@pytest.mark.parametrize(
    "text",
    [
        "a,b,c\n1,x,0.5\n2,,NA\n",
        "a;b;c\n1;x;0,5\n2;;NA\n",
        "a\tb\tc\n1\tx\t0.5\n2\t\tNA\n",
        "a\tb\tc\n1\tx\t0,5\n2\t\tNA\n",
        "\ufeffa,b,c\r\n1,x,0.5\r\n\r\n2,?,null\r\n",
        ' a , "b", c\n1, x ,.5\n2,"",nan',
    ],
    ids=["comma", "semicolon", "tab", "decimal comma", "windows", "spaces"],
)
def test_delimited_text(write, text):
    if text.startswith(" "):
        text = text.replace(', "b"', ',"b"')
    assert values(write(text)) == {"a": [1, 2], "b": ["x", None], "c": [0.5, None]}


def test_quotes_separators_and_line_breaks_in_values(write):
    assert values(write('a,b\n"x, y; z",2\n"two\nlines",3\n')) == {
        "a": ["x, y; z", "two\nlines"],
        "b": [2, 3],
    }


def test_one_column(write):
    assert values(write("a\n3\n5\n")) == {"a": [3, 5]}


def test_a_type_holds_for_the_whole_column_however_long(write):
    # pyarrow alone would decide after the first megabyte.
    n = 300_000
    file = write("a\n" + "1234567\n" * n + "x\n")
    assert values(file)["a"][-2:] == ["1234567", "x"]


def test_compressed_and_parquet_by_first_bytes(write):
    table = pa.table({"a": [1, 2], "b": ["x", None]})
    parquet.write_table(table, "t.anything")
    assert values("t.anything") == table.to_pydict()
    assert values(write(gzip.compress(b"a,b\n1,x\n2,\n", mtime=0), "t.csv.gz")) == table.to_pydict()


def test_a_file_may_be_called_like_a_built_in_table(write):
    assert values(write("a\n1\n", "penguins") and "./penguins") == {"a": [1]}
    assert read_table("penguins").shape == (344, 8)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"t\.csv is empty; a header line and rows are needed"),
        ("\n \n", r"t\.csv is empty"),
        ("a,b\n", r"t\.csv has 2 columns and no rows"),
        ("5.1,3.5\n4.9,3.0\n", r"first line of t\.csv \(5\.1,3\.5\) looks like data"),
        ("a,b,a\n1,2,3\n", r"t\.csv has two columns named 'a'; rename one"),
        (",a\n0,1\n", r"column 1 of t\.csv has no name; give it one .* index=False"),
        ("a,b\n1,2\n3\n", r"t\.csv has 1 value in line 3 \('3'\), but its header has 2 names"),
        ("a,b\n1,2\n3,4,5\n", r"has 3 values in line 3 \('3,4,5'\).*separated by a comma"),
        ('a,b\n"1,2\n3,4\n', r"t\.csv has 1 value in line 2"),
        (b"a,b\n" + b"x,1\n" * 50_000 + b"\xff,1\n", r"is not written in UTF-8"),
        (b"a,b\n\0\1,2\n" * 9, r"t\.csv is a binary file"),
        (b"PK\x03\x04\x00\x00", r"an Excel workbook or a zip archive: save the table as CSV"),
        (b"PAR1 and then nothing", r"t\.csv is a damaged or truncated Parquet file"),
        (
            gzip.compress(b"a\n1\n" * 999, mtime=0)[:-9],
            r"t\.csv is a damaged or truncated gzip file",
        ),
    ],
)
def test_bad_files(write, content, message):
    with pytest.raises(DataError, match=message):
        read_table(write(content))


def test_truncated_parquet(write):
    parquet.write_table(pa.table({"a": list(range(100))}), "t.parquet")
    with open("t.parquet", "rb") as file:
        content = file.read()
    for n in (4, 50, len(content) - 1):
        with pytest.raises(DataError, match="damaged or truncated Parquet"):
            read_table(write(content[:n]))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("penguin", r"no file 'penguin', and no built-in .* did you mean 'penguins'\?"),
        ("data/t.csv", r"there is no file 'data/t\.csv'$"),
        (".", r"'\.' is a folder; name a file in it"),
        ({}, r"the table has no columns"),
        ({"a": [], "b": []}, r"the table has 2 columns and no rows"),
        ({"a": [1, 2], "b": [1]}, r"different lengths: \{'a': 2, 'b': 1\}"),
        ({"a": [1, "x"]}, r"column 'a' mixes values of different kinds"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), r"two columns named 'a'"),
        (pd.DataFrame({"": [1]}), r"column 1 of the table has no name"),
    ],
)
def test_bad_sources(tmp_path, monkeypatch, source, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=message):
        read_table(source)


@pytest.mark.parametrize("source", [3, np.zeros((2, 2)), {"a": 1}, None])
def test_wrong_kinds_of_sources(source):
    with pytest.raises(InvalidTypeError) as error:
        read_table(source)
    assert isinstance(error.value, ChainruleError)


FRAMES = {
    "pandas": lambda d: pd.DataFrame(d, index=[7, 8, 8]),
    "polars": pl.DataFrame,
    "pyarrow": pa.table,
    "mapping": lambda d: d,
}


@pytest.mark.parametrize("make", FRAMES.values(), ids=list(FRAMES))
def test_data_frames(make):
    columns = {
        "n": [1, 2, 3],
        "x": [0.5, None, 1.5],
        "t": ["a", None, "b"],
        "b": [True, False, True],
    }
    table = read_table(make(columns))
    assert table.to_native().to_pydict() == columns
    assert read_table(table).to_native() == table.to_native()


def test_column_names_become_text():
    assert read_table(pd.DataFrame({0: [1], 1: [2]})).columns == ["0", "1"]


READ = "import sys; from chainrule.tables import read_table; print(read_table('-').rows())"


@pytest.mark.parametrize("kind", ["csv", "parquet", "gzip"])
def test_standard_input(kind):
    text, sink = b"a,b\n1,x\n2,NA\n", pa.BufferOutputStream()
    parquet.write_table(pa.table({"a": [1, 2], "b": ["x", None]}), sink)
    given = {
        "csv": text,
        "parquet": sink.getvalue().to_pybytes(),
        "gzip": gzip.compress(text, mtime=0),
    }
    done = subprocess.run([sys.executable, "-c", READ], input=given[kind], capture_output=True)
    assert done.stdout.decode().strip() == "[(1, 'x'), (2, None)]", done.stderr.decode()


def test_empty_standard_input():
    done = subprocess.run([sys.executable, "-c", READ], input=b"", capture_output=True)
    assert "DataError: standard input is empty" in done.stderr.decode()
