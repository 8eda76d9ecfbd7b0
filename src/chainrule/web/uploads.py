"""Tables that a person drops onto the page."""

import io
from secrets import token_hex
from typing import Any

from ..errors import ChainruleError, DataError
from ..tables import read_table
from .limits import LIMITS
from .problem import data_of, problem_of
from .refusal import RefusedError, refusal
from .session import PageSession
from .settings import Settings
from .starts import start, table_settings


class _Named(io.BytesIO):
    """Bytes with the name of the file that they come from."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = name


def read_upload(data: bytes, name: str) -> Any:
    """The table in a file's bytes.

    Raises
    ------
    RefusedError
        If it cannot be read as one.
    """
    try:
        return read_table(_Named(data, name))
    except (ChainruleError, MemoryError) as error:
        raise refusal(error, "table") from None


def keep_table(session: PageSession, table: Any, name: str) -> dict[str, Any]:
    """Keep a table for a session, and say what it holds; runs in the session's thread."""
    columns = described(table)
    if len(columns) < 2:
        raise RefusedError(
            "table", f"{name} has one column; a target and something to predict it from make two"
        )
    key = token_hex(8)
    session.tables[key] = (name, table)
    used = session.run.problem.settings.data.table
    while len(session.tables) > LIMITS.tables:
        del session.tables[next(k for k in session.tables if k not in (used, key))]
    usable = [c["name"] for c in columns if c["usable_as_target"]]
    return {
        "ok": True, "table": key, "name": name, "rows": len(table), "columns": columns,
        "target": usable[-1] if usable else None,
        "message": "" if usable else "no column has two different values",
    }  # fmt: skip


def described(table: Any) -> list[dict[str, Any]]:
    """The columns: names, kinds, how many different and missing values."""
    found = []
    for name in table.columns:
        column = table[name]
        distinct = int(column.drop_nulls().n_unique())
        numeric = column.dtype.is_numeric()
        found.append(
            {
                "name": name,
                "kind": "number" if numeric else "date" if column.dtype.is_temporal() else "text",
                "distinct": distinct,
                "missing": int(column.null_count()),
                "usable_as_target": distinct >= 2 and (numeric or distinct <= LIMITS.outputs),
            }
        )
    return found


def given_table(table: Any, name: str, target: str | None) -> tuple[Settings, dict[str, Any]]:
    """Settings for a table that the server starts with, under the id "given".

    Raises
    ------
    DataError
        If it cannot be learned from.
    """
    usable = [c["name"] for c in described(table) if c["usable_as_target"]]
    if target is None and not usable:
        raise DataError(f"{name}: no column has two different values")
    data = {"kind": "table", "table": "given", "target": target or usable[-1], "validation": 0.3}
    settings = Settings().changed({**start("table"), "data": data})
    try:
        found = data_of(settings.data, {"given": table})
        settings = settings.changed(table_settings(found.task))
        return problem_of(settings, found).settings, {"given": (name, table)}
    except RefusedError as error:
        raise DataError(error.message) from None
