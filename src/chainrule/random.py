"""Randomness as a function of a seed and a position, never of a stream's past.

The generator is Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy
as 1, 2, 3"): a keyed bijection of 128-bit counters. Because number i of a sequence is computed
from i alone, the order of an epoch or the mask of an update can be made anywhere, in any order, by
any engine: ``native/include/chainrule/random.hpp`` is this file in C++, with equal results.
"""

from enum import IntEnum
from math import pi
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .errors import require_integer
from .typing import Array, BoolArray, IntArray

Words = NDArray[np.uint64]

_ROUNDS = 10
_MASK = 0xFFFFFFFF

_FEW = 8
"""So many blocks of four words are sooner made one by one than as arrays."""


class Purpose(IntEnum):
    """What a sequence is for: it keeps sequences with the same seed apart."""

    ORDER = 0
    DROPOUT = 1
    PARAMETERS = 2
    SPLIT = 3
    RESAMPLE = 4
    SEARCH = 5
    SAMPLE = 6


class Key(NamedTuple):
    """The position of one layer's randomness: the plan's seed, the update, the layer's index."""

    seed: int
    update: int
    layer: int


def philox(counter: tuple[Any, Any, Any, Any], seed: int) -> tuple[Any, Any, Any, Any]:
    """Four random 32-bit words for every counter (four words, broadcast) under a 64-bit seed.

    Words are Python integers or arrays of 64 bits, into which products of two words fit.
    """
    c0, c1, c2, c3 = (w if type(w) is int else np.asarray(w, dtype=np.uint64) for w in counter)
    return _philox(c0, c1, c2, c3, seed & _MASK, seed >> 32 & _MASK)


def _philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: int, k1: int) -> tuple[Any, Any, Any, Any]:
    for _ in range(_ROUNDS):  # constants in place: for few words, looking them up takes time
        p0, p1 = c0 * 0xD2511F53, c2 * 0xCD9E8D57
        c0, c1 = p1 >> 32 ^ c1 ^ k0, p1 & 0xFFFFFFFF
        c2, c3 = p0 >> 32 ^ c3 ^ k1, p0 & 0xFFFFFFFF
        k0, k1 = k0 + 0x9E3779B9 & 0xFFFFFFFF, k1 + 0xBB67AE85 & 0xFFFFFFFF
    return c0, c1, c2, c3


def words(seed: int, purpose: Purpose, position: int, n: int, index: int = 0) -> Words:
    """The first n words of the sequence (seed, purpose, position, index)."""
    return np.asarray(_words(seed, purpose, position, n, index), dtype=np.uint64)


def _words(seed: int, purpose: Purpose, position: int, n: int, index: int = 0) -> Any:
    """The words as a tuple or a list where they are few, else as an array."""
    blocks, place = (n + 3) // 4, (index, position & _MASK, purpose._value_)
    key = seed & _MASK, seed >> 32 & _MASK
    if blocks == 1:
        return _philox(0, *place, *key)[:n]
    if blocks <= _FEW:
        return [word for block in range(blocks) for word in _philox(block, *place, *key)][:n]
    return np.stack(philox((np.arange(blocks), *place), seed), axis=-1).reshape(-1)[:n]


def uniform(seed: int, purpose: Purpose, position: int, n: int, index: int = 0) -> Array:
    """The first n numbers of a sequence, uniform in [0, 1), with 53 random bits each."""
    w = _words(seed, purpose, position, 2 * n, index)
    if type(w) is not np.ndarray:
        return np.array(list(map(_fraction, w[0::2], w[1::2])), dtype=np.float64)
    numbers: Array = _fraction(w[0::2], w[1::2])
    return numbers


def _fraction(high: Any, low: Any) -> Any:
    return (high << 21 ^ low >> 11) * 2.0**-53


def normal(seed: int, purpose: Purpose, position: int, n: int, index: int = 0) -> Array:
    """The first n numbers of a standard normal sequence (Box & Muller 1958)."""
    half = (n + 1) // 2
    u = uniform(seed, purpose, position, 2 * half, index)
    radius, angle = np.sqrt(-2.0 * np.log1p(-u[:half])), 2.0 * pi * u[half:]
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])[:n]


def permutation(seed: int, position: int, n: int, purpose: Purpose = Purpose.ORDER) -> IntArray:
    """The numbers 0..n-1 in random order: Durstenfeld's shuffle, from the last place down.

    Place i is exchanged with place floor(word_i * (i + 1) / 2^32); its bias, at most n / 2^32, is
    far below what training could show.
    """
    size = np.arange(n, 1, -1, dtype=np.uint64)
    random = words(seed, purpose, position, len(size))
    places = (random * size >> 32).tolist()
    order = list(range(n))
    for i, j in zip(range(n - 1, 0, -1), places, strict=True):
        order[i], order[j] = order[j], order[i]
    return np.array(order, dtype=np.int64)


def keep_mask(key: Key, rows: int, units: int, rate: float) -> BoolArray:
    """Which units dropout keeps, shape (rows, units): each with the probability 1 - rate.

    A unit is kept where its word is >= rate * 2^32.
    """
    blocks = (units + 3) // 4
    counter = (
        np.arange(blocks)[None, :],
        np.arange(rows)[:, None],
        key.update & _MASK,
        int(Purpose.DROPOUT) | key.layer << 8,
    )
    random = np.stack(philox(counter, key.seed), axis=-1).reshape(rows, 4 * blocks)
    return random[:, :units] >= int(rate * 2.0**32)


def new_seed() -> int:
    """A seed from the operating system, where none is given."""
    from secrets import randbits

    return randbits(63)


def check_seed(seed: Any) -> int:
    """The seed as a Python integer in 0 .. 2^64 - 1; a new one for None."""
    if type(seed) is int and 0 <= seed < 2**64:
        return seed
    if seed is None:
        return new_seed()
    require_integer("seed", seed, at_least=0, at_most=2**64 - 1)
    return int(seed)
