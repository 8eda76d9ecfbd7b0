"""The picture of an update's time: its limits are counted right, and it can be drawn."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.widths_picture import draw, limits, predicted, table
from benchmarks.workloads import w5

import chainrule as cr
from benchmarks import widths
from chainrule.engines.compiled import CompiledEngine
from chainrule.objective import Objective

FIGURES = Path(__file__).resolve().parents[2] / "docs" / "figures"


@pytest.fixture(scope="module")
def found():
    """The figures that the page shows."""
    return json.loads((FIGURES / "widths.json").read_text())


@pytest.mark.parametrize("width", [1, 8, 100])
def test_what_an_update_has_to_do(width):
    network = cr.mlp(width, [width], 1)
    assert widths.parameters(width) == network.layout.size
    # Adam has two views, as large as the parameters; all are float32.
    assert widths.state(width) == 4 * 3 * network.layout.size
    # As workloads count: a fit of one epoch of one batch, with these layers.
    task = w5()
    layers = [network.initial_parameters(0).layer(k)["W"] for k in (0, 1)]
    update = replace(task, X=task.X[:32], W=layers, epochs=1)
    assert widths.operations(width, 32) == update.flops


def test_the_page_s_figures_are_complete(found):
    cells = {(u["width"], u["batch"]) for u in found["updates"]}
    assert cells == {(n, b) for n in widths.WIDTHS for b in widths.BATCHES}
    assert all(seconds > 0 for u in found["updates"] for seconds in u["seconds"].values())


def test_the_limits_are_those_of_the_machine(found):
    of = limits(found, "1")
    fixed, arithmetic, memory = of[2048, 8192]
    assert arithmetic == widths.operations(2048, 8192) / found["limits"]["peak"]["1"]
    assert fixed == found["limits"]["fixed"]["1"]
    # One row more or less changes nothing about what has to be read and written.
    assert of[2048, 1][2] == memory > fixed
    # 4 n^2 operations a row by the peak: no machine does 137 GFLOP in less than a millisecond.
    assert arithmetic > 1e-3


def test_the_page_s_picture_and_table_are_made_of_its_figures(found, tmp_path):
    draw(found, tmp_path / "widths.svg")
    # A mark for every point of ten lines, a number for every field of four maps.
    marks = sum(len(widths.WIDTHS) + len(widths.BATCHES) for _ in range(5))
    fields = 4 * len(found["updates"])
    assert (tmp_path / "widths.svg").read_text().count("<use") > marks + fields
    assert table(found) == (FIGURES / "widths.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("two", "useful", "speedup"),
    [
        (0.5, 8, 8.0),  # all of it is shared
        (0.6, 8, 1 / (0.2 + 0.8 / 8)),
        (0.6, 3, 1 / (0.2 + 0.8 / 3)),  # eight are asked for, and three are of use
        (0.4, 4, 4.0),  # a time that was measured too short is no miracle
        (1.2, 8, 1.0),  # a second one that does not help: no other does
    ],
)
def test_what_more_threads_would_do(two, useful, speedup):
    update = {"width": 8, "batch": 64, "seconds": {"1": 1.0, "2": two}}
    found = {"updates": [{**update, "useful": {"2": 2, "8": useful}}]}
    assert predicted(found, "8") == {(8, 64): pytest.approx(speedup)}


def test_threads_that_are_not_used_do_nothing():
    # Two threads took less time by chance, for one of them did the work.
    update = {"width": 8, "batch": 1, "seconds": {"1": 1.0, "2": 0.9}, "useful": {"2": 1, "8": 1}}
    assert predicted({"updates": [update]}, "8") == {(8, 1): 1.0}


def test_the_engine_says_how_many_threads_are_of_use():
    fits = widths.Fits(8)
    assert fits.useful(1) == {"1": 1, "2": 1, "8": 1, "32": 1}
    wide = Objective(cr.mlp(512, [512], 1), "half_mean_squared_error")
    assert [CompiledEngine(n).useful_threads(wide, 8192) for n in (1, 2, 8)] == [1, 2, 8]


@pytest.mark.slow
def test_measuring(monkeypatch, tmp_path):
    for name, value in (("WIDTHS", [2, 8]), ("BATCHES", [1, 64]), ("LEAST_SECONDS", 1e-3)):
        monkeypatch.setattr(widths, name, value)
    monkeypatch.setattr(widths, "stay_on", lambda threads: None)  # other tests need their cores
    found = widths.measure()
    assert [(u["width"], u["batch"]) for u in found["updates"]] == [
        (2, 1),
        (2, 64),
        (8, 1),
        (8, 64),
    ]
    assert found["limits"]["peak"]["1"] > 1e8
    assert all(entry["rate"]["1"] > 1e7 for entry in found["limits"]["bandwidth"])
    draw(found, tmp_path / "widths.png")
    assert (tmp_path / "widths.png").stat().st_size > 10_000
    assert "| 1     | 1" in table(found)
