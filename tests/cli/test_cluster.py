"""Commands with --cluster."""

import json
import logging
import os
import re
import signal
import subprocess
import sys
import warnings

import pytest
from click.testing import CliRunner

from chainrule.cli.clusters import connected
from chainrule.cli.group import main
from chainrule.cluster.splitting import numbers_held_out
from chainrule.models import load_model, save_model
from chainrule.tables import Pipeline, read_table

pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")  # of pandas to Dask


@pytest.fixture(scope="module")
def client():
    """A cluster of threads in this process, whose scheduler has an address."""
    distributed = pytest.importorskip("distributed", reason="there is no Dask")
    with (
        distributed.LocalCluster(
            processes=False, n_workers=1, threads_per_worker=1, dashboard_address=":0",
            protocol="tcp://",
        ) as cluster,
        distributed.Client(cluster) as found,
    ):  # fmt: skip
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The penguins as three Parquet files."""
    dataframe = pytest.importorskip("dask.dataframe", reason="there is no Dask")
    frame = read_table("penguins").to_native().to_pandas()
    place = str(tmp_path_factory.mktemp("tables") / "parts")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The inplace keyword")  # of pandas to Dask
        dataframe.from_pandas(frame, npartitions=3).to_parquet(place, write_index=False)
    return place


def fitted(folder, model, *more):
    """What `fit --json` says; the models of the tests are small."""
    words = ["fit", folder, "--target", "species", "-o", str(model), "--epochs", "3"]
    return command(*words, "--seed", "0", "--no-plot", *more)


LOCAL = ["--cluster", "local", "--workers", "1"]


@pytest.mark.slow
def test_a_folder_is_fitted_and_predicted_by_processes_of_this_machine(folder, tmp_path):
    frame, out = read_table("penguins").to_native().to_pandas(), str(tmp_path / "out.parquet")
    model = tmp_path / "p.model"
    said = fitted(folder, model, *LOCAL)
    pipeline = load_model(model)
    # About a fifth was held out, of which each row is by its number alone.
    test = numbers_held_out(0, len(frame), 0.2)
    assert said["rows"] + said["validation_rows"] + len(test) == len(frame)
    (score,) = (s for s in said["targets"][0]["scores"] if s["metric"] == "accuracy")
    assert score["value"] == pipeline.evaluate(frame.iloc[test])["accuracy"]
    assert score["low"] is not None
    done = CliRunner().invoke(main, ["predict", str(model), folder, "-o", out, "--proba", *LOCAL])
    assert done.exit_code == 0, done.output
    accuracy = pipeline.evaluate(frame)["accuracy"]
    assert f"accuracy {accuracy:.4f} on 344 rows; always Adelie gives 0.4419" in done.stderr
    found = pytest.importorskip("dask.dataframe").read_parquet(out).compute()
    assert found["prediction"].tolist() == pipeline.predict(frame).tolist()
    assert len(found.columns) == 4


@pytest.mark.slow
def test_a_fit_in_partitions_leaves_a_run_as_others_do(folder, tmp_path, client):
    address = client.scheduler.address
    model, page = tmp_path / "p.model", tmp_path / "runs" / "p-1" / "report.html"
    said = fitted(folder, model, "--cluster", address, "--runs", str(tmp_path / "runs"))
    run = json.loads((tmp_path / "runs" / "p-1" / "run.json").read_text())
    assert run["status"] == "finished"
    assert run["data"]["rows"] == 344
    assert run["data"]["partitions"] == 3
    assert run["evaluation"]["targets"] == said["targets"]
    assert run["settings"]["cluster"] == address
    assert "accuracy" in page.read_text()
    assert len((page.parent / "history.jsonl").read_text().splitlines()) == 3


def test_the_members_of_a_preset_are_trained_by_the_workers(tmp_path, client):
    cluster = ["--cluster", client.scheduler.address]
    options = ["--no-run", "--preset", "best", "--members", "2"]
    fitted("penguins", tmp_path / "here.model", *options)
    said = fitted("penguins", tmp_path / "there.model", *options, *cluster)
    assert said["members"] == 2
    here, there = (load_model(tmp_path / f"{name}.model") for name in ("here", "there"))
    assert (here.predict_proba("penguins") == there.predict_proba("penguins")).all()


@pytest.mark.slow
def test_what_is_said_of_a_fit_in_partitions(folder, tmp_path, client):
    words = ["fit", folder, "--target", "species", "-o", str(tmp_path / "p.model"), "--no-plot"]
    words += ["--no-run", "--epochs", "2", "--seed", "0", "--cluster", client.scheduler.address]
    done = CliRunner().invoke(main, [*words, "--verbose"])
    assert done.exit_code == 0, done.output
    assert re.search(r"\d+ rows to learn from, about 69 held out to test on; seed 0", done.stdout)
    assert "in 3 partitions" in done.stdout
    assert re.search(r"epoch 2/2, \S+ epochs/s, at most \S+ s left", done.stderr)
    for more, which in (
        (["--test-size", "0"], "0 held out to test on (as asked for)"),
        (["--test", "penguins"], "344 of another table to test on"),
    ):
        done = CliRunner().invoke(main, [*words, *more])
        assert done.exit_code == 0, done.output
        assert which in done.stdout
        assert "on 344" in done.stdout.replace("\n", " ") or "344" in done.stdout
    done = CliRunner().invoke(main, [*words, "--fail-under", "1.1"])
    assert done.exit_code == 5


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--group", "island"], "--cluster and --group exclude each other"),
        (["--val", "penguins"], "--cluster and --val exclude each other"),
        (["--stream"], "--cluster and --stream exclude each other"),
        (
            ["--preset", "best", "--time-limit", "9"],
            "--cluster and --time-limit exclude each other",
        ),
    ],
)
def test_what_a_fit_in_partitions_has_not_is_refused(tmp_path, more, message):
    words = ["fit", "nowhere", "--target", "species", "-o", str(tmp_path / "p.model")]
    done = CliRunner().invoke(main, [*words, "--cluster", "tcp://127.0.0.1:1", *more])
    assert done.exit_code == 2
    assert message in done.output


def test_workers_without_a_cluster_are_refused(tmp_path):
    done = CliRunner().invoke(
        main, ["fit", "penguins", "-o", str(tmp_path / "x.model"), "--workers", "2"]
    )
    assert done.exit_code == 2
    assert "--workers needs --cluster local" in done.output


def command(*words):
    done = CliRunner().invoke(main, [*words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.mark.slow
def test_cv_and_tune_on_processes_of_this_machine_have_its_numbers(tmp_path):
    how = ["penguins", "--seed", "0", "--epochs", "3", "--folds", "2", "--preset", "plain"]
    local = ["--cluster", "local", "--workers", "2"]
    assert command("cv", *how, *local) == command("cv", *how, "--jobs", "1")
    searches = [
        command("tune", *how, "--trials", "3", *where)
        for where in ([*local, "--results", str(tmp_path / "trials")], ["--jobs", "1"])
    ]
    for found in searches:
        for trial in found["trials"]:
            del trial["seconds"]
    assert searches[0] == searches[1]


def test_a_call_that_ctrl_c_ends_before_it_begins_is_no_complaint(client):
    said, logger = [], logging.getLogger("tornado.application")
    handler = logging.Handler()
    handler.emit = lambda record: said.append(str(record.exc_info[1]))

    def complain(name):
        try:
            raise NameError(f"cannot access free variable '{name}'")
        except NameError:
            logger.exception("Exception in callback")

    logger.addHandler(handler)
    try:
        with connected((client.scheduler.address, None)):
            complain("future")
            complain("result")
        complain("future")
    finally:
        logger.removeHandler(handler)
    assert [text.split("'")[1] for text in said] == ["result", "future"]


@pytest.mark.slow
def test_ctrl_c_ends_a_search_and_its_workers(tmp_path):
    psutil = pytest.importorskip("psutil", reason="it comes with Dask")
    place = tmp_path / "trials"
    words = ["tune", "penguins", "--trials", "5000", "--seed", "0", "--results", str(place)]
    search = subprocess.Popen(
        [sys.executable, "-m", "chainrule.cli", *words, "--cluster", "local", "--workers", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        for line in search.stderr:
            if "trial" in line:  # some are done
                break
        children = psutil.Process(search.pid).children(recursive=True)
        os.killpg(search.pid, signal.SIGINT)  # as a terminal does
        _, said = search.communicate(timeout=60)
        assert search.returncode == 130
        assert said.splitlines()[-1] == "Error: interrupted"
        assert "Traceback" not in said
        _, alive = psutil.wait_procs(children, timeout=30)
        assert [p for p in alive if "resource_tracker" not in " ".join(p.cmdline())] == []
    finally:
        search.kill()
        search.wait(30)
    assert len(place.read_text().splitlines()) > 1


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["-o", "out.csv"], "--cluster needs --output NAME.parquet"),
        ([], "--cluster needs --output NAME.parquet"),
        (["-o", "out.parquet", "--keep"], "--cluster and --keep exclude each other"),
    ],
)
def test_what_predictions_in_partitions_have_not_is_refused(tmp_path, more, message):
    model = tmp_path / "p.model"
    save_model(Pipeline.fit("penguins", "species", epochs=0, seed=0, preset="plain"), model)
    words = ["predict", str(model), "nowhere", "--cluster", "tcp://127.0.0.1:1"]
    done = CliRunner().invoke(main, [*words, *more])
    assert done.exit_code == 2
    assert message in done.output


@pytest.mark.slow
def test_the_command_that_fits_with_the_best_settings_runs_here(client):
    words = ["tune", "penguins", "--trials", "1", "--folds", "2", "--epochs", "1", "--seed", "0"]
    done = CliRunner().invoke(main, [*words, "--cluster", client.scheduler.address])
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1].startswith("chainrule fit penguins --set")
    assert "cluster" not in done.stdout


def test_jobs_and_a_cluster_exclude_each_other():
    done = CliRunner().invoke(main, ["cv", "penguins", "--jobs", "2", "--cluster", "local"])
    assert done.exit_code == 2
    assert "--cluster and --jobs exclude each other" in done.output
