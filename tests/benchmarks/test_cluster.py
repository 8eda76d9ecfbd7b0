"""The model of a round is fitted as it says, and the page shows the figures that there are."""

import json

import pytest
from benchmarks.cluster import model
from benchmarks.cluster.figures import keep, markdown

ABOUT = {
    "processor": "a processor", "cores": 2, "system": "a system", "python": "3.11",
    "date": "2026-01-01", "chainrule": "0.1.0", "load": 0.1,
}  # fmt: skip
SCALING = {
    "about": ABOUT, "shards": [1, 4, 16, 64], "rounds": [0.012, 0.018, 0.042, 0.138], "a": 0.01,
    "b": 0.002, "c": 0.0004, "s": 0.001575, "update": 2e-5,
}  # fmt: skip
SPEED = {
    "about": ABOUT, "rows": 1000, "fits": 20, "epoch": [2.0, 1.0], "many": [3.0, 2.0],
    "workers": [1e8, 2e8], "client": 3e6, "bytes": 84_000,
}  # fmt: skip


def test_the_model_is_fitted_to_the_rounds():
    a, b = model.fitted(SCALING["shards"], SCALING["rounds"])
    assert a == pytest.approx(0.01)
    assert b == pytest.approx(0.002)
    # Less than nothing is not waited for.
    assert model.fitted([1, 4, 16], [0.001, 0.005, 0.02])[0] == 0
    assert model.fitted([1, 4, 16], [0.02, 0.01, 0.005])[1] == 0


@pytest.mark.parametrize("rows", model.TABLES)
def test_no_other_number_of_workers_makes_an_epoch_much_shorter(rows):
    best = model.best_workers(SCALING, rows)
    least = min(model.seconds_of_epoch(SCALING, rows, n) for n in range(1, 20_000))
    # The count is one of a grid, and the height of the tree makes steps.
    assert model.seconds_of_epoch(SCALING, rows, best) < 1.2 * least


def test_what_is_measured_later_stands_beside_what_was_measured_before(tmp_path):
    keep(tmp_path, "scaling", SCALING)
    keep(tmp_path, "speed", SPEED)
    assert json.loads((tmp_path / "cluster.json").read_text()).keys() == {"scaling", "speed"}
    page = (tmp_path / "cluster.md").read_text()
    assert page == markdown({"speed": SPEED, "scaling": SCALING})
    assert "| 2.00 s     | 1.00 s      | 2.00" in page
    assert "10,000" in page
    assert "not quiet" not in page
