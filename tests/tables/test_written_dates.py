"""Dates as servers, spreadsheets and people in several countries write them."""

import datetime
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import DataError
from chainrule.tables import DateFormat, Pipeline, TrainingSet, decode_table, read_table
from chainrule.tables.columns import text_array
from chainrule.tables.month_names import MONTH_NUMBERS

UTC = datetime.UTC
FIRST = datetime.datetime(2015, 1, 5, 7, 8, 9, tzinfo=UTC)
MOMENTS = [FIRST + datetime.timedelta(days=11 * i, minutes=17 * i) for i in range(30)]
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)


def days_of(moments):
    return [(moment - EPOCH) / datetime.timedelta(days=1) for moment in moments]


def day_of(moments):
    return [np.floor(day) for day in days_of(moments)]


def decoded(cells):
    return decode_table({"when": list(cells), "y": ["a", "b"] * (len(cells) // 2)}, "y")


def check(cells, days):
    table = decoded(cells)
    assert table.schema.columns[0].kind == "date", table.schema
    np.testing.assert_allclose(table.features["when"], days, rtol=0, atol=1e-9)


EAST = datetime.timezone(datetime.timedelta(hours=1))
CLOCKS = {
    "ctime": lambda t: t.ctime(),
    "ctime, UTC": lambda t: f"{t:%a %b %d %H:%M:%S} UTC {t.year}",
    "date, in a zone": lambda t: f"{t.astimezone(EAST):%a %b %e %H:%M:%S} CET {t.year}",
    "Twitter": lambda t: f"{t:%a %b %d %H:%M:%S} +0000 {t.year}",
    "Apache": lambda t: f"{t.astimezone(EAST):%d/%b/%Y:%H:%M:%S} +0100",
    "Apache, in brackets": lambda t: f"[{t:%d/%b/%Y:%H:%M:%S} +0000]",
    "mail": lambda t: f"{t:%a, %d %b %Y %H:%M:%S} GMT",
    "basic": lambda t: f"{t:%Y%m%dT%H%M%S}Z",
    "America": lambda t: f"{t:%m/%d/%Y %I:%M:%S %p}",
}


@pytest.mark.parametrize("form", CLOCKS.values(), ids=CLOCKS)
def test_moments_as_servers_write_them(form):
    check([form(t) for t in MOMENTS], days_of(MOMENTS))


MONTHS = {
    "English": "January February March April May June July August September October November "
    "December",
    "German": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "Austrian": "Jänner Feber März April Mai Juni Juli August September Oktober November Dezember",
    "short German": "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "French": "janvier février mars avril mai juin juillet août septembre octobre novembre "
    "décembre",
    "short French": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "Spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "Italian": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre "
    "novembre dicembre",
    "Portuguese": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
    "Dutch": "januari februari maart april mei juni juli augustus september oktober november "
    "december",
    "Polish": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
    "listopada grudnia",
}
FORMS = {
    "5. März 2015": "{d}. {m} {y}",
    "05-März-2015": "{d:02d}-{m}-{y}",
    "März 5, 2015": "{m} {d}, {y}",
    "5 de marzo de 2015": "{d} de {m} de {y}",
    "2015-März-05": "{y}-{m}-{d:02d}",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("names", MONTHS.values(), ids=MONTHS)
def test_months_by_name(names, form):
    names = names.split()
    assert len(names) == 12
    cells = [form.format(d=t.day, m=names[t.month - 1], y=t.year) for t in MOMENTS]
    check(cells, day_of(MOMENTS))
    check([cell.upper() for cell in cells], day_of(MOMENTS))


def test_no_name_means_two_months():
    assert sorted(set(MONTH_NUMBERS.values())) == list(range(1, 13))
    assert all(name == name.casefold() and name.isascii() for name in MONTH_NUMBERS)


FIRSTS = {
    "Mar 2015": lambda t: f"{t:%b %Y}",
    "Mar-15": lambda t: f"{t:%b-%y}",
    "2015 March": lambda t: f"{t:%Y %B}",
    "03/2015": lambda t: f"{t:%m/%Y}",
    "2015-03": lambda t: f"{t:%Y-%m}",
}


@pytest.mark.parametrize("form", FIRSTS.values(), ids=FIRSTS)
def test_a_month_is_its_first_day(form):
    check([form(t) for t in MOMENTS], day_of(t.replace(day=1) for t in MOMENTS))


@pytest.mark.parametrize("form", ["{y}-Q{q}", "{y}Q{q}", "Q{q} {y}", "{y} q{q}"])
def test_a_quarter_is_its_first_day(form):
    cells = [form.format(y=t.year, q=(t.month + 2) // 3) for t in MOMENTS]
    check(cells, day_of(t.replace(month=(t.month - 1) // 3 * 3 + 1, day=1) for t in MOMENTS))


def test_integers_that_are_days_are_dates_and_said():
    cells = [int(f"{t:%Y%m%d}") for t in MOMENTS]
    check(cells, day_of(MOMENTS))
    table = decoded(cells)
    assert "20150105 is a date" in table.schema.columns[0].note
    pipeline = Pipeline.train(TrainingSet.encode(table, seed=0, preset="plain"), epochs=1)
    # Later as text, as an integer, and as a date.
    outputs = [
        pipeline.predict_proba({"when": [cell]})
        for cell in (cells[3], str(cells[3]), MOMENTS[3].replace(hour=0, minute=0, second=0))
    ]
    np.testing.assert_array_equal(outputs[0], outputs[1])
    np.testing.assert_array_equal(outputs[0], outputs[2])


@pytest.mark.parametrize("bad", [20151305, 20150230, 18991231, 21010101])
def test_integers_of_which_one_is_no_day_are_numbers(bad):
    cells = [int(f"{t:%Y%m%d}") for t in MOMENTS[1:]] + [bad]
    assert decoded(cells).schema.columns[0].kind == "number"


@pytest.mark.parametrize(
    "words", [["Model 2015", "Serie 2016"], ["May", "June"], ["Room 5", "5 mm"]]
)
def test_words_with_numbers_are_no_dates(words):
    assert decoded(words * 15).schema.columns[0].kind == "category"


def test_both_orders_in_a_column_are_refused_with_a_row_for_each():
    cells = ["13/02/2020", "02/14/2020"] * 10
    with pytest.raises(DataError, match=r"'13/02/2020' \(row 1\).*'02/14/2020' \(row 2\)"):
        decoded(cells)


@given(
    st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2100, 1, 1)),
    st.sampled_from([*MONTHS.values()]),
    st.sampled_from([*FORMS.values()]),
)
def test_any_day_in_any_language(moment, names, form):
    text = form.format(d=moment.day, m=names.split()[moment.month - 1], y=moment.year)
    days, bad = DateFormat().parse(text_array([text]))
    assert not bad.any()
    assert days[0] == (moment.date() - EPOCH.date()).days


def test_dates_by_name_in_a_file():
    rows = "".join(f"{t.day}. {t:%B} {t.year};{i},5;a{i % 2}\n" for i, t in enumerate(MOMENTS))
    table = decode_table(read_table(io.BytesIO(b"Tag;x;y\n" + rows.encode())), "y")
    np.testing.assert_array_equal(table.features["Tag"], day_of(MOMENTS))
