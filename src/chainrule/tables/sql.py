"""The rows that a query to a database gives."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import chain
from typing import Any

from ..errors import DataError, plain_line, require, require_text, shown

_DRIVERS = {
    "sqlite": "adbc_driver_sqlite",
    "file": "adbc_driver_sqlite",
    "postgresql": "adbc_driver_postgresql",
    "postgres": "adbc_driver_postgresql",
}


@dataclass(frozen=True)
class Query:
    """A query to a database, in place of a table: `read_table`, `scan_table` and so on take one.

    Parameters
    ----------
    sql : str
        A statement that gives rows: ``"SELECT * FROM sales"``. It is run as it is: never put
        together a query from text that others have written.
    uri : str
        The database: ``"sqlite:sales.db"`` or ``"postgresql://user@host:5432/sales"``. A password
        is better left to the environment (PGPASSWORD) or to the file ``~/.pgpass``.

    Raises
    ------
    InvalidValueError
        If the URI is of another kind.
    DataError
        When rows are read: if the driver is not installed, the database is not there or the query
        fails. The message never shows the URI, which may hold a password.

    Examples
    --------
    >>> from chainrule.tables import Query
    >>> Query("SELECT * FROM sales", "sqlite:sales.db").name
    'the query to sqlite'
    """

    sql: str
    uri: str

    def __post_init__(self) -> None:
        require_text("sql", self.sql)
        require_text("uri", self.uri)
        known = self.scheme in _DRIVERS and ":" in self.uri
        rule = "be sqlite:PATH or postgresql://USER@HOST/NAME"
        require(known, "uri", f"{self.scheme}:...", rule)

    def __repr__(self) -> str:
        return f"Query({self.sql!r}, {self.scheme}:...)"

    @property
    def scheme(self) -> str:
        """What kind of database it is."""
        return self.uri.partition(":")[0].lower()

    @property
    def name(self) -> str:
        """What errors call the rows."""
        return f"the query to {self.scheme}"

    def read(self) -> Any:
        """All rows, as a pyarrow table."""
        import pyarrow as pa

        with self.batches() as batches:
            return pa.concat_tables(batches)

    @contextmanager
    def batches(self) -> Iterator[Iterator[Any]]:
        """The rows as pyarrow tables, one after the other; the first may have none."""
        import pyarrow as pa

        dbapi, place = self._driver()
        connection = None
        try:
            connection = dbapi.connect(place)
            with connection.cursor() as cursor:
                cursor.execute(str(self.sql))
                reader = cursor.fetch_record_batch()
                yield map(_plain, chain([reader.schema.empty_table()], map(_as_table, reader)))
        except (dbapi.Error, pa.ArrowException, OSError, UnicodeError) as error:
            raise DataError(f"{self.name} failed: {self._reason(error)}") from None
        finally:
            if connection is not None:
                connection.close()

    def _driver(self) -> tuple[Any, str]:
        module = _DRIVERS[self.scheme]
        try:
            dbapi = import_module(f"{module}.dbapi")
        except ImportError:
            raise DataError(
                f"{self.name} needs the driver {module}: pip install 'chainrule[sql]'"
            ) from None
        if module != "adbc_driver_sqlite" or self.scheme == "file":
            return dbapi, self.uri
        place = self.uri.partition(":")[2]
        # sqlite:///sales.db is a path relative to this folder, sqlite:////data/sales.db is not.
        path = place.removeprefix("///") if place.startswith("///") else place
        if path != ":memory:":
            from pathlib import Path

            if not Path(path).is_file():  # the driver would make an empty one
                raise DataError(f"there is no database {shown(path, 300)}")
        return dbapi, path

    def _reason(self, error: Exception) -> str:
        text = plain_line(str(error).replace(self.uri, f"{self.scheme}:...").strip(), 400)
        if "Type mismatch" in text:  # SQLite's columns hold values of several types
            text += "; give the column one type in the query: CAST(x AS TEXT) AS x"
        return text or type(error).__name__


def _as_table(batch: Any) -> Any:
    import pyarrow as pa

    return pa.table(batch)


def _plain(table: Any) -> Any:
    """The columns that are no plain type to pyarrow, NUMERIC and UUID, as the text they came as."""
    import pyarrow as pa

    columns = [
        pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)
        if isinstance(column.type, pa.BaseExtensionType)
        else column
        for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)
