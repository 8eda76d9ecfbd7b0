"""Delimited texts as they are found: read as what they mean, with a word of what was assumed."""

import datetime
import os
import warnings

import pytest

from chainrule.errors import DataError, DataWarning, InvalidTypeError, InvalidValueError
from chainrule.tables import ReadOptions, read_table
from chainrule.tables.body import Body
from chainrule.tables.delimited import parse_delimited
from chainrule.tables.opening import Source
from chainrule.tables.read_options import AS_FOUND

N = 24
ROWS = "".join(f"{i},{i / 4},{'uvw'[i % 3]}\n" for i in range(N))
COLUMNS = {
    "n": list(range(N)),
    "x": [i / 4 for i in range(N)],
    "kind": ["uvw"[i % 3] for i in range(N)],
}
PLAIN = "n,x,kind\n" + ROWS


@pytest.fixture
def read(tmp_path, monkeypatch):
    """A function that writes a text, reads it, and returns its columns and what was said."""
    monkeypatch.chdir(tmp_path)

    def written(content, name="t.csv", **options):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            columns = read_table(name, **options).to_native().to_pydict()
        assert all(issubclass(w.category, DataWarning) for w in caught)
        return columns, " / ".join(str(w.message) for w in caught)

    return written


SAME = {
    "plain": PLAIN,
    "semicolon": PLAIN.replace(",", ";"),
    "semicolon, decimal comma": PLAIN.replace(",", ";").replace(".", ","),
    "tab": PLAIN.replace(",", "\t"),
    "tab, decimal comma": PLAIN.replace(",", "\t").replace(".", ","),
    "pipe": PLAIN.replace(",", "|"),
    "caret": PLAIN.replace(",", "^"),
    "blank": PLAIN.replace(",", " "),
    "several blanks": "".join(f"   {line}\n" for line in PLAIN.replace(",", "    ").splitlines()),
    "comma and blank": PLAIN.replace(",", ", "),
    "sep=": "sep=|\n" + PLAIN.replace(",", "|"),
    "line ends of Windows": PLAIN.replace("\n", "\r\n"),
    "line ends of old Macs": PLAIN.replace("\n", "\r"),
    "no line end at the end": PLAIN[:-1],
    "blank lines": PLAIN.replace("\n", "\n\n"),
    "blank first lines": "\n\n" + PLAIN,
    "byte order mark": "\ufeff" + PLAIN,
    "quoted": "\n".join(",".join(f'"{v}"' for v in line.split(",")) for line in PLAIN.splitlines()),
    "quoted once": "\n".join(
        ",".join(f"'{v}'" for v in line.split(",")) for line in PLAIN.splitlines()
    ),
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_one_table_in_many_dialects_without_a_word(read, text):
    assert read(text) == (COLUMNS, "")


SAID = {
    "title": ("Sales\n\n" + PLAIN, "1 line above the table skipped: 'Sales'"),
    "titles with separators": ("Sales,,\n,,\n" + PLAIN, "1 line above the table skipped"),
    "titles as wide as the table": (
        "Sales of 2020, in units, by kind\n" + PLAIN,
        "skipped: 'Sales of 2020",
    ),
    "comments": ("# made, by us\n# on Monday\n" + PLAIN, "2 lines above the table skipped"),
    "units above": ("s,kg,-\n" + PLAIN, "1 line above the table skipped: 's kg -'"),
    "units below": (PLAIN.replace("\n", "\n[s],[kg],-\n", 1), "1 line below the header skipped"),
    "header twice": (PLAIN.replace("\n", "\nn,x,kind\n", 1), "1 line below the header skipped"),
    "header again": (PLAIN + PLAIN.split("\n")[0] + "\n", "header stands again in line 26"),
    "notes": (
        PLAIN + "\nSource: the office, 2020\n",
        "1 line below the table left out: 'Source: the office",
    ),
    "several notes": (PLAIN + "* made\n** up, all of it\n", "2 lines below the table left out"),
    "sum": (PLAIN + "Total,69,\n", "1 row at the end left out: 'Total 69"),
    "trailing separators": (PLAIN.replace("\n", ",,\n"), "2 columns without name and values"),
    "trailing separators, not in the header": (
        "n,x,kind\n" + ROWS.replace("\n", ",\n"),
        "lines end with a separator, and the header does not",
    ),
    "empty rows": (PLAIN + ",,\n" * 5, "5 empty rows at the end left out"),
    "a spreadsheet's edge": (
        PLAIN.replace(",", ";").replace("\n", ";;\n") + ";;;;\n" * 3,
        "3 empty rows at the end left out / t.csv: 2 columns without name and values",
    ),
    "UTF-16": (PLAIN.encode("utf-16"), "it was read as UTF-16"),
    "UTF-16 without a mark": (PLAIN.encode("utf-16-be"), "it was read as UTF-16-BE"),
    "UTF-32": (PLAIN.encode("utf-32"), "it was read as UTF-32"),
}


@pytest.mark.parametrize(("text", "message"), SAID.values(), ids=SAID)
def test_one_table_and_what_was_assumed(read, text, message):
    columns, said = read(text)
    assert columns == COLUMNS
    assert message in said


@pytest.mark.parametrize(
    ("encoding", "words", "spoken"),
    [
        ("cp1252", ["Köln", "Málaga", "Besançon"], "Windows-1252"),
        ("latin-1", ["Århus", "Zürich", "São Paulo"], "Windows-1252"),
        ("cp1252", ["5 €", "it’s", "a – b"], "Windows-1252"),
        ("cp1251", ["Нижний Новгород", "Екатеринбург", "Красноярск"], "Windows-1251"),
        ("cp932", ["東京", "大阪", "名古屋"], "Shift JIS"),
        ("gb18030", ["北京", "上海", "广州"], "GB 18030"),
    ],
)
def test_encodings_from_before_unicode_are_found_and_said(read, encoding, words, spoken):
    text = "n,town\n" + "".join(f"{i},{words[i % 3]}\n" for i in range(30))
    columns, said = read(text.encode(encoding))
    assert columns["town"] == words * 10
    assert said == f"t.csv is not written in UTF-8; it was read as {spoken}"
    assert read(text.encode(encoding), encoding=encoding) == (columns, "")


def test_a_letter_far_below_tells_the_encoding_too(read):
    columns, said = read(PLAIN.encode() * 1 + b"1,2.5,u\n" * 40_000 + "1,2,Köln\n".encode("cp1252"))
    assert columns["kind"][-1] == "Köln"
    assert "Windows-1252" in said


@pytest.mark.parametrize("word", ["город", "城市", "é", "😀"])
@pytest.mark.parametrize("block", [65532, 65536, 262144, 1048576])
def test_letters_of_several_bytes_at_the_end_of_a_block(read, word, block):
    for more in range(5):
        head = "n," + "a" * more + "\n"
        n = (block - len(head)) // len(f"1,{word}\n".encode()) + 100
        columns, said = read(head + f"1,{word}\n" * n)
        assert set(columns["a" * more or "Unnamed: 1"]) == {word}, more
        assert "UTF" not in said


NAMES = {
    "row numbers": (",x,kind\n" + ROWS, ["Unnamed: 0", "x", "kind"], "without a name"),
    "one empty": ("n,,kind\n" + ROWS, ["n", "Unnamed: 1", "kind"], "without a name"),
    "two alike": ("n,x,n\n" + ROWS, ["n (column 1)", "x", "n (column 3)"], "several columns"),
    "names of rows": ("x,kind\n" + ROWS, ["Unnamed: 0", "x", "kind"], "taken for the row's name"),
    "one too many": ("n,x,kind,y\n" + ROWS, ["column1", "column2", "column3"], "is not clear"),
    "none": (ROWS, ["column1", "column2", "column3"], "looks like data"),
    "groups above": (
        ",all,\nn,x,kind\n" + ROWS,
        ["n", "x", "kind"],
        "1 line above the table skipped: 'all'",
    ),
}


@pytest.mark.parametrize(("text", "names", "message"), NAMES.values(), ids=NAMES)
def test_headers_that_do_not_fit(read, text, names, message):
    columns, said = read(text)
    assert list(columns) == names
    assert list(columns.values()) == list(COLUMNS.values())
    assert message in said


def test_a_missing_name_that_may_be_any_leaves_all_columns_without(read):
    text = "day,n,x\n" + "".join(f"{1 + i % 9}.5.2020,{i},u,{i / 4}\n" for i in range(30))
    columns, said = read(text)
    assert list(columns) == ["column1", "column2", "column3", "column4"]
    assert "line 1, has 3 names for 4 values, and which belongs where is not clear" in said


def test_a_first_row_of_words_and_missing_values_is_data(read):
    columns, said = read("a long name,another\n" + "u,NA\n" + "v,1\n" * 20)
    assert columns == {"a long name": ["u", *["v"] * 20], "another": [None, *[1] * 20]}
    assert said == ""


def test_years_and_numbers_as_names(read):
    rows = "".join(f"c{i},{i * 2.5},{i * 7},{i % 5}\n" for i in range(20))
    assert list(read("country,1990,1991,1992\n" + rows)[0]) == ["country", "1990", "1991", "1992"]
    rows = "".join(f"{i * 2.5},{i * 7},{i % 5}\n" for i in range(20))
    assert list(read("0,1,2\n" + rows)[0]) == ["0", "1", "2"]


def test_words_throughout_without_a_header(read):
    columns, said = read("".join(f"{'pq'[i % 2]},{'xyz'[i % 3]}\n" for i in range(30)))
    assert list(columns) == ["column1", "column2"]
    assert len(columns["column1"]) == 30
    assert "no header" in said


@pytest.mark.parametrize("text", ["Jane Doe {}", "Well, this is; what {} was", "a|b{}|"])
def test_one_column_of_words_is_one_column(read, text):
    lines = [text.format(i) for i in range(30)]
    if "," in text or "|" in text:
        lines = [f'"{line}"' for line in lines]
    columns, said = read("\n".join(["words", *lines]))
    assert (list(columns), said) == (["words"], "")
    assert columns["words"][2] == text.format(2)


def test_commas_in_half_of_the_lines_separate_nothing(read):
    words = ["red", "a,b"] * 9
    assert read("\n".join(["words", *words])) == ({"words": words}, "")


QUOTES = {
    "doubled": ('say "hi", you', '"say ""hi"", you"'),
    "escaped": ('say "hi", you', r'"say \"hi\", you"'),
    "a line break": ("two\nlines", '"two\nlines"'),
    "nothing special": ("5 o'clock", "5 o'clock"),
}


@pytest.mark.parametrize(("value", "written"), QUOTES.values(), ids=QUOTES)
def test_quotes(read, value, written):
    columns, said = read("n,words,x\n" + "".join(f"{i},{written},0.5\n" for i in range(30)))
    assert columns == {"n": list(range(30)), "words": [value] * 30, "x": [0.5] * 30}
    assert said == ""


CODES = {
    "leading zeros": ["007", "010", "123"],
    "leading zeros of numbers": ["01.5", "2.5", "3.5"],
    "more than 64 bits": ["12345678901234567890", "1", "2"],
    "truth in several spellings": ["true", "TRUE", "False"],
    "times": ["00:15", "1:30", "12:00"],
    "words among numbers": ["1", "2", "tbd"],
    "digits in groups": ["1,234", "5,678,901", "23"],
}


@pytest.mark.parametrize("late", [False, True], ids=["at once", "after the first megabyte"])
@pytest.mark.parametrize("cells", CODES.values(), ids=CODES)
def test_what_is_no_number_stays_as_it_is_written(read, cells, late):
    plain = [] if not late else ["1234567"] * 150_000
    every = [*plain, *cells * 4]
    columns, said = read("code,n\n" + "".join(f'"{cell}",1\n' for cell in every))
    assert columns["code"] == every
    assert set(columns["n"]) == {1}
    assert said == ""


def test_beside_decimal_commas_a_point_is_not_taken_for_one(read):
    columns, _ = read("people;rent\n" + "".join(f"{i + 1}.250;{i},5\n" for i in range(30)))
    assert columns["people"][1] != 2.25
    assert columns["rent"][1] == 1.5


def test_a_rare_line_of_another_length_is_missing_and_said(read):
    rows = [f"{i},{i / 4},u\n" for i in range(200)]
    rows[120] = "120,30.0\n"
    columns, said = read("n,x,kind\n" + "".join(rows))
    assert [column[120] for column in columns.values()] == [None] * 3
    assert columns["n"][121] == 121
    assert "has 2 values in line 122 ('120,30.0'), but its header has 3 names" in said


def test_a_stray_quote_costs_nothing_but_is_said(read):
    rows = [f'{i},"u, v",{i / 4}\n' for i in range(200)]
    rows[120] = '"120,"u, v",30.0\n'
    columns, said = read("n,kind,x\n" + "".join(rows))
    assert [column[120] for column in columns.values()] == ['"120', "u, v", 30.0]
    assert columns["x"][121] == 30.25
    assert "a quote too many in line 122 was taken as part of its value" in said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PLAIN + "1,2\n" * 5 + ROWS, r"has 2 values in line 26 \('1,2'\), but its header has 3"),
        ("n,x\n1,2\n3,4,5\n", "has 3 values in line 3"),
        ('n,x\n1,2\n"3,4\n', "has 1 value in line 3.*a quote is not closed"),
        ("1,2\n3,4\n", r"looks like data; .* header=False \(--no-header\)"),
        (b"n,x\n" + b"1,\x81\x8d\x90\n" * 20, r"cannot be told; .* name its encoding"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is a binary file"),
    ],
)
def test_what_is_refused(read, text, message):
    with pytest.raises(DataError, match=message):
        read(text)


OPTIONS = {
    "separator": ("n:x\n1:2\n", {"separator": ":"}, {"n": [1], "x": [2]}),
    "decimal": ('n,x\n1,"2,5"\n', {"decimal": ","}, {"n": [1], "x": [2.5]}),
    "thousands": ('n,x\n1,"2,500"\n', {"thousands": ","}, {"n": [1], "x": [2500]}),
    "both": ("n;x\n1;2.500,5\n", {"thousands": ".", "decimal": ","}, {"n": [1], "x": [2500.5]}),
    "apostrophes": ("n,x\n1,2'500.5\n", {"thousands": "'"}, {"n": [1], "x": [2500.5]}),
    "missing": ("n,x\n1,-999\n2,5\n", {"missing": ("-999",)}, {"n": [1, 2], "x": [None, 5]}),
    "skip": ("n,x\n5,6\na,b\n1,2\n", {"skip": 2}, {"a": [1], "b": [2]}),
    "header": ("1,2\n3,4\n", {"header": True}, {"1": [3], "2": [4]}),
    "no header": ("1,2\n3,4\n", {"header": False}, {"column1": [1, 3], "column2": [2, 4]}),
    "days first": (
        "n,d\n1,3.4.2020\n",
        {"dates": "dmy"},
        {"n": [1], "d": [datetime.datetime(2020, 4, 3)]},
    ),
    "months first": (
        "n,d\n1,3/14/2020\n",
        {"dates": "mdy"},
        {"n": [1], "d": [datetime.datetime(2020, 3, 14)]},
    ),
    "a format": (
        "n,d\n1,20200314\n",
        {"dates": "%Y%m%d"},
        {"n": [1], "d": [datetime.datetime(2020, 3, 14)]},
    ),
    "text": ("n,x\n 01,NA\n", {"text": True}, {"n": [" 01"], "x": ["NA"]}),
}


@pytest.mark.parametrize(("text", "options", "columns"), OPTIONS.values(), ids=OPTIONS)
def test_options(read, text, options, columns):
    assert read(text, **options) == (columns, "")
    assert read_table("t.csv", ReadOptions(**options)).to_native().to_pydict() == columns


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"separator": ", "}, InvalidValueError, r"separator \(=', '\) must be one character"),
        ({"decimal": ";"}, InvalidValueError, r"decimal \(=';'\) must be '\.' or ','"),
        ({"thousands": "."}, InvalidValueError, "must be another mark than decimal"),
        ({"encoding": "utf-9"}, InvalidValueError, r"encoding \(='utf-9'\)"),
        ({"skip": -1}, InvalidValueError, r"skip \(=-1\) must be >= 0"),
        ({"dates": "day"}, InvalidValueError, "dmy, mdy, ymd or a format"),
        (
            {"seperator": ";"},
            InvalidTypeError,
            r"did you mean 'separator'\?",
        ),
    ],
)
def test_options_that_cannot_be(options, kind, message):
    with pytest.raises(kind, match=message):
        read_table("penguins", **options)


def test_a_file_that_is_cut_while_it_is_read_is_an_error(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text("n,x\n" + "1.5,2.25\n" * 300_000)

    def cut(*args):
        os.truncate(path, 10)
        return Body([])

    monkeypatch.setattr("chainrule.tables.delimited.read_fast", lambda *a: cut() and None)
    with pytest.raises(DataError, match=r"t\.csv changed while it was read; read it again"):
        parse_delimited(Source("t.csv", path), AS_FOUND)


def test_a_very_wide_table(read):
    names = [f"gene{i:07d}" for i in range(8000)]
    text = "\n".join([",".join(names), *(",".join(str(i % 7) for i in range(8000)) for _ in "abc")])
    columns, said = read(text)
    assert (list(columns), said) == (names, "")
    assert columns[names[13]] == [13 % 7] * 3
