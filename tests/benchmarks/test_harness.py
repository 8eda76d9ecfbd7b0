"""The benchmark harness: it runs, it tells right from wrong, it counts as it says."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.answers import final_loss, verdict
from benchmarks.contestants import numpy_loop
from benchmarks.report import against_peers, markdown, seconds, times
from benchmarks.rounds import compare, summary, why_left_out
from benchmarks.workloads import w1, w2, w3, w4, w7

ROOT = Path(__file__).resolve().parents[2]


def harness(out, *arguments, **environment):
    """Results of `python -m benchmarks` in one round, and what it printed."""
    command = [sys.executable, "-m", "benchmarks", "--rounds", "1", "--out", str(out), *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads((out / "results.json").read_text()), done.stdout


@pytest.mark.slow
def test_chainrule_and_the_numpy_loop_learn_the_same(tmp_path):
    chosen = ("--workloads", "W1,W3", "--contestants", "chainrule,numpy_loop", "--no-costs")
    results, printed = harness(tmp_path, *chosen)
    assert list(results["workloads"]) == ["W1", "W3"]
    for workload in results["workloads"].values():
        entries = workload["threads"]["1"]["entries"]
        assert [entry["contestant"] for entry in entries] == ["chainrule", "numpy_loop"]
        assert all(entry["median"] > 0 for entry in entries)
        # The same float64 arithmetic, perhaps in another order of the sums.
        assert entries[0]["loss"] == pytest.approx(entries[1]["loss"], rel=1e-9)
    page = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert printed.strip() in page
    assert "### W3: one sigmoid neuron" in page


@pytest.mark.slow
def test_a_peer_that_is_not_installed_is_reported_and_left_out(tmp_path):
    (tmp_path / "jax.py").write_text("raise ImportError('there is no jax here')")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    chosen = ("--workloads", "W1", "--contestants", "numpy_loop,jax_scan", "--no-costs")
    results, printed = harness(tmp_path, *chosen, PYTHONPATH=path)
    assert results["missing"] == {"jax_scan": "there is no jax here"}
    assert "jax" not in printed.lower()
    assert "jax_scan" in (tmp_path / "results.md").read_text(encoding="utf-8")


class Scripted:
    """A process that answers what it was told to."""

    def __init__(self, contestant, loss, time=1.0):
        self.contestant, self.threads, self.loss, self.time = contestant, 1, loss, time
        self.runs = 0

    def ask(self, do, **what):
        if do == "prepare":
            return {"name": self.contestant, "first": self.time, "loss": self.loss, "note": ""}
        self.runs += 1
        return {"seconds": self.time, "wall": self.time, "cpu": 1.0}


def test_who_computes_something_else_is_excluded_with_its_loss_and_never_timed():
    judge, wrong = Scripted("numpy_loop", 0.5), Scripted("other", 0.75)
    entries = compare(w1(), [wrong, judge], judge, 3, 60.0, lambda line: None)
    assert "0.75" in why_left_out(entries[0])
    assert "median" not in entries[0]
    assert (wrong.runs, judge.runs) == (0, 3)


def test_a_slow_contestant_sits_out_rounds_but_not_its_first_two():
    judge, slow = Scripted("numpy_loop", 0.5), Scripted("slow", 0.5, time=100.0)
    compare(w1(), [slow, judge], judge, 5, 60.0, lambda line: None)
    assert (slow.runs, judge.runs) == (2, 5)


def test_a_loss_that_is_nan_is_wrong():
    assert verdict(w1(), np.nan, 1.0)


@pytest.mark.parametrize("maker", [w1, w2, w3])
def test_the_work_lowers_the_loss(maker):
    task = maker()
    assert final_loss(task, numpy_loop.prepare(task, 1)()) < final_loss(task, (task.W, task.b))


def test_the_judges_gradient_is_the_slope_of_the_final_loss():
    task = replace(w4(), X=w4().X[:8], y=w4().y[:8], batch=8)
    slopes = numpy_loop.gradient(task, task.W, task.b, task.X, task.y)
    for k, (i, j) in ((0, (3, 5)), (1, (7, 0))):
        ends = []
        for step in (1e-6, -1e-6):
            W = [w.copy() for w in task.W]
            W[k][i, j] += step
            ends.append(final_loss(task, (W, [])))
        # Central differences of a sum near 1e6: rounding leaves about 1e-10 * 1e6 / 1e-6 / slope.
        assert slopes[k][i, j] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-3)


def test_many_networks_are_the_mean_of_each():
    task = w7()
    one = [
        final_loss(
            replace(task, kind="fit", W=[W[i] for W in task.W], b=[b[i] for b in task.b]),
            ([W[i] for W in task.W], [b[i] for b in task.b]),
        )
        for i in range(task.networks)
    ]
    # Sums of float64 in another order.
    assert final_loss(task, (task.W, task.b)) == pytest.approx(np.mean(one), rel=1e-12)


def test_operations_are_counted_by_products_of_matrices():
    # 128 rows, 500 times: outputs and gradients of both layers, inputs' gradient of the second.
    products = (3 * 1000 * 100 + 3 * 100 * 1) - 1000 * 100
    assert w4().flops == 500 * 128 * 2 * products
    assert w7().flops == 256 * 300 * 1000 * 2 * (3 * 2 * 16 + 3 * 16 - 2 * 16)


def test_times_are_written_with_three_digits():
    shown = [seconds(value) for value in (6.523e-6, 1.4e-8, 0.122, 0.99996, 1.389, 123.4)]
    assert shown == ["6.52 µs", "14.0 ns", "122 ms", "1.00 s", "1.39 s", "123 s"]
    assert [times(ratio) for ratio in (0.9, 1.3, 15.23, 1070.4)] == ["0.9", "1.30", "15.2", "1,070"]


def test_chainrule_is_compared_with_its_fastest_peer():
    medians = {"chainrule": 1.0, "reference": 0.5, "numpy_loop": 8.0, "jax_scan": 3.0}
    entries = [{"contestant": c, "name": c, "median": m} for c, m in medians.items()]
    assert against_peers(entries) == "3.00 (jax_scan)"
    assert against_peers(entries[1:]) == "-"


def test_spread_is_a_part_of_the_median():
    found = summary([2.0, 1.0, 4.0])
    assert (found["median"], found["min"], found["spread"]) == (2.0, 1.0, 1.5)


def test_the_page_names_every_contestants_ratio():
    def entry(contestant, name, median, **more):
        times = summary([median, median])
        return {"contestant": contestant, "name": name, "loss": 0.5, "note": "", **times, **more}

    run = {
        "entries": [
            entry("chainrule", "chainrule", 0.5, share=0.87),
            entry("numpy_loop", "NumPy loop", 2.0),
            entry("jax_scan", "JAX scan", 0.25),
            {"contestant": "pytorch", "name": "PyTorch eager", "wrong": "something else"},
        ]
    }
    about = {"date": "-", "processor": "-", "cores": 2, "system": "-", "python": "-"}
    page = markdown(
        {
            "machine": about,
            "versions": [],
            "missing": {},
            "load": 0.0,
            "peak": {},
            "no_peak": "",
            "rounds": 2,
            "costs": {},
            "workloads": {"W9": {"title": "a fit", "threads": {"2": run}}},
        }
    )
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines()]
    # Whoever was not timed has no column; who is faster has a ratio below 1.
    assert ["", "threads", "NumPy loop", "JAX scan"] in rows
    assert ["W9", "2", "4.00", "0.5"] in rows
    assert ["W9", "2", "500 ms", "2.00 s", "250 ms", "0.5 (JAX scan)", "87%"] in rows
    assert "- PyTorch eager (threads: 2): something else" in page
