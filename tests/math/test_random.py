import numpy as np
import pytest

from chainrule.errors import InvalidTypeError, InvalidValueError
from chainrule.random import (
    Key,
    Purpose,
    check_seed,
    keep_mask,
    new_seed,
    normal,
    permutation,
    philox,
    uniform,
    words,
)

ONES = 0xFFFFFFFF

# The known answers of Random123 1.09 for philox4x32-10: counter, key, result.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN)
def test_philox_known_answers(counter, key, expected):
    assert tuple(int(w) for w in philox(counter, key[0] | key[1] << 32)) == expected


def test_philox_broadcasts():
    rows, columns = np.arange(3)[:, None], np.arange(5)[None, :]
    w = philox((columns, rows, 7, 1), 11)
    assert w[0].shape == (3, 5)
    for i in range(3):
        for j in range(5):
            assert [int(v[i, j]) for v in w] == [int(v) for v in philox((j, i, 7, 1), 11)]


def test_numbers_do_not_depend_on_how_many_are_asked_for():
    whole = words(3, Purpose.ORDER, 9, 1000)
    for n in (0, 1, 3, 4, 5, 32, 33, 999):  # 8 blocks at most are made one by one
        np.testing.assert_array_equal(words(3, Purpose.ORDER, 9, n), whole[:n])
    np.testing.assert_array_equal(
        uniform(3, Purpose.SPLIT, 0, 10), uniform(3, Purpose.SPLIT, 0, 99)[:10]
    )


def test_sequences_differ():
    sequences = [
        words(seed, purpose, position, 8).tobytes()
        for seed in (0, 1, 2**32, 2**64 - 1)
        for purpose in Purpose
        for position in (0, 1, 2)
    ]
    assert len(set(sequences)) == len(sequences)


def test_uniform():
    u = uniform(1, Purpose.PARAMETERS, 0, 100_000)
    assert u.dtype == np.float64
    assert 0 <= u.min() < 1e-4
    assert 1 - 1e-4 < u.max() < 1
    counts = np.histogram(u, bins=50, range=(0, 1))[0]
    assert chi_square(counts) < 100  # 49 degrees of freedom: mean 49, deviation 9.9
    # All 53 bits: the low ones are as even as the high ones.
    low = (u * 2.0**53).astype(np.uint64) % np.uint64(64)
    assert chi_square(np.bincount(low.astype(int), minlength=64)) < 63 + 5 * 11.2


def test_normal():
    x = normal(2, Purpose.PARAMETERS, 0, 100_001)
    assert len(x) == 100_001
    n = len(x)
    # Means of x, x^2, x^3 and x^4 have the deviations sqrt(1, 2, 15, 96) / sqrt(n).
    for power, mean, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((x**power).mean() - mean) < 4.5 * np.sqrt(variance / n)
    assert abs(np.corrcoef(x[:-1], x[1:])[0, 1]) < 4.5 / np.sqrt(n)


@pytest.mark.parametrize("n", [1, 2, 3, 10, 1000, 4097])
def test_permutation_is_one(n):
    order = permutation(4, 0, n)
    assert order.dtype == np.int64
    np.testing.assert_array_equal(np.sort(order), np.arange(n))


def chi_square(counts):
    expected = counts.sum() / counts.size
    return float(((counts - expected) ** 2 / expected).sum())


def test_permutations_are_uniform():
    # 24 orders of 4 rows, 6,000 epochs: 23 degrees of freedom, mean 23, deviation 6.8.
    orders = [tuple(permutation(5, epoch, 4)) for epoch in range(6_000)]
    _, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(counts) == 24
    assert chi_square(counts) < 23 + 5 * 6.8


def test_every_row_comes_to_every_place():
    n, epochs = 20, 2000
    places = np.zeros((n, n))
    for epoch in range(epochs):
        places[np.arange(n), permutation(6, epoch, n)] += 1
    # 19^2 = 361 degrees of freedom: mean 361, deviation 27.
    assert chi_square(places) < 361 + 5 * 27


def test_permutation_is_a_function_of_seed_and_epoch():
    first = permutation(7, 3, 50)
    np.testing.assert_array_equal(first, permutation(7, 3, 50))
    assert not np.array_equal(first, permutation(7, 4, 50))
    assert not np.array_equal(first, permutation(8, 3, 50))
    assert not np.array_equal(first, permutation(7, 3, 50, Purpose.SPLIT))


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9])
def test_keep_mask_rate(rate):
    mask = keep_mask(Key(1, 2, 3), 1000, 101, rate)
    assert mask.shape == (1000, 101)
    deviation = np.sqrt(rate * (1 - rate) / mask.size)
    assert abs(mask.mean() - (1 - rate)) <= 5 * deviation
    assert abs(mask.mean(axis=0) - (1 - rate)).max() <= 5 * np.sqrt(rate * (1 - rate) / 1000)


def test_keep_mask_is_a_function_of_the_place():
    whole = keep_mask(Key(1, 2, 3), 64, 33, 0.5)
    np.testing.assert_array_equal(keep_mask(Key(1, 2, 3), 10, 33, 0.5), whole[:10])
    np.testing.assert_array_equal(keep_mask(Key(1, 2, 3), 64, 5, 0.5), whole[:, :5])
    for other in (Key(0, 2, 3), Key(1, 3, 3), Key(1, 2, 4)):
        agree = (keep_mask(other, 64, 33, 0.5) == whole).mean()
        assert abs(agree - 0.5) < 5 * 0.5 / np.sqrt(64 * 33)


def test_seeds():
    assert check_seed(0) == 0
    assert check_seed(np.int64(5)) == 5
    assert check_seed(2**64 - 1) == 2**64 - 1
    assert check_seed(None) != check_seed(None)
    assert 0 <= new_seed() < 2**63
    with pytest.raises(InvalidValueError, match=r"seed \(=-1\) must be >= 0"):
        check_seed(-1)
    with pytest.raises(InvalidValueError, match=r"must be < 2\*\*64"):
        check_seed(2**64)
    for wrong in (1.5, "1", True):
        with pytest.raises(InvalidTypeError, match="must be an integer"):
            check_seed(wrong)
