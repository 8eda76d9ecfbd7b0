"""How large what a page asks for may be."""

from typing import Any

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """The largest sizes of a session; every page learns them with its first message.

    Attributes
    ----------
    rows, inputs, outputs : int
        Of the data, encoded.
    layers, units, parameters : int
        Of the network; units of one layer.
    points : int
        Points drawn by hand, and rows of the data that a page is sent.
    grid : int
        Points a side of a map.
    message_bytes, upload_bytes : int
        Of one message of the page, of one table.
    sessions, tables : int
        Pages at once, and tables kept for each.
    """

    rows: int = 20_000
    inputs: int = 32
    outputs: int = 10
    layers: int = 8
    units: int = 64
    parameters: int = 20_000
    points: int = 2_000
    grid: int = 128
    message_bytes: int = 256 * 1024
    upload_bytes: int = 8 * 1024 * 1024
    sessions: int = 16
    tables: int = 4

    def to_dict(self) -> dict[str, Any]:
        """The limits by name."""
        return msgspec.structs.asdict(self)


LIMITS = Limits()
