"""The page about a model: self-contained, well formed, and with the right numbers."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InvalidTypeError, InvalidValueError
from chainrule.evaluation import WorstRow, permutation_importance, reliability, worst_rows
from chainrule.report import html_report
from chainrule.report.charts import nice_ticks, short
from chainrule.tables import decode_table, read_table
from chainrule.tables.scoring import judge

N = 120
RNG = np.random.default_rng(2)
X = RNG.normal(size=N)
TABLE = {
    "x": X,
    "town": RNG.choice(["u", "v & w", "<b>"], N).tolist(),
    "kind": np.where(X + 0.7 * RNG.normal(size=N) > 0, "yes", "no").tolist(),
    "y": 3 * X + RNG.normal(size=N),
}
VOID = {"meta", "polyline", "circle", "line", "rect"}


class Checker(HTMLParser):
    """Every element is closed in its turn, and nothing is loaded."""

    def __init__(self):
        super().__init__()
        self.open, self.text, self.seen = [], [], set()

    def handle_starttag(self, tag, attributes):
        self.seen.add(tag)
        for name, value in attributes:
            assert name not in ("src", "href", "srcset", "action", "data", "onload"), (tag, name)
            assert "url(" not in (value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def parsed(page):
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert not checker.seen & {"script", "img", "link", "iframe", "object", "form"}
    assert "@import" not in page
    assert "url(" not in page
    return " ".join(checker.text)


@pytest.fixture(scope="module", params=["kind", "y", "both"])
def fitted(request):
    targets = ["kind", "y"] if request.param == "both" else [request.param]
    drop = [name for name in ("kind", "y") if name not in targets]
    options = {"drop": drop, "epochs": 60, "hidden": (6,), "seed": 0}
    return cr.Pipeline.fit(TABLE, targets, **options), decode_table(TABLE, targets, drop=drop)


def test_the_page_is_whole_and_loads_nothing(fitted):
    pipeline, decoded = fitted
    page = html_report(
        pipeline, TABLE, title="A <title>", which="test", decoded=decoded,
        known={"Settings": {"hidden": [6], "seed": 0, "none": None}}, command="chainrule fit <x>",
    )  # fmt: skip
    text = parsed(page)
    assert "default-src 'none'" in page
    assert "A <title>" in text
    assert "chainrule fit <x>" in text
    for heading in ("Scores", "Calibration", "Learning curve", "What matters", "The worst rows",
                    "The data", "Settings", "Command"):  # fmt: skip
        assert f"<h2>{heading}</h2>" in page, heading


def test_the_numbers_are_those_of_the_evaluation(fitted):
    pipeline, _ = fitted
    found = cr.evaluate(pipeline, TABLE, resamples=50)
    text = parsed(html_report(pipeline, TABLE, evaluation=found))
    from chainrule.formatting import number

    for target in found.targets:
        for score in target.scores:
            assert number(score.value).replace("-", "−") in text.replace("-", "−")
        for row in target.confusion:
            for n in row:
                assert f"{n:,}" in text
    assert f"In 95% of 50 resamples of these rows it is {number(found.head.low)}" in text


def test_names_of_columns_and_labels_are_escaped(fitted):
    pipeline, decoded = fitted
    page = html_report(pipeline, TABLE, decoded=decoded)
    assert "<b>" not in re.sub(r"<b(?: class| style)[^>]*>|<b>(?:kind|y)</b>", "", page)
    assert "v &amp; w" in page


def test_a_loaded_model_has_no_curve(tmp_path, fitted):
    pipeline, _ = fitted
    cr.save_model(pipeline, tmp_path / "m")
    page = html_report(cr.load_model(tmp_path / "m"), TABLE)
    parsed(page)
    assert "Learning curve" not in page


def test_few_rows_and_many_classes():
    table = {"x": list(range(60)), "name": [f"n{i % 20}" for i in range(60)]}
    model = cr.Pipeline.fit(table, "name", epochs=2, hidden=(3,), seed=0)
    parsed(html_report(model, {"x": [1, 2], "name": ["n1", "n2"]}))
    text = parsed(html_report(model, table))
    assert "The most frequent ones." in text


def test_a_model_that_is_no_better_than_guessing_is_said_to_be():
    table = {"x": [1.0, 2.0] * 30, "y": ["a"] * 54 + ["b"] * 6}
    model = cr.Pipeline.fit(table, "y", epochs=1, hidden=(), seed=0)
    text = parsed(html_report(model, {"x": [1.0, 1.0], "y": ["a", "b"]}))
    assert "no better than the trivial guess" in text


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"model": 3}, InvalidTypeError, "model"),
        ({"row_numbers": [1]}, InvalidValueError, "row_numbers"),
        ({"row_numbers": ["a"] * N}, InvalidTypeError, "row_numbers"),
        ({"known": {"a": 1}}, InvalidTypeError, "known"),
        ({"evaluation": 1}, InvalidTypeError, "evaluation"),
        ({"title": 1}, InvalidTypeError, "title"),
    ],
)
def test_what_is_refused(fitted, arguments, error, message):
    with pytest.raises(error, match=message):
        html_report(**{"model": fitted[0], "frame": TABLE, **arguments})


# --- what the page is made of ---------------------------------------------------------------------


def test_importance_is_what_shuffling_costs(fitted):
    pipeline, _ = fitted
    found = permutation_importance(pipeline, TABLE, repeats=3)
    assert found[0].column == "x"
    assert found[0].loss > 0.1
    assert {one.column for one in found} == {"x", "town"}
    assert found == permutation_importance(pipeline, TABLE, repeats=3)


def test_a_column_that_nothing_depends_on_has_no_importance():
    table = {"x": X, "noise": RNG.normal(size=N), "y": X}
    model = cr.Pipeline.fit(table, "y", preset="plain", epochs=2, hidden=(), seed=0)
    W = model.parameters["layers[0].W"]
    W[1] = 0.0
    found = {one.column: one for one in permutation_importance(model, table)}
    assert found["noise"].loss == 0.0
    assert found["x"].loss > 0


def test_worst_rows_have_the_least_probability_or_the_largest_error(fitted):
    pipeline, _ = fitted
    table = read_table(TABLE)
    for judged in judge(pipeline.target, pipeline.schema.targets, table, pipeline.outputs(table)):
        found = worst_rows(judged, 5)
        if judged.target.name == "kind":
            p = (judged.a * judged.y).sum(axis=1)
            assert [one.badness for one in found] == sorted(p.tolist())[:5]
            assert all(TABLE["kind"][one.row] == one.true for one in found)
        else:
            errors = (judged.a - judged.y)[:, 0]
            assert abs(found[0].badness) == abs(errors).max()
            assert found[0].true == pytest.approx(TABLE["y"][found[0].row])


def test_bins_hold_every_row_and_equal_predictions_stay_together():
    p = np.repeat([0.1, 0.5, 0.9], [50, 3, 47])
    y = (RNG.uniform(size=100) < p).astype(float)
    found = reliability(p, y)
    assert [(one.n_rows, one.predicted) for one in found] == [
        (50, pytest.approx(0.1)), (3, 0.5), (47, pytest.approx(0.9)),
    ]  # fmt: skip
    assert sum(one.n_rows * one.observed for one in found) == pytest.approx(y.sum())
    assert reliability(np.empty(0), np.empty(0)) == []


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (-3, 12, [0, 5, 10]),
        (0, 0.03, [0, 0.01, 0.02, 0.03]), (5, 5, [5]), (980, 1020, [980, 990, 1000, 1010, 1020]),
    ],
)  # fmt: skip
def test_ticks_are_round_numbers_within_the_ends(low, high, ticks):
    assert nice_ticks(low, high) == pytest.approx(ticks)


@pytest.mark.parametrize(
    ("x", "text"),
    [(0, "0"), (0.25, "0.25"), (-1500, "−1,500"), (20000, "20k"), (1e-5, "1e-5"), (3e8, "3e8")],
)
def test_numbers_at_a_scale(x, text):
    assert short(x).replace("−", "-") == text.replace("−", "-")


def test_labels_that_look_wrong_are_listed_with_their_row():
    table = {"x": np.arange(8.0), "kind": list("ababbbab")}
    model = cr.Pipeline.fit(table, "kind", epochs=2, hidden=(2,), seed=0)
    decoded = decode_table(table, "kind")
    found = [WorstRow(row=5, true="b", predicted="a", badness=0.01234)]
    page = html_report(model, table, decoded=decoded, mislabelled=found)
    text = parsed(page)
    assert "<h2>Labels that look wrong</h2>" in page
    assert "1 row whose label is hardly" in text
    row = page.split("<h2>Labels that look wrong</h2>")[1].split("</tr>")[1]
    assert [part.split("<")[0] for part in row.split(">") if part.split("<")[0].strip()] == [
        "6", "b", "a", "0.01234", "5",
    ]  # fmt: skip
    assert "Labels that look wrong" not in html_report(model, table)
    with pytest.raises(cr.ChainruleError, match="mislabelled"):
        html_report(model, table, mislabelled=[3])
