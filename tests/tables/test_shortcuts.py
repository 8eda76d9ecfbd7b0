"""What is read in a shorter way is read as in the long one, to the bit."""

import csv
import io
import re
import subprocess
import sys
import warnings

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import DataError, DataWarning
from chainrule.tables import Pipeline, body, prediction, read_table, watched
from chainrule.tables.body import _kind
from chainrule.tables.columns import labels_of, tidy
from chainrule.tables.dialect import Dialect, are_plain_numbers, are_short_numbers, records
from chainrule.tables.formats import read_numbers
from chainrule.tables.numerals import NumberFormat
from chainrule.tables.prediction import run_in_blocks

BARE = st.from_regex(r"-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,18})?", fullmatch=True)
WORDS = st.text("ab \t\u00a0\u200b-+.01TRUEtruefals", min_size=1, max_size=8)


def column(values, kind=None):
    return tidy(pa.chunked_array([pa.array(values, kind)]))


@given(st.lists(st.one_of(st.none(), BARE), min_size=1))
def test_numbers_of_digits_and_a_point(texts):
    parse = NumberFormat().parse
    short, bad = parse(column(texts, pa.string()))
    long, _ = parse(column([*texts, "1,000"], pa.string()))  # which has to be taken apart
    assert not bad.any()
    assert short.tobytes() == long[:-1].tobytes()


@given(st.lists(WORDS, min_size=1))
def test_texts_in_one_spelling(texts):
    def spelled(values):
        words, codes = labels_of(column(values, pa.string()))
        return [None if k < 0 else words[int(k)].as_py() for k in codes]

    # "TRUE" has other spellings, so that all texts are looked at.
    assert spelled(texts) == spelled([*texts, "TRUE"])[:-1]


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64()])
def test_numbers_are_numbers(kind):
    values = [3, None, -(2**40), 7]
    read = read_numbers(column(values, kind), NumberFormat(), "x")
    np.testing.assert_array_equal(read, [3.0, np.nan, -(2.0**40), 7.0])


LINES = st.lists(st.text('ab,;"\\ 1', max_size=12), max_size=8)


@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from([",", ";", "1"]))
def test_lines_without_quotes_are_cut_as_csv_cuts_them(lines, end, separator):
    text = end.join(lines)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        expected = list(reader)
    except csv.Error:
        return
    found = records(io.StringIO(text, newline=""), Dialect(separator))
    assert [record.values for record in found] == expected


PIECES = st.lists(st.sampled_from([*"019.,-+eE\n ", "12", "1e5", "0.5", "999999999999999"]))
WHOLE = r"-?(0|[1-9][0-9]{0,17})"
POINTED = r"-?((0|[1-9][0-9]{0,14})(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"

GROUPED = r"-?[1-9][0-9]{0,2}(\.[0-9]{3})+"


@given(st.lists(PIECES.map("".join), min_size=1, max_size=4))
def test_numbers_are_found_in_all_cells_at_once(cells):
    plain = r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?"
    assert are_plain_numbers(cells) == all(re.fullmatch(plain, cell) for cell in cells)
    pointed = [cell for cell in cells if "." in cell]
    expected = None
    if all(re.fullmatch(WHOLE, cell) for cell in cells):
        expected = pa.int64()
    elif all(re.fullmatch(POINTED, cell) for cell in cells):
        thousands = pointed and all(re.fullmatch(GROUPED, cell) for cell in pointed)
        expected = None if thousands else pa.float64()
    for n in range(len(cells) + 1):
        known = cells[len(cells) - n :]
        if not known or are_short_numbers(known):
            assert _kind(cells, n, frozenset()) == expected


ROWS = [f"{i},{i / 8},{'uvw'[i % 3]}" for i in range(2000)]
LATE = {
    "plain": "5,0.5,u",
    "a code": "007,0.5,u",
    "a code with a minus": "-007,0.5,u",
    "a code in quotes": '"007",0.5,u',
    "a word": "tbd,0.5,u",
    "no number": "5,NaN,u",
    "both infinities": "5,inf,u\n5,-inf,v",
    "a quote in a value": '5,0.5,u"v',
    "a quote too many": '5,0.5,"u"v',
    "two lines": '5,0.5,"u\nv"',
    "an open quote": '5,0.5,"u',
    "the header": "n,x,kind",
    "another length": "5,0.5",
    "blanks": " 5 , 0.5 , u ",
    "no value": "?,NA,",
}


@pytest.mark.parametrize("late", LATE.values(), ids=LATE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_is_read_at_once_or_in_pieces(late, encoding, tmp_path, monkeypatch):
    lines = ["n,x,kind", *ROWS[:1500], late, *ROWS[1500:], ""]
    (tmp_path / "t.csv").write_bytes("\n".join(lines).encode(encoding))

    def read():
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            table = read_table(tmp_path / "t.csv").to_native()
        return table.schema, repr(table.to_pydict()), [str(w.message) for w in said]

    at_once = read()
    monkeypatch.setattr(watched, "LOOK", 97)
    monkeypatch.setattr(body, "_LEAST", 97)
    assert read() == at_once
    monkeypatch.setattr(body, "_WHOLE", 0)
    monkeypatch.setattr(body, "_BLOCK", 1000)
    assert read() == at_once


@pytest.mark.parametrize("place", [50, 150, 2000])
def test_what_stands_below_the_first_lines_is_found(place, tmp_path):
    """Fewer of them are looked at where all are alike."""
    lines = ["n,x,kind", *ROWS[:place], "007,a,?", *ROWS[place:], ""]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    table = read_table(tmp_path / "t.csv")
    assert table["n"][place] == "007"
    assert table["x"][place] == "a"
    assert table["kind"][place] is None
    assert len(table) == len(ROWS) + 1


def test_a_file_is_read_while_the_interpreter_ends(tmp_path):
    (tmp_path / "t.csv").write_text("\n".join(["n,x,kind", *ROWS, "007,1.5,u", ""]))
    program = f"""
import atexit
from chainrule.tables import read_table
atexit.register(lambda: print(read_table({str(tmp_path / "t.csv")!r})["n"][-1]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("007\n", "")


@pytest.mark.parametrize("whole", [0, 1 << 26])
@pytest.mark.parametrize("place", [1000, len(ROWS) - 2])
def test_an_open_quote_costs_no_rows(place, whole, tmp_path, monkeypatch):
    """Arrow leaves out what follows it in a block."""
    monkeypatch.setattr(body, "_WHOLE", whole)
    monkeypatch.setattr(body, "_LEAST", 4000)
    monkeypatch.setattr(body, "_BLOCK", 4000)
    lines = ["n,x,kind", *ROWS[:place], '5,0.5,"u', *ROWS[place:], ""]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    with pytest.warns(DataWarning, match=f"a quote too many in line {place + 2} was taken"):
        table = read_table(tmp_path / "t.csv")
    assert len(table) == len(ROWS) + 1
    assert table["kind"][place] == '"u'


@pytest.mark.parametrize("whole", [0, 1 << 26])
def test_values_of_several_lines_at_the_ends_of_blocks(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(body, "_WHOLE", whole)
    monkeypatch.setattr(body, "_LEAST", 4000)
    monkeypatch.setattr(body, "_BLOCK", 4000)
    lines = ["n,x,kind", *ROWS, *(f'{i},1,"u\nv{i}"' for i in range(2000)), ""]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    table = read_table(tmp_path / "t.csv")
    assert table["kind"].to_list()[len(ROWS) :] == [f"u\nv{i}" for i in range(2000)]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_rows_are_predicted_in_blocks_side_by_side(threads, monkeypatch):
    pipeline = Pipeline.fit("penguins", "species", epochs=2, seed=0, preset="plain")
    columns = read_table("penguins").to_native().to_pydict()
    columns["island"][300] = "Elba"
    parts = pipeline.encoder, pipeline._predictor

    def run():
        dtype = pipeline.parameters.vector.dtype
        return run_in_blocks(*parts, read_table(columns), dtype, lambda: threads)

    outputs, unusual = run()
    monkeypatch.setattr(prediction, "BLOCK", 50)
    found, others = run()
    assert found.tobytes() == outputs.tobytes()
    assert others == unusual
    columns["year"] = ["2007"] * 340 + ["last"] * 4
    with pytest.raises(DataError, match="column 'year', row 341: 'last' is no number"):
        run()
