"""Frames: what a page draws, as bytes. A header, a table of sections, and their numbers."""

import struct
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from ..typing import Array

MAGIC = 0x31465243
"""The letters CRF1."""
HEADER = struct.Struct("<6I7d2I")
SECTION = struct.Struct("<8I2d")
_TYPES = (np.dtype("u1"), np.dtype("<f4"), np.dtype("<f8"))


class Kind(IntEnum):
    """What a section holds."""

    PARAMETERS = 1
    GRADIENT = 2
    BOUNDARY = 3
    UNIT_MAPS = 4
    CURVE = 5
    UNIT_CURVES = 6
    ACTIVATIONS = 7
    ROW_INPUTS = 8
    CURVES = 9
    HEALTH = 10
    DEAD_UNITS = 11
    PATH = 12
    PREDICTIONS = 13
    LOSSES = 14
    ROW_GRADIENTS = 15


class Flag(IntEnum):
    """What holds for a whole frame."""

    PLAYING = 1
    DIVERGED = 2
    STOPPED = 4
    IN_PAST = 8
    COMPARING = 16


class Header(NamedTuple):
    """The beginning of a frame; losses and rates are nan where there are none."""

    frame: int
    network: int
    data: int
    flags: int
    update: float
    epoch: float
    batch: float
    last: float
    batch_loss: float
    rate: float
    milliseconds: float
    branch: int


class Section(NamedTuple):
    """Numbers of one kind: up to three dimensions, and what the smallest and largest byte mean."""

    kind: Kind
    values: Array
    layer: int = 0
    run: int = 0
    low: float = 0.0
    high: float = 0.0


def pack(header: Header, sections: list[Section]) -> bytes:
    """A frame as bytes; every section's numbers begin at a multiple of 8."""
    place = HEADER.size + SECTION.size * len(sections)
    table, body = [], []
    for kind, values, layer, run, low, high in sections:
        array = np.ascontiguousarray(values)
        pad = -place % 8
        place += pad
        shape = (*array.shape, 1, 1, 1)[:3]
        table.append(
            SECTION.pack(kind, run, layer, _TYPES.index(array.dtype), *shape, place, low, high)
        )
        body += [bytes(pad), array.tobytes()]
        place += array.nbytes
    head = HEADER.pack(
        MAGIC, header.frame, header.network, header.data, header.flags, len(sections),
        header.update, header.epoch, header.batch, header.last, header.batch_loss, header.rate,
        header.milliseconds, header.branch, 0,
    )  # fmt: skip
    return b"".join([head, *table, *body])


def unpack(frame: bytes) -> tuple[Header, list[Section]]:
    """The header and the sections of a frame.

    Examples
    --------
    >>> header = Header(7, 1, 1, 0, 5, 2, 1, 5, 0.25, 1e6, 0.5, 0)
    >>> again, sections = unpack(pack(header, [Section(Kind.PARAMETERS, np.array([1.0, 2.0]))]))
    >>> again == header, sections[0].values.tolist()
    (True, [1.0, 2.0])
    """
    magic, number, network, data, flags, n, *numbers = HEADER.unpack_from(frame)
    assert magic == MAGIC
    *floats, branch, _ = numbers
    header = Header._make([number, network, data, flags, *floats, branch])
    sections = []
    for k in range(n):
        place = HEADER.size + k * SECTION.size
        kind, run, layer, dtype, a, b, c, start, low, high = SECTION.unpack_from(frame, place)
        values = np.frombuffer(frame, _TYPES[dtype], a * b * c, start).reshape(a, b, c)
        while values.ndim > 1 and values.shape[-1] == 1:
            values = values[..., 0]
        sections.append(Section(Kind(kind), values, layer, run, low, high))
    return header, sections


def as_bytes(values: Array, low: float, high: float) -> Array:
    """Numbers as bytes, low as 0 and high as 255; what is not finite is the nearer end, nan 0."""
    scaled = (values - low) * (255.0 / ((high - low) or 1.0))
    np.clip(scaled, 0.0, 255.0, out=scaled)
    if np.isnan(scaled.sum()):
        np.nan_to_num(scaled, copy=False)
    return np.rint(scaled, out=scaled).astype(np.uint8)


def thinned(rows: Array, most: int) -> Array:
    """At most so many rows, evenly spread, the first and the last among them."""
    if len(rows) <= most:
        return rows
    places = np.unique(np.linspace(0, len(rows) - 1, most).round().astype(int))
    taken: Array = rows[places]
    return taken
