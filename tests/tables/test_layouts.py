"""Files around whose table, or in whose lines, other things stand."""

import csv
import io
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.errors import DataError, DataWarning
from chainrule.tables import Schema, decode_table, read_table

N = 30
COLUMNS = {
    "city": [("Bonn", "New York", "Köln")[i % 3] for i in range(N)],
    "n": [7 * i for i in range(N)],
    "x": [i / 4 for i in range(N)],
}


def lines(separator=",", columns=COLUMNS):
    return [separator.join(map(str, row)) for row in zip(*columns.values(), strict=True)]


def text(head, body, end="\n"):
    return end.join([*head, *body, ""]).encode()


def read(content, **options):
    """The columns, and what was said."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table = read_table(io.BytesIO(content), **options).to_native().to_pydict()
    assert all(w.category is DataWarning for w in caught)
    return table, " / ".join(str(w.message) for w in caught)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", ["::", "||"])
def test_two_characters_between_values(separator, end):
    content = text([separator.join(COLUMNS)], lines(separator), end)
    assert read(content) == (COLUMNS, "")
    assert read(content, separator=separator) == (COLUMNS, "")


def test_two_characters_without_a_header():
    table, said = read(text([], lines("::")))
    assert list(table.values()) == list(COLUMNS.values())
    assert "no header" in said


@pytest.mark.parametrize("separator", ["::", "||", "<=>", "\t\t", "~|~"])
def test_any_characters_that_are_named(separator):
    content = text([separator.join(COLUMNS)], lines(separator))
    assert read(content, separator=separator) == (COLUMNS, "")


def test_the_two_characters_stay_within_quotes():
    rows = [f'"a::{i}"::{i}::p' for i in range(N)]
    table, _ = read(text(["name::n::y"], rows), separator="::")
    assert table["name"] == [f"a::{i}" for i in range(N)]
    assert table["n"] == list(range(N))


def test_two_characters_across_blocks():
    """The first half of a separator may end a block, in which bytes are read."""
    n = 60_000
    rows = [f"{i}::{'x' * (i % 37)}y::{i % 7}" for i in range(n)]
    table, said = read(text(["i::text::k"], rows))
    assert said == ""
    assert table["i"] == list(range(n))
    assert table["k"] == [i % 7 for i in range(n)]


def test_colons_of_addresses_separate_nothing():
    rows = [f"fe80::{i:x},{i},p" for i in range(N)]
    table, _ = read(text(["address,n,y"], rows))
    assert table["n"] == list(range(N))


@pytest.mark.parametrize("right", [False, True])
def test_values_in_columns_of_blanks_may_contain_one(right):
    form = "{:>12}{:>8}{:>8}" if right else "{:<12}{:<8}{:<8}"
    rows = [form.format(*row) for row in zip(*COLUMNS.values(), strict=True)]
    assert read(text([form.format(*COLUMNS)], rows)) == (COLUMNS, "")


@pytest.mark.parametrize("again", ["city,n,x", "CITY,N,X", " city , n , x "])
@pytest.mark.parametrize("at", [[10], [10, 20]])
def test_a_header_that_stands_again_is_left_out_and_said(again, at):
    rows = lines()
    for i in reversed(at):
        rows.insert(i, again)
    table, said = read(text(["city,n,x"], rows))
    assert table == COLUMNS
    assert f"the header stands again in line {at[0] + 2}" in said


@pytest.mark.parametrize("again", ["a,b", "A,B"])
@pytest.mark.parametrize("n", [40, 60_000])
def test_a_header_that_stands_again_among_words(again, n):
    rows = [f"{('red', 'blue')[i % 2]},{('x', 'y', 'z')[i % 3]}" for i in range(n)]
    rows.insert(n - 5, again)
    table, said = read(text(["a,b"], rows), header=True)
    assert len(table["a"]) == n
    assert "the header stands again" in said


def test_a_value_like_the_only_name_but_for_its_case_is_a_value():
    table, _ = read(text(["a"], [("A", "B", "C")[i % 3] for i in range(N)]), header=True)
    assert table["a"] == [("A", "B", "C")[i % 3] for i in range(N)]


UNITS = ["[town],[1],[m]", "-,pcs.,m", "name,count,metres per second", "string,int,float"]


@pytest.mark.parametrize("units", UNITS)
def test_a_row_of_units_is_left_out_and_said(units):
    table, said = read(text(["city,n,x", units], lines()))
    assert table == COLUMNS
    assert "1 line below the header skipped" in said


def test_lines_of_comment_are_no_rows():
    rows = lines()
    rows.insert(9, "# the sensor was replaced")
    rows.insert(15, "#")
    table, said = read(text(["city,n,x"], rows))
    assert table == COLUMNS
    assert "2 lines of comment left out, the first in line 11" in said


@pytest.mark.parametrize("mark", ["#", "%", "//"])
def test_names_behind_a_mark_of_comment(mark):
    rows = [f"{i} {i / 4} {i % 3}" for i in range(N)]
    table, _ = read(text([f"{mark} a b c"], rows))
    assert list(table) == ["a", "b", "c"]
    assert table["b"] == COLUMNS["x"]


@pytest.mark.parametrize("k", [1, 2, 5])
def test_separators_at_the_end_of_lines_but_not_of_the_header(k):
    table, said = read(text(["city,n,x"], [line + "," * k for line in lines()]))
    assert table == COLUMNS
    assert "lines end with" in said


def test_years_as_names_above_numbers_that_count():
    rows = [f"c{i},{i},{i + 1},{i + 2}" for i in range(N)]
    table, _ = read(text(["country,2019,2020,2021"], rows))
    assert list(table) == ["country", "2019", "2020", "2021"]
    assert table["2019"] == list(range(N))


def test_names_of_groups_above_the_names():
    rows = [f"c{i},{i},{2 * i},{3 * i},{4 * i}" for i in range(N)]
    table, said = read(text([",2019,2019,2020,2020", "city,men 1,women 1,men 2,women 2"], rows))
    assert list(table) == ["city", "men 1", "women 1", "men 2", "women 2"]
    assert "1 line above the table skipped" in said


def test_sums_between_rows_stay_and_are_said():
    rows = [f"{'North' if i < 15 else 'South'},{i},{i / 4}" for i in range(N)]
    rows.insert(15, "Subtotal,105,26.25")
    table, said = read(text(["region,n,x"], rows))
    assert len(table["n"]) == N + 1
    assert "row 16 looks like a sum of others ('Subtotal')" in said


def test_rows_with_another_separator_are_no_notes():
    rows = lines()[:20] + lines(";")[20:]
    with pytest.raises(DataError, match=r"line 22 .* correct that line and 9 others"):
        read(text(["city,n,x"], rows))


@pytest.mark.parametrize("n_odd", [2, 4, 10])
def test_many_lines_of_another_length_are_refused_with_the_first_and_their_share(n_odd):
    rows = lines()
    for i in range(n_odd):
        rows[3 + 2 * i] += ",more"
    share = n_odd / N
    with pytest.raises(DataError, match=rf"4 values in line 5 .*{share:.1%} of {N} lines.*--separ"):
        read(text(["city,n,x"], rows))


def test_lines_in_quotes_as_a_whole():
    whole = io.StringIO()
    csv.writer(whole, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(
        [line] for line in ["city,n,x", *lines()]
    )
    table, said = read(whole.getvalue().encode())
    assert table == COLUMNS
    assert "each line is in quotes" in said


@pytest.mark.parametrize(
    "page", ["<!DOCTYPE html>\n<html>", "<html>", '<?xml version="1.0"?>\n<r>']
)
def test_a_page_is_no_table(page):
    with pytest.raises(DataError, match="a page of HTML or XML"):
        read((page + "<p>1,2</p>\n" * 30).encode())


@pytest.mark.parametrize(
    ("encoding", "spoken"), [("mac_roman", "Mac OS Roman"), ("cp850", "DOS code page 850")]
)
@pytest.mark.parametrize("words", [["Köln", "Zürich", "Größe"], ["élève", "forêt", "déjà"]])
def test_encodings_of_old_machines(encoding, spoken, words):
    rows = [f"{words[i % 3]};{i}" for i in range(N)]
    table, said = read("\n".join(["Wort;n", *rows]).encode(encoding))
    assert table["Wort"] == [words[i % 3] for i in range(N)]
    assert spoken in said


WORDS = ["“so” – ‘it’ is…", "Brand™ • 5 €", "naïve café", "Ærø ½ m²", "Žižek", "Škoda, Beneš"]


@pytest.mark.parametrize("words", WORDS)
def test_signs_of_windows_1252_stay_so(words):
    table, said = read("\n".join(["a;n", *(f"{words};{i}" for i in range(N))]).encode("cp1252"))
    assert table["a"] == [words] * N
    assert "Windows-1252" in said


@pytest.mark.parametrize("n", [1, 2, 3])
def test_byte_order_marks_however_many(n):
    assert read(b"\xef\xbb\xbf" * n + text(["city,n,x"], lines())) == (COLUMNS, "")


NUMBERS = {
    "minus behind": (lambda x: f"{abs(x):.2f}{'-' if x < 0 else ''}", "."),
    "minus behind, comma": (
        lambda x: f"{abs(x):.2f}".replace(".", ",") + ("-" if x < 0 else ""),
        ",",
    ),
    "Fortran": (lambda x: f"{x:.6E}".replace("E", "D"), "."),
}


@pytest.mark.parametrize(("form", "mark"), NUMBERS.values(), ids=NUMBERS)
@settings(max_examples=25)
@given(st.lists(st.integers(-(10**6), 10**6), min_size=12, max_size=40))
def test_numbers_as_programs_write_them(form, mark, numbers):
    numbers = [n / 100 for n in [*numbers, -5, 12]]
    table = {"x": list(map(form, numbers)), "z": list(range(len(numbers)))}
    labels = [("a", "b")[i % 2] for i in range(len(numbers))]
    decoded = decode_table({**table, "y": labels}, "y", decimal=mark)
    np.testing.assert_allclose(decoded.features["x"], numbers, rtol=1e-6)


@pytest.mark.parametrize("mark", ["–", "—", "…", "\\N", "k.A.", "n.d.", "missing"])
def test_more_marks_of_missing_numbers(mark):
    cells = [mark if i % 5 == 0 else str(i / 4) for i in range(N)]
    decoded = decode_table({"x": cells, "y": ["a", "b"] * (N // 2)}, "y")
    assert np.isnan(decoded.features["x"]).sum() == N // 5


@pytest.mark.parametrize("sentinel", [-999, -99, 9999, -1])
@pytest.mark.parametrize("target", [False, True])
def test_a_number_far_from_all_others_that_recurs_is_said(sentinel, target):
    values = [sentinel if i % 6 == 0 else 50 + i % 7 / 8 for i in range(N)]
    other = [i / 4 for i in range(N)]
    table = {"x": other, "y": values} if target else {"x": values, "y": other}
    described = Schema.fit(table, "y").describe()
    assert f"{sentinel} stands 5 times, far from all others" in described
    near = [value if value != sentinel else 51 for value in values]
    assert "far from all others" not in Schema.fit({"x": near, "y": other}, "y").describe()


def test_what_a_doubtful_number_is_can_be_said():
    rows = [f"{-999 if i % 6 == 0 else i},{i / 4}" for i in range(N)]
    table, _ = read(text(["x,y"], rows), missing="-999")
    assert table["x"] == [None if i % 6 == 0 else i for i in range(N)]


def test_a_target_in_several_units_is_refused():
    table = {"x": list(range(N)), "y": [f"{i} {('kg', 'g')[i % 2]}" for i in range(N)]}
    with pytest.raises(DataError, match=r"several units \('g', 'kg'\); write all in one unit"):
        Schema.fit(table, "y")


def test_objects_in_objects_are_columns(tmp_path):
    path = tmp_path / "t.json"
    path.write_text(
        "\n".join(f'{{"a": {{"b": {{"c": {i}}}, "d": "x"}}, "y": {i}}}' for i in range(9))
    )
    table = read_table(path).to_native().to_pydict()
    assert table == {"a.b.c": list(range(9)), "a.d": ["x"] * 9, "y": list(range(9))}
