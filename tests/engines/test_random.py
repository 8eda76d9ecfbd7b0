"""random.hpp equals random.py, number for number."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule import _core, random
from chainrule.random import Key

SEEDS = st.integers(0, 2**64 - 1)


# The authors' own vectors (Random123, kat_vectors: philox 4x32, 10 rounds).
@pytest.mark.parametrize(
    ("counter", "seed", "words"),
    [
        ((0,) * 4, 0, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ((0xFFFFFFFF,) * 4, 2**64 - 1, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            0x299F31D0_A4093822,
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_known_answers(counter, seed, words):
    assert " ".join(f"{word:08x}" for word in _core.philox(counter, seed)) == words


@given(st.tuples(*[st.integers(0, 2**32 - 1)] * 4), SEEDS)
def test_philox(counter, seed):
    assert _core.philox(counter, seed) == [int(word) for word in random.philox(counter, seed)]


@given(SEEDS, st.integers(0, 2**40), st.integers(0, 200))
def test_permutation(seed, epoch, n):
    ours = _core.permutation(seed, epoch, n)
    np.testing.assert_array_equal(ours, random.permutation(seed, epoch, n))
    assert ours.dtype == np.int64


@given(
    SEEDS,
    st.integers(0, 2**40),
    st.integers(0, 50),
    st.integers(1, 7),
    st.integers(1, 13),
    st.floats(0, 1, exclude_max=True),
)
def test_keep_mask(seed, update, layer, rows, units, rate):
    np.testing.assert_array_equal(
        _core.keep_mask(seed, update, layer, rows, units, rate),
        random.keep_mask(Key(seed, update, layer), rows, units, rate),
    )
