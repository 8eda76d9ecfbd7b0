"""The benchmark of tables: the same rows for all, scores by their formulas, nothing lost."""

import json
import sys
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pytest
from benchmarks.tables import methods, peers, results, scores
from benchmarks.tables.__main__ import main
from benchmarks.tables.data import find, split
from benchmarks.tables.methods import METHODS, presets
from benchmarks.tables.one_fit import Job, measure
from benchmarks.tables.page import markdown
from benchmarks.tables.picture import draw, label, points
from benchmarks.tables.summary import Summary
from matplotlib.backends.backend_agg import FigureCanvasAgg
from pyarrow import parquet
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_limits

from chainrule.plots.style import new_figure

SHOULD_RUN = [name for name, method in METHODS.items() if method.installed]


@pytest.fixture
def folder(tmp_path):
    """Two tables with holes: a text to predict, and a number."""
    rng = np.random.default_rng(0)
    n = 80
    size = rng.normal(size=n)
    colour = rng.choice(["red", "blue", "green"], n)
    columns = {
        "size": pa.array(size, mask=rng.random(n) < 0.1),
        "colour": pa.array(colour, mask=rng.random(n) < 0.1),
        "day": pa.array(rng.integers(0, 9999, n), pa.int32()).cast(pa.date32()),
        "old": rng.random(n) < 0.5,
    }
    kind = np.where(size + (colour == "red") > 0, "plum", "sloe")
    data = tmp_path / "data"
    data.mkdir()
    parquet.write_table(pa.table(columns | {"target": kind}), data / "fruit.parquet")
    parquet.write_table(pa.table({"price": 3.0 * size + 1} | columns), data / "shop.parquet")
    (data / "tables.toml").write_text('[shop]\ntarget = "price"\n')
    return data


def job(folder, table, method, seed=0):
    source = find(folder)[table]
    return Job(table, seed, method, str(source.path), source.target, source.task, threads=1)


# --- tables ------------------------------------------------------------------------------------


def test_targets_and_tasks_are_found_and_may_be_said(folder):
    found = find(folder)
    assert [(s.target, s.task) for s in found.values()] == [
        ("target", "classification"),
        ("price", "regression"),
    ]
    for last, task in (([0, 1, 1], "classification"), ([0, 1, 2], "regression")):
        parquet.write_table(pa.table({"a": [1, 2, 3], "b": last}), folder / "ab.parquet")
        assert (find(folder)["ab"].target, find(folder)["ab"].task) == ("b", task)
    (folder / "tables.toml").write_text('[ab]\ntarget = "a"\ntask = "classification"\n')
    assert (find(folder)["ab"].target, find(folder)["ab"].task) == ("a", "classification")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[rain]\n", "no rain.parquet"),
        ('[shop]\ngoal = "price"\n', "'goal' is neither target nor task"),
        ('[shop]\ntask = "ranking"\n', "task must be classification or regression"),
        ('[shop]\ntarget = "cost"\n', "no column 'cost'"),
    ],
)
def test_a_description_that_does_not_fit_is_refused(folder, text, said):
    (folder / "tables.toml").write_text(text)
    with pytest.raises(ValueError, match=said):
        find(folder)


def test_a_folder_without_tables_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no Parquet files"):
        find(tmp_path)


def test_splits_are_the_same_for_all_and_differ_between_seeds(folder):
    source = find(folder)["fruit"]
    first, again, other = (split(source, seed) for seed in (0, 0, 1))
    assert first.train == again.train
    assert first.train != other.train
    assert (len(first.train), len(first.test)) == (60, 20)
    whole = parquet.read_table(source.path)
    together = pa.concat_tables([first.train, first.test])
    assert sorted(together["day"].to_pylist()) == sorted(whole["day"].to_pylist())
    # A quarter of each class: to within a row.
    assert abs(first.y_train.mean() - first.y_test.mean()) <= 1 / 20
    assert len(split(source, 0, rows=40).train) == 30


def test_rows_without_a_target_are_left_out_and_rare_labels_get_their_own_numbers(tmp_path):
    labels = ["a", "b"] * 10 + ["only one", None]
    columns = {"x": list(range(22)), "y": labels}
    parquet.write_table(pa.table(columns), tmp_path / "t.parquet")
    source = find(tmp_path)["t"]
    for seed in range(8):
        rows = split(source, seed)
        assert len(rows.y_train) + len(rows.y_test) == 21
        assert set(rows.y_train) == set(range(rows.y_train.max() + 1))
        unseen = rows.y_test > rows.y_train.max()
        assert [labels[x] for x in rows.test["x"].filter(unseen).to_pylist()] == (
            ["only one"] if unseen.any() else []
        )


def test_frames_keep_every_number_and_every_hole(folder):
    table = parquet.read_table(find(folder)["shop"].path)
    frame = peers.frame(table)
    assert list(frame) == ["c0", "c1", "c2", "c3", "c4"]
    assert [str(dtype) for dtype in frame.dtypes] == ["float64"] * 2 + ["object"] + ["float64"] * 2
    assert list(frame.isna().sum()) == [column.null_count for column in table.columns]
    days = table["day"].cast(pa.int32()).to_pylist()
    assert frame["c3"].tolist() == days


# --- scores ------------------------------------------------------------------------------------


def test_scores_of_classes_are_those_of_their_formulas():
    rng = np.random.default_rng(0)
    P = rng.dirichlet([1, 1, 1], 50)
    y = rng.integers(0, 3, 50)
    found = scores.of_classes(y, P.argmax(1), P)
    assert found["error"] == np.mean(P.argmax(1) != y)
    # The same formula, and sums in another order.
    assert found["log_loss"] == pytest.approx(log_loss(y, P, labels=[0, 1, 2]), rel=1e-12)


def test_a_label_that_training_did_not_have_is_wrong_with_probability_0():
    found = scores.of_classes(np.array([0, 2]), np.array([0, 1]), [[1.0, 0.0], [0.5, 0.5]])
    assert found["error"] == 0.5
    assert found["log_loss"] == pytest.approx(-np.log(np.finfo(float).eps) / 2)


def test_calibration_error_is_how_far_confidence_is_from_accuracy():
    # Nine of ten are right at a confidence of 0.9; two of four at 0.7.
    P = np.array([[0.9, 0.1]] * 10 + [[0.7, 0.3]] * 4)
    y = np.array([0] * 9 + [1] + [0, 0, 1, 1])
    assert scores.calibration_error(y, P) == pytest.approx(4 / 14 * 0.2)
    assert scores.calibration_error(y[:10], P[:10]) == pytest.approx(0.0, abs=1e-12)


def test_scores_of_numbers_and_intervals_are_in_standard_deviations():
    y = np.array([0.0, 2.0, 4.0, 6.0])
    assert scores.of_numbers(y, np.full(4, y.mean()))["error"] == pytest.approx(1.0)
    found = scores.of_intervals(y, np.array([0, 0, 5, 5]), np.array([0, 3, 6, 6]))
    assert found == {"coverage": 0.75, "interval_width": pytest.approx(5 / 4 / y.std())}


def test_what_is_not_finite_has_no_score():
    with pytest.raises(ValueError, match="not finite"):
        scores.of_numbers(np.array([1.0, 2.0]), np.array([np.nan, 0.0]))
    with pytest.raises(ValueError, match="the same in all test rows"):
        scores.of_numbers(np.array([1.0, 1.0]), np.array([1.0, 0.0]))


# --- methods -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("method", SHOULD_RUN)
@pytest.mark.parametrize("table", ["fruit", "shop"])
def test_every_method_learns_a_table_with_holes(folder, table, method):
    with threadpool_limits(1):  # as the environment of a fit's own process says
        found = measure(job(folder, table, method))
    own = {"fruit": {"log_loss", "calibration_error"}, "shop": set()}[table]
    measured = {"version", "rows", "columns", "fit", "fit_processor", "predict", "error"}
    assert measured | own <= set(found)
    assert (found["rows"], found["columns"]) == ([60, 20], 4)
    assert found["error"] < 1.0  # of a regression: better than the mean
    assert min(found["fit"], found["predict"]) > 0


def test_presets_are_those_that_the_constructor_offers():
    class Offers:
        def __init__(self, *, preset: Literal["quick", "slow"] = "quick") -> None: ...

    class Hides:
        def __init__(self, *, preset: str = "quick") -> None: ...

    class Lacks:
        def __init__(self, *, hidden: Any = ()) -> None: ...

    assert presets(Offers) == {"quick": {"preset": "quick"}, "slow": {"preset": "slow"}}
    assert presets(Lacks) == {"plain": {}}
    with pytest.raises(TypeError, match="Literal"):
        presets(Hides)
    assert {name for name in METHODS if name.startswith("chainrule-")} == {
        f"chainrule-{name}" for name in presets(methods.TabularClassifier)
    }


def test_intervals_are_measured_where_a_method_has_them(folder, monkeypatch):
    class Constant:
        def fit(self, X, y):
            self.low, self.high = y.min(), y.max()

        def predict(self, X):
            return np.full(len(X), (self.low + self.high) / 2)

        def predict_interval(self, X, coverage):
            return np.full((len(X), 2), (self.low, self.high))

    method = methods.Method("sklearn", lambda task, seed, threads: Constant())
    monkeypatch.setitem(METHODS, "constant", method)
    found = measure(job(folder, "shop", "constant"))
    assert found["coverage"] > 0.9
    assert found["interval_width"] > 1.0


def test_levels_beyond_the_most_frequent_are_missing():
    texts = pa.table({"t": ["a"] * 3 + ["b"] * 2 + ["c"]})
    frame = peers.frame(texts)
    found = peers.Categories(most=2).fit(frame).transform(frame)["c0"]
    assert list(found.cat.categories) == ["a", "b"]
    assert found.isna().tolist() == [False] * 5 + [True]


# --- runs --------------------------------------------------------------------------------------


def fake(job, error=0.5, **more):
    """What a fit would find."""
    about = {"version": "sklearn 0", "rows": [60, 20], "columns": 4, "log_loss": error}
    return about | {"error": error, "fit": 2.0, "fit_processor": 2.0, "predict": 0.1} | more


def test_a_finished_fit_is_not_run_again(folder, tmp_path):
    wanted = [job(folder, "fruit", m) for m in ("sklearn-mlp", "hist-gradient-boosting")]
    started = []

    def alone(job):
        started.append(job.method)
        if len(started) == 2:
            raise KeyboardInterrupt
        return {"failed": "no"} if len(started) == 1 else fake(job)

    make = partial(results.Results, tmp_path / "out", {}, {"threads": 1})
    with pytest.raises(KeyboardInterrupt):
        make().run(wanted, alone)
    make().run(wanted, alone)
    assert started == ["sklearn-mlp", "hist-gradient-boosting", "hist-gradient-boosting"]
    make().run(wanted, alone, again=["sklearn-mlp"])
    assert started[3:] == ["sklearn-mlp"]
    assert [fit["method"] for fit in make().fits] == [w.method for w in wanted]
    assert "failed" not in make().fits[0]


def test_results_of_other_settings_are_not_mixed(folder, tmp_path):
    wanted = [job(folder, "fruit", "sklearn-mlp")]
    results.Results(tmp_path, {}, {"threads": 1}).run(wanted, fake)
    with pytest.raises(ValueError, match="choose another folder"):
        results.Results(tmp_path, {}, {"threads": 2})
    with pytest.raises(ValueError, match="another target or task of fruit"):
        results.Results(tmp_path, {}, {"threads": 1}).run(
            [replace(wanted[0], target="size", task="regression")], fake
        )


def test_a_process_that_dies_or_takes_too_long_is_a_failure(folder, monkeypatch):
    asked = job(folder, "fruit", "sklearn-mlp")
    assert results.alone(asked, limit=0.01) == {"failed": "not finished after 0.01 s"}
    dies = folder / "dies"
    dies.write_text('#!/bin/sh\necho "out of memory" >&2\nexit 3\n')
    dies.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(dies))
    found = results.alone(asked, limit=60)
    assert found == {"failed": "its process ended with status 3: out of memory"}


@pytest.mark.slow
def test_from_tables_to_page(folder, tmp_path, capsys):
    out = tmp_path / "out"
    command = ["--data", str(folder), "--tables", "fruit", "--seeds", "0", "--out", str(out)]
    main([*command, "--methods", "hist-gradient-boosting", "--rows", "40"])
    (fit,) = json.loads((out / "results.json").read_text())["fits"]
    assert (fit["table"], fit["method"], fit["rows"]) == (
        "fruit",
        "hist-gradient-boosting",
        [30, 10],
    )
    assert capsys.readouterr().out.strip() in (out / "results.md").read_text()
    assert (out / "error_against_time.svg").exists()
    with pytest.raises(SystemExit, match="choose another folder"):
        main([*command, "--rows", "30"])
    with pytest.raises(SystemExit, match=r"no rain\.parquet; it has fruit, shop"):
        main(["--data", str(folder), "--tables", "rain"])


def test_what_is_not_installed_is_left_out_with_a_word(folder, tmp_path, monkeypatch, capsys):
    absent = replace(METHODS["lightgbm"], library="no_such_library")
    monkeypatch.setitem(METHODS, "lightgbm", absent)
    monkeypatch.setattr("benchmarks.tables.__main__.alone", lambda job, limit: fake(job))
    chosen = ["--data", str(folder), "--out", str(tmp_path), "--methods"]
    main([*chosen, "hist-gradient-boosting", "lightgbm"])
    said = capsys.readouterr()
    assert "left out: lightgbm, no_such_library is not installed" in said.err
    assert "Not installed, and left out: lightgbm" in (tmp_path / "results.md").read_text()


# --- what they say together --------------------------------------------------------------------


def fits(method, errors, time=2.0):
    """Fits of tables t0, t1, ...: for each the errors with seeds 0, 1, ...; None failed."""
    return [
        {"table": f"t{i}", "seed": seed, "method": method, "task": "regression", "target": "y"}
        | ({"failed": "no memory"} if error is None else fake(None, error, fit=time))
        for i, by_seed in enumerate(errors)
        for seed, error in enumerate(by_seed)
    ]


def test_ratios_are_geometric_means_over_the_tables_that_both_have():
    found = Summary(
        fits("a", [[0.2, 0.4], [0.9, None], [None, None]], time=6.0)
        + fits("b", [[0.1, 0.2], [0.3, 0.1], [0.5, 0.5]]),
        against="b",
    )
    # Of the second table, the first seed alone; of the third nothing.
    assert found.ratios("a", "error") == pytest.approx([2.0, 3.0])
    ratio = found.against_all("a", "error")
    assert ratio.mean == pytest.approx(6.0**0.5)
    assert (ratio.tables, ratio.better, ratio.worse) == (2, 0, 2)
    assert found.against_all("b", "error").mean == 1.0
    assert found.seconds("a") == pytest.approx(6.0)
    assert len(found.failures) == 3


def test_no_wrong_row_counts_as_half_a_row():
    found = fits("a", [[0.0]]) + fits("b", [[0.1]])
    summary = Summary([fit | {"task": "classification"} for fit in found], against="b")
    assert summary.ratios("a", "error") == pytest.approx([0.5 / 20 / 0.1])


def test_the_page_shows_losses_and_failures(tmp_path):
    about = {"date": "-", "processor": "-", "cores": 2, "system": "-", "python": "-", "load": 3.0}
    found = fits("ours", [[0.2, 0.4], [None, 0.5]]) + fits("theirs", [[0.1, 0.1], [0.5, 1.5]])
    whole = {"about": about, "settings": {"threads": 1, "rows": None}, "fits": found}
    page = markdown(whole, {}, "theirs")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines()]
    # 3 and 1/3: the second table has its second seed alone.
    assert ["ours", "1.000", "2", "1", "1", "1.000", "1.00", "1.00", "2.00 s"] in rows
    assert ["t0", "0.3000", "0.1000"] in rows
    assert "- t1, seed 0, ours: no memory" in page
    assert "a load of 3.0" in page


def test_names_in_the_picture_cover_neither_marks_nor_each_other():
    # Marks so near each other that names on the same side would overlap.
    places = {f"method-{i}": (1.0 + 0.15 * (i // 3), 1.0 + 0.05 * (i % 3)) for i in range(6)}
    figure = new_figure((7.2, 4.8))
    canvas = FigureCanvasAgg(figure)
    ax = figure.add_subplot(xlim=(0.5, 1.7), ylim=(0.9, 1.2))
    canvas.draw()
    boxes = label(ax, places, canvas.get_renderer())
    assert [text.get_text() for text in ax.texts] == list(places)
    assert all(box.count_overlaps(boxes) == 1 for box in boxes)  # itself
    for mark in ax.transData.transform(list(places.values())):
        assert not any(box.contains(*mark) for box in boxes)


def test_the_picture_is_the_same_for_the_same_figures(tmp_path):
    summary = Summary(fits("a", [[0.2]], time=6.0) + fits("b", [[0.1]]), against="b")
    assert points(summary) == {"a": pytest.approx((6.0, 2.0)), "b": pytest.approx((2.0, 1.0))}
    for name in ("first.svg", "second.svg"):
        draw(summary, tmp_path / name)
    assert (tmp_path / "first.svg").read_bytes() == (tmp_path / "second.svg").read_bytes()
