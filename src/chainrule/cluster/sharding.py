"""Which shard a row belongs to, and the tasks that bring rows there."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import require
from ..random import Purpose, philox
from ..typing import IntArray
from .shard_tasks import Rows
from .workers import Workers

_PIECES = 1_000_000
"""Pieces of partitions beyond which a scheduler would be busy for minutes."""


def row_words(seed: int, first: int, n: int, position: int) -> IntArray:
    """Random 32-bit words of the rows first, first + 1, ...: functions of seed and row number."""
    begin, end = first // 4, -(-(first + n) // 4)
    counters = np.arange(begin, end, dtype=np.uint64)
    words = np.stack(philox((counters, 1, position, int(Purpose.SPLIT)), seed), axis=-1)
    numbers: IntArray = words.reshape(-1)[first - 4 * begin :][:n].astype(np.int64)
    return numbers


def shards_of_rows(seed: int, first: int, n: int, shards: int) -> IntArray:
    """The shard of each of the rows first, first + 1, ..., first + n - 1 of a table.

    Of each `shards` rows in succession every shard has one, in random order: shards differ by one
    row at most, whatever order the table has, and however it lies in partitions.
    """
    begin, end = first // shards, -(-(first + n) // shards)
    words = row_words(seed, begin * shards, (end - begin) * shards, 2)
    ranks = words.reshape(-1, shards).argsort(axis=1, kind="stable")
    found: IntArray = ranks.reshape(-1)[first - begin * shards :][:n]
    return found


def cut(block: Rows, first: int, seed: int, shards: int) -> list[Rows]:
    """The rows of a block for each of the shards, in their order."""
    X, y, w = block
    of = shards_of_rows(seed, first, len(X), shards)
    rows = [np.flatnonzero(of == shard) for shard in range(shards)]
    return [(X[r], y[r], None if w is None else w[r]) for r in rows]


def pick(pieces: list[Rows], shard: int) -> Rows:
    """The piece of one shard."""
    return pieces[shard]


def join(blocks: Sequence[Rows]) -> Rows:
    """Blocks of rows as one, C-contiguous."""
    X, y, w = zip(*blocks, strict=True)
    whole = np.concatenate(X), np.concatenate(y)
    return (*whole, None if w[0] is None else np.concatenate(w))


def check_pieces(lengths: Sequence[int], shards: int) -> None:
    """Raise unless partitions of these lengths can be cut for so many shards."""
    partitions, rows = len(lengths), sum(lengths)
    require(shards <= rows, "shards", shards, f"be at most the number of rows, {rows}")
    require(
        shards == 1 or partitions * shards <= _PIECES,
        "shards",
        shards,
        f"be at most {_PIECES // partitions} for {partitions} partitions; join some of them by "
        "repartition",
    )


def make_shards(
    workers: Workers, blocks: Sequence[Any], lengths: Sequence[int], seed: int, shards: int
) -> list[Any]:
    """Futures of the rows of each shard, spread evenly over the workers.

    Parameters
    ----------
    workers : Workers
    blocks : sequence of futures
        Of rows: X, y and weights or None.
    lengths : sequence of int
        The rows of each.
    seed, shards : int
        Decide which row goes where.
    """
    filled = [(block, n) for block, n in zip(blocks, lengths, strict=True) if n]
    if shards == 1:
        return [workers.submit("shard", join, [block for block, _ in filled])]
    firsts = np.cumsum([0, *(n for _, n in filled)])[:-1].tolist()
    pieces = workers.map(
        "cut", cut, [block for block, _ in filled], firsts, seed=seed, shards=shards
    )
    picked = [workers.map("pick", pick, pieces, shard=shard) for shard in range(shards)]
    threads = workers.threads()
    if not threads:  # they are lost; whoever comes takes them
        return [workers.submit("shard", join, own) for own in picked]
    return [
        workers.submit("shard", join, own, workers=[home], allow_other_workers=True)
        for own, home in zip(picked, spread(threads, shards), strict=True)
    ]


def spread(threads: dict[str, int], shards: int) -> list[str]:
    """A worker for each shard, so that none has more for each of its threads than it must."""
    load = dict.fromkeys(threads, 0)
    homes = []
    for _ in range(shards):
        home = min(load, key=lambda address: ((load[address] + 1) / threads[address], address))
        load[home] += 1
        homes.append(home)
    return homes


class Homes:
    """Which workers there are: one that joins gets its share of the shards."""

    def __init__(self, workers: Workers) -> None:
        self.workers = workers
        self.known = {*workers.threads()}
        self.moves: list[Any] = []

    def share_with_newcomers(self, shards: Sequence[Any]) -> None:
        """Begin to copy shards to workers that were not there before; rounds go where they are."""
        threads = self.workers.threads()
        newcomers, self.known = {*threads} - self.known, {*threads}
        if newcomers:
            homes = zip(shards, spread(threads, len(shards)), strict=True)
            self.moves = [
                self.workers.submit("move", len, shard, workers=[home], allow_other_workers=True)
                for shard, home in homes
                if home in newcomers
            ]
