"""Rows of a query: SQLite, and a PostgreSQL server that the tests start."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from chainrule.errors import DataError, InvalidTypeError, InvalidValueError
from chainrule.tables import Pipeline, Query, read_table, scan_table

N = 300
ROWS = [
    (i, i % 7 / 2 if i % 11 else None, "abc"[i % 3], f"2024-05-{i % 28 + 1:02d}") for i in range(N)
]
OPTIONS = {"epochs": 3, "hidden": (4,), "seed": 1, "preset": "plain"}


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "sales.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE sales (n INTEGER, price REAL, kind TEXT, day TEXT)")
    connection.executemany("INSERT INTO sales VALUES (?, ?, ?, ?)", ROWS)
    connection.commit()
    connection.close()
    return path


def assert_rows(table):
    native = table.to_native()
    assert native.column_names == ["n", "price", "kind", "day"]
    assert native["n"].to_pylist() == [row[0] for row in ROWS]
    assert native["price"].to_pylist() == [row[1] for row in ROWS]
    assert native["kind"].to_pylist() == [row[2] for row in ROWS]


ALL = "SELECT * FROM sales ORDER BY n"
MIXED = (
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000) "
    "SELECT CASE n WHEN 2500 THEN 'x' ELSE n END AS n FROM c"
)


@pytest.mark.parametrize("form", ["sqlite:{}", "sqlite:///{}", "file:{}?mode=ro"])
def test_sqlite(database, form):
    assert_rows(read_table(Query(ALL, form.format(database))))


def test_a_path_relative_to_the_folder(database, monkeypatch):
    monkeypatch.chdir(database.parent)
    for form in ("sqlite:sales.db", "sqlite:///sales.db"):
        assert_rows(read_table(Query(ALL, form)))


def test_a_query_is_learned_from_in_memory_and_piece_by_piece(database):
    query = Query(ALL, f"sqlite:{database}")
    memory = Pipeline.fit(query, "price", **OPTIONS)
    streamed = Pipeline.fit(scan_table(query), "price", **OPTIONS)
    np.testing.assert_array_equal(streamed.parameters.vector, memory.parameters.vector)
    np.testing.assert_array_equal(streamed.predict(query), memory.predict(scan_table(query)))


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT * FROM nope", "the query to sqlite failed: .*no such table: nope"),
        ("SELEKT 1", "the query to sqlite failed: .*syntax error"),
        ("SELECT * FROM sales WHERE n < 0", "no rows"),
        ("DELETE FROM sales", "no columns|no rows"),
        (MIXED, r"Type mismatch .*CAST\(x AS TEXT\)"),
    ],
)
@pytest.mark.parametrize("read", [read_table, scan_table])
def test_a_query_that_fails_is_said_and_changes_nothing(read, sql, message, database):
    with pytest.raises(DataError, match=message):
        read(Query(sql, f"sqlite:{database}"))
    assert_rows(read_table(Query(ALL, f"sqlite:{database}")))


def test_a_database_that_is_not_there_is_said_and_not_made(tmp_path):
    with pytest.raises(DataError, match="there is no database"):
        read_table(Query("SELECT 1", f"sqlite:{tmp_path / 'no.db'}"))
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "text.db").write_text("no database, but a text of some length\n" * 100)
    with pytest.raises(DataError, match=r"the query to sqlite failed: .*not a database"):
        read_table(Query("SELECT * FROM t", f"sqlite:{tmp_path / 'text.db'}"))


@pytest.mark.parametrize("uri", ["sales.db", "mysql://localhost/sales", ""])
def test_an_unknown_database_is_said(uri):
    with pytest.raises(InvalidValueError, match=r"uri .* must be sqlite:PATH or postgresql:"):
        Query("SELECT 1", uri)


def test_a_missing_driver_is_named(monkeypatch, database):
    monkeypatch.setitem(sys.modules, "adbc_driver_sqlite.dbapi", None)
    with pytest.raises(DataError, match=r"pip install 'chainrule\[sql\]'"):
        read_table(Query("SELECT 1", f"sqlite:{database}"))


def test_what_is_no_text_is_refused():
    with pytest.raises(InvalidTypeError, match="sql"):
        Query(1, "sqlite:x")


def test_a_password_is_not_shown():
    query = Query("SELECT 1", "postgresql://me:secret@localhost:1/none")
    assert "secret" not in repr(query)
    with pytest.raises(DataError, match="the query to postgresql failed") as caught:
        read_table(query)
    assert "secret" not in str(caught.value)


# --- PostgreSQL -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server of this test's own, on a socket in a temporary folder."""
    if shutil.which("pg_config") is None:
        pytest.skip("there is no PostgreSQL")
    found = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
    binaries = Path(found.stdout.strip())
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    # The server refuses to be root; Debian's package has a user for it.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")

    def run(program, *arguments):
        command = [*as_user, str(binaries / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    try:
        run("initdb", "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "-l", str(folder / "log"), "-o", options, "-w", "start")
        try:
            yield f"postgresql:///postgres?host={folder}&user=tester"
        finally:
            run("pg_ctl", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.mark.slow
def test_postgresql(server, database):
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(server) as connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE sales (n INT, price FLOAT8, kind TEXT, day DATE, total NUMERIC(9, 2), "
            "at TIMESTAMPTZ, flag BOOL, small INT2, code CHAR(3), place UUID)"
        )
        for n, price, kind, day in ROWS:
            cursor.execute(
                f"INSERT INTO sales VALUES ({n}, {'NULL' if price is None else price}, '{kind}', "
                f"'{day}', {n}.25, '{day} 12:00+02', {n % 2 == 0}, {n % 5}, 'a{n % 3}', "
                "'00000000-0000-0000-0000-000000000001')"
            )
        connection.commit()
    query = Query("SELECT n, price, kind, day FROM sales ORDER BY n", server)
    assert_rows(read_table(query))
    everything = Query("SELECT * FROM sales ORDER BY n", server)
    native = read_table(everything).to_native()
    assert [float(v) for v in native["total"].to_pylist()] == [row[0] + 0.25 for row in ROWS]
    memory = Pipeline.fit(everything, "kind", drop=["place"], **OPTIONS)
    assert {c.name: c.kind for c in memory.schema.features} == {
        "n": "number", "price": "number", "day": "date", "total": "number", "at": "date",
        "flag": "category", "small": "number", "code": "category",
    }  # fmt: skip
    streamed = Pipeline.fit(scan_table(everything), "kind", drop=["place"], **OPTIONS)
    np.testing.assert_array_equal(streamed.parameters.vector, memory.parameters.vector)
    # The same rows from SQLite are the same model.
    same = Pipeline.fit(query, "price", **OPTIONS)
    lite = Pipeline.fit(Query(ALL, f"sqlite:{database}"), "price", **OPTIONS)
    np.testing.assert_array_equal(same.parameters.vector, lite.parameters.vector)
    with pytest.raises(DataError, match=r'the query to postgresql failed: .*"nothing" does not'):
        read_table(Query("SELECT * FROM nothing", server))
