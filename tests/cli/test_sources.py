"""Tables from queries, and tables that are read piece by piece, on the command line."""

import pathlib
import sqlite3

import pyarrow as pa
import pyarrow.csv
import pytest
from pyarrow import parquet

from chainrule.models import load_model
from chainrule.tables import read_table, scan_table

FIT = ("--epochs", "3", "--hidden", "4", "--no-plot", "--seed", "1", "-o", "m.model")


@pytest.fixture
def folder(tmp_path):
    """The penguins as a folder of two Parquet files."""
    table = read_table("penguins").to_native()
    (tmp_path / "birds").mkdir()
    for k in range(2):
        parquet.write_table(table.slice(k * 172, 172), tmp_path / "birds" / f"{k}.parquet")
    return tmp_path / "birds"


@pytest.fixture
def database(tmp_path):
    table = read_table("penguins").to_native().select(["island", "body_mass_g", "species"])
    connection = sqlite3.connect(tmp_path / "birds.db")
    connection.execute("CREATE TABLE birds (island TEXT, mass REAL, species TEXT)")
    rows = zip(*table.to_pydict().values(), strict=True)
    connection.executemany("INSERT INTO birds VALUES (?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return "sqlite:birds.db"


def test_a_folder_in_memory_and_piece_by_piece(chainrule, folder, monkeypatch):
    done = chainrule("fit", "birds", "--target", "species", *FIT)
    assert done.exit_code == 0, done.output
    memory = load_model("m.model")
    streamed = chainrule("fit", "birds", "--target", "species", "--stream", *FIT)
    assert streamed.exit_code == 0, streamed.output
    assert streamed.stderr == "birds is read piece by piece: as asked for.\n"
    model = load_model("m.model")
    assert model.parameters == memory.parameters
    assert model.summary["scores"] == memory.summary["scores"]
    assert model.summary["rows"] == memory.summary["rows"]

    def printed(text):  # but for times and the run's number
        other = (" on the ", "report ")
        return [line for line in text.splitlines() if not any(part in line for part in other)]

    assert printed(streamed.stdout) == printed(done.stdout)


def test_what_does_not_fit_is_read_piece_by_piece_and_said(chainrule, folder, monkeypatch):
    monkeypatch.setattr("chainrule.tables.memory.available_memory", lambda: 50_000)
    done = chainrule("fit", "birds", "--target", "species", *FIT)
    assert done.exit_code == 0, done.output
    assert "birds is read piece by piece: in memory it would take about 8.8e-05 GB" in done.stderr
    assert "(--in-memory overrules)" in done.stderr
    assert done.stderr.count("\n") == 1
    quiet = chainrule("fit", "birds", "--target", "species", "-q", *FIT)
    assert quiet.output == ""
    asked = chainrule("fit", "birds", "--target", "species", "--in-memory", *FIT)
    assert asked.stderr == ""


def test_sample_and_buffer(chainrule, folder):
    done = chainrule(
        "fit", "birds", "--target", "species", "--sample", "150", "--buffer", "64", *FIT
    )
    assert done.exit_code == 0, done.output
    assert "birds: 344 rows, 8 columns" in done.stdout
    assert "this was found in a sample of 15" in done.stdout  # and the first of each label
    assert "314 rows to learn from, 30 held out to test on" in done.stdout
    assert load_model("m.model").summary["rows"] == 344 - 30 - 12


@pytest.mark.slow
def test_predictions_piece_by_piece(chainrule, folder, tmp_path):
    assert chainrule("fit", "birds", "--target", "species", *FIT).exit_code == 0
    for more in ((), ("--proba",), ("--proba", "--keep")):
        for ending in ("csv", "parquet"):
            for mode in ("--stream", "--in-memory"):
                out = f"out{mode}.{ending}"
                done = chainrule("predict", "m.model", "birds", mode, *more, "-o", out)
                assert done.exit_code == 0, done.output
                assert "accuracy" in done.stderr
                assert "missing values were filled in: bill_length_mm in 2 rows" in done.stderr
        streamed, memory = (
            parquet.read_table(tmp_path / f"out{mode}.parquet")
            for mode in ("--stream", "--in-memory")
        )
        assert streamed.to_pydict() == memory.to_pydict()
        text = (tmp_path / "out--stream.csv").read_bytes()
        if "--keep" not in more:  # a text's values are written as they stand in it
            assert text == (tmp_path / "out--in-memory.csv").read_bytes()
    to_stdout = chainrule("predict", "m.model", "birds", "--stream", "-q")
    assert to_stdout.stdout.count("\n") == 345


@pytest.mark.slow
def test_a_pipe_is_read_once(chainrule, folder):
    path = folder.parent / "birds.csv"
    pyarrow.csv.write_csv(read_table("penguins").to_native(), path)
    content = path.read_bytes()
    for mode in ("--stream", "--in-memory"):
        done = chainrule("fit", "-", "--target", "species", mode, *FIT, input=content)
        assert done.exit_code == 0, done.output
        assert "standard input: 344 rows" in done.stdout
        done = chainrule("predict", "m.model", "-", mode, "-q", input=content)
        assert done.stdout.count("\n") == 345


def test_a_query(chainrule, database):
    query = ("--sql", "SELECT * FROM birds", "--db", database)
    done = chainrule("fit", *query, "--target", "species", *FIT)
    assert done.exit_code == 0, done.output
    assert "the query to sqlite: 344 rows, 3 columns" in done.stdout
    assert load_model("m.model").summary["source"] == "the query to sqlite"
    memory = load_model("m.model").parameters
    done = chainrule("fit", *query, "--target", "species", "--stream", *FIT)
    assert done.exit_code == 0, done.output
    assert load_model("m.model").parameters == memory
    for mode in ("--stream", "--in-memory"):
        done = chainrule("predict", "m.model", *query, "--keep", mode)
        assert done.exit_code == 0, done.output
        assert done.stdout.splitlines()[0] == "island,mass,species,prediction"
        assert done.stdout.count("\n") == 345


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "Missing argument 'TABLE': name a file, or give --sql and --db"),
        (("--sql", "SELECT 1"), 2, "--sql needs --db beside it"),
        (("--db", "sqlite:birds.db"), 2, "--db needs --sql beside it"),
        (("birds", "--sql", "SELECT 1", "--db", "sqlite:birds.db"), 2, "are both given"),
        (("--sql", "SELECT", "--db", "sqlite:birds.db"), 3, "the query to sqlite failed"),
        (("--sql", "SELECT 1", "--db", "sqlite:no.db"), 3, "there is no database 'no.db'"),
        (("--sql", "SELECT 1", "--db", "oracle:x"), 2, "--db (='oracle:...') must be sqlite:PATH"),
        (("birds", "--buffer", "0"), 2, "0 is not in the range"),
        (("birds", "--stream", "--thousands", "'"), 2, '--thousands (="\'") must not be set'),
        (("nothing", "--stream"), 3, "there is no file 'nothing'"),
    ],
)
def test_bad_input_is_one_message_and_nothing_is_written(
    chainrule, database, folder, tmp_path, arguments, code, message
):
    done = chainrule("fit", *arguments, "--target", "species", *FIT)
    assert done.exit_code == code, done.output
    assert message in done.stderr
    assert not (tmp_path / "m.model").exists()


def test_a_bad_value_late_leaves_no_file(chainrule, folder, tmp_path):
    assert chainrule("fit", "birds", "--target", "body_mass_g", *FIT).exit_code == 0
    table = parquet.read_table(folder / "1.parquet")
    texts = table["year"].cast(pa.string()).to_pylist()
    texts[100] = "long ago"
    parquet.write_table(table.set_column(7, "year", pa.array(texts)), tmp_path / "bad.parquet")
    done = chainrule("predict", "m.model", "bad.parquet", "--stream", "-o", "out.csv")
    assert done.exit_code == 3
    assert "bad.parquet, row 101, column 'year': 'long ago' is no number" in done.stderr
    assert not (tmp_path / "out.csv").exists()


def test_rows_in_pieces_of_which_one_is_empty_are_written(tmp_path):
    from chainrule.cli.writing import write_csv

    pieces = pa.chunked_array([[], ["a", "b"], [], ["c"]], pa.string())
    with (tmp_path / "t.csv").open("wb") as file:
        write_csv(pa.table({"x": pieces}), file)
    assert (tmp_path / "t.csv").read_bytes() == b"x\na\nb\nc\n"


def test_keep_of_a_text_piece_by_piece_is_refused(chainrule, folder):
    assert chainrule("fit", "birds", "--target", "species", *FIT).exit_code == 0
    done = chainrule("predict", "m.model", "penguins", "--stream", "--keep")
    assert done.exit_code == 2
    assert "--keep writes the values of a text as they stand in it" in done.stderr


@pytest.mark.slow
def test_an_interrupted_fit_goes_on_to_the_same_bits(chainrule, folder, monkeypatch):
    from chainrule.cli import progress

    def interrupt(self, progress):
        if progress.epoch == 2:
            raise KeyboardInterrupt

    fit = ("fit", "birds", "--target", "species", "--sample", "150", "--buffer", "64", *FIT)
    assert chainrule(*fit).exit_code == 0
    whole = load_model("m.model")
    with monkeypatch.context() as patch:
        patch.setattr(progress.TrainingProgress, "__call__", interrupt)
        done = chainrule(*fit, "--checkpoint-every", "1")
    assert done.exit_code == 130, done.output
    assert load_model("m.model").summary["epochs"] == 2
    done = chainrule(*fit, "--resume")
    assert done.exit_code == 0, done.output
    assert load_model("m.model").parameters == whole.parameters
    assert len(scan_table("birds")) == 344


def test_rows_held_out_otherwise_need_the_table_in_memory(chainrule, folder):
    for option, value in (("--group", "island"), ("--time", "year"), ("--test", "birds")):
        options = ("--target", "species", "--stream", option, value, "--epochs", "1")
        done = chainrule("fit", "birds", *options, "-o", "m.model")
        assert done.exit_code == 2
        assert f"{option} needs the table in memory (--in-memory)" in done.stderr


def test_a_run_of_a_query_keeps_no_password(chainrule, database, monkeypatch):
    query = ("--sql", "SELECT * FROM birds", "--db", database, "--target", "species")
    monkeypatch.setattr(
        "sys.argv", ["chainrule", "fit", "--db", "postgresql://me:secret@host/birds"]
    )
    done = chainrule("fit", *query, *FIT)
    assert done.exit_code == 0, done.output
    (run,) = pathlib.Path("runs").iterdir()
    written = [path.read_text() for path in run.iterdir() if path.suffix in (".json", ".html")]
    assert written
    assert any("postgresql://me:***@host/birds" in text for text in written)
    assert not any("secret" in text for text in written)


def test_a_query_wherever_a_table_stands(chainrule, database):
    query = ("--sql", "SELECT * FROM birds", "--db", database)
    assert chainrule("fit", *query, "--target", "species", *FIT).exit_code == 0
    for command in ("evaluate", "check"):
        done = chainrule(command, "m.model", *query)
        assert done.exit_code == 0, done.output
    few = ("--target", "species", "--epochs", "2", "--folds", "2", "--seed", "1", "--no-progress")
    done = chainrule("cv", *query, *few)
    assert done.exit_code == 0, done.output
    assert "344 rows tested" in done.stdout
    done = chainrule("tune", *query, *few, "--trials", "2")
    assert done.exit_code == 0, done.output
    assert f"chainrule fit --sql 'SELECT * FROM birds' --db {database} --set" in done.stdout
