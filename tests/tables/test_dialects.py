"""A random table in a random dialect is read back as it was, or refused with a reason."""

import codecs
import csv
import gzip
import io
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainrule.errors import DataError
from chainrule.tables import read_table
from chainrule.tables.columns import MISSING_MARKS

ONE = "\x1d"
"""Stands for several characters between values until the whole text is written."""
WORDS = ["red", "green", "blue", "day-old", "O'Neill", "x y", "grün", "Łódź", "a,b", "c;d", "e|f"]
KINDS = {
    "integers": st.integers(-(10**6), 10**6).map(str),
    "numbers": st.floats(-1e4, 1e4).map(lambda x: f"{x:.4f}"),
    "words": st.sampled_from([*WORDS, 'say "hi"', "two\nlines"]),
    "dates": st.dates().map(lambda day: day.isoformat().zfill(10)),
}


@st.composite
def tables(draw):
    """Kinds and cells of a table: at least five rows, no row empty, a word or number in each."""
    kinds = draw(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=5))
    n = draw(st.integers(5, 30))
    mark = draw(st.sampled_from([*MISSING_MARKS[1:], ""]))
    columns = []
    for kind in kinds:
        cells = draw(st.lists(KINDS[kind], min_size=n, max_size=n))
        # An empty last row would be a spreadsheet's edge.
        last = n - 1 if mark else n - 2
        holes = draw(st.sets(st.integers(0, last), max_size=2)) if len(kinds) > 1 else set()
        columns.append([mark if i in holes else cell for i, cell in enumerate(cells)])
    return kinds, columns


@st.composite
def dialects(draw):
    separator = draw(st.sampled_from([",", ";", "\t", "|", "::"]))
    return {
        "separator": separator,
        "end": draw(st.sampled_from(["\n", "\r\n", "\r"])),
        "quoting": draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])),
        "encoding": draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])),
        "comma": separator != "," and draw(st.booleans()),
        "title": draw(st.booleans()),
        "gzip": draw(st.booleans()),
    }


def written(kinds, columns, dialect):
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=ONE if len(dialect["separator"]) > 1 else dialect["separator"],
        lineterminator=dialect["end"],
        quoting=dialect["quoting"],
    )
    if dialect["title"] and len(kinds) > 1:  # above one column a title may be its name
        text.write(f"A title{dialect['end']}")
    writer.writerow([f"{kind} {j}" for j, kind in enumerate(kinds)])
    if dialect["comma"]:
        columns = [
            [cell.replace(".", ",") for cell in cells] if kind == "numbers" else cells
            for kind, cells in zip(kinds, columns, strict=True)
        ]
    writer.writerows(zip(*columns, strict=True))
    mark = codecs.BOM_UTF16_BE if dialect["encoding"] == "utf-16-be" else b""
    whole = text.getvalue().replace(ONE, dialect["separator"])
    content = mark + whole.encode(dialect["encoding"])
    return gzip.compress(content, mtime=0) if dialect["gzip"] else content


def check(table, dialect):
    kinds, columns = table
    if dialect["end"] == "\r":  # then csv's writer leaves \n without quotes
        columns = [[cell.replace("\n", " ") for cell in cells] for cells in columns]
    content = written(kinds, columns, dialect)
    refused = ""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = read_table(io.BytesIO(content)).to_native()
        except DataError as error:
            refused = str(error)
    if refused:
        assert "the file" in refused
        assert "; " in refused
        return
    said = " ".join(str(w.message) for w in caught)
    assert found.num_columns == len(kinds), (found.column_names, said)
    assert found.num_rows == len(columns[0]), said
    for j, (kind, cells) in enumerate(zip(kinds, columns, strict=True)):
        names = found.column_names
        assert names[j] == f"{kind} {j}" or "column1" in said, (names, said)
        for cell, value in zip(cells, found.column(j).to_pylist(), strict=True):
            assert same(cell, value, kind, dialect), (cell, value, said)


def same(cell, value, kind, dialect):
    """Whether a value is what its cell says, or the cell itself where nothing was assumed."""
    if cell in MISSING_MARKS:
        return value is None
    if isinstance(value, str):
        return value in (cell, cell.replace(".", ","))
    if kind == "dates":
        return value.isoformat().startswith(cell)
    return kind in ("integers", "numbers") and value == float(cell)


HASTE = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=60, deadline=None, suppress_health_check=HASTE)
@given(tables(), dialects())
def test_what_was_written_is_read(table, dialect):
    check(table, dialect)


@pytest.mark.slow
@settings(max_examples=2000, deadline=None, suppress_health_check=HASTE)
@given(tables(), dialects())
def test_what_was_written_is_read_whatever_it_is(table, dialect):
    check(table, dialect)
