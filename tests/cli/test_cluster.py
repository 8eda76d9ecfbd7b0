"""Commands with --cluster."""

import json
import os
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from chainrule.cli.group import main
from chainrule.models import load_model
from chainrule.tables import read_table


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of pandas to Dask
def test_a_folder_is_fitted_and_predicted_by_processes_of_this_machine(tmp_path):
    dataframe = pytest.importorskip("dask.dataframe", reason="there is no Dask")
    frame = read_table("penguins").to_native().to_pandas()
    folder, model, out = (str(tmp_path / name) for name in ("parts", "p.model", "out.parquet"))
    dataframe.from_pandas(frame, npartitions=3).to_parquet(folder, write_index=False)
    local = ["--cluster", "local", "--workers", "1"]
    done = CliRunner().invoke(
        main, ["fit", folder, "--target", "species", "-o", model, "--epochs", "3", "--seed", "0",
               *local],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(main, ["predict", model, folder, "-o", out, "--proba", *local])
    assert done.exit_code == 0, done.output
    found = dataframe.read_parquet(out).compute()
    assert found["prediction"].tolist() == load_model(model).predict(frame).tolist()
    assert len(found.columns) == 4


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
        assert said.splitlines()[-1] == "interrupted"
        assert "Traceback" not in said
        _, alive = psutil.wait_procs(children, timeout=30)
        assert [p for p in alive if "resource_tracker" not in " ".join(p.cmdline())] == []
    finally:
        search.kill()
        search.wait(30)
    assert len(place.read_text().splitlines()) > 1


def test_jobs_and_a_cluster_exclude_each_other():
    done = CliRunner().invoke(main, ["cv", "penguins", "--jobs", "2", "--cluster", "local"])
    assert done.exit_code == 2
    assert "--cluster and --jobs exclude each other" in done.output
