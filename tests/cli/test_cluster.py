"""`fit` and `predict` with --cluster."""

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
