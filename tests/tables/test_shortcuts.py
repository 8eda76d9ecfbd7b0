"""What is read in a shorter way is read as in the long one, to the bit."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.tables.columns import labels_of, tidy
from chainrule.tables.formats import read_numbers
from chainrule.tables.numerals import NumberFormat

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
