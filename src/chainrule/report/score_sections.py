"""How good the model is: the sections of a report about its outputs."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from ..evaluation import (
    ColumnImportance,
    Score,
    TargetEvaluation,
    WorstRow,
    calibration_error,
    reliability,
    worst_rows,
)
from ..evaluation.scores import spread_in_words
from ..formatting import number
from ..tables import ClassTarget, Table
from ..tables.columns import as_texts, number_array
from ..tables.scoring import Judged
from ..tables.words import count
from .charts import histogram, padded, reliability_chart, scatter
from .tags import percent, section, table, text

_MOST_CLASSES = 16
_MOST_POINTS = 1500
_MOST_COLUMNS = 20


def hero(one: TargetEvaluation, level: float, resamples: int, which: str) -> str:
    """The first score, large, and where it stands."""
    head = one.head
    name = spaced(head.metric)
    verdict = (
        f'<span class="better">better than the trivial guess</span>, {escape(one.guess)}'
        if head.beats_the_guess
        else f'<span class="worse">no better than the trivial guess</span>, {escape(one.guess)}'
    )
    spread = spread_in_words(head) if head.low != head.high else ""
    if spread:
        spread = f" In {level:.0%} of {resamples:,} resamples of these rows it is {spread}."
    on = f"{which} rows" if which else "rows"
    return (
        f'<div><div class="score"><small>{escape(name)} on {one.rows:,} {on}</small>'
        f"{number(head.value)}</div>"
        f'<p class="verdict">{verdict} ({number(head.guess)}).{spread}</p></div>{scale(head)}'
    )


def scale(score: Score) -> str:
    """The score, its interval and the guess on a line."""
    values = [v for v in (score.value, score.guess, score.low, score.high) if v is not None]
    values = [v for v in values if np.isfinite(v)]
    if len(values) < 2:
        return "<div></div>"
    low, high = min(values), max(values)
    if score.greater_is_better and high <= 1.0:
        low, high = min(0.0, low), 1.0
    elif low >= 0:
        low, high = 0.0, high * 1.05
    span = (high - low) or 1.0

    def at(value: float) -> float:
        return (value - low) / span

    def label(value: float, words: str, kind: str) -> str:
        side = " start" if at(value) < 0.15 else " end" if at(value) > 0.85 else ""
        return f'<b class="{kind}{side}" style="left:{percent(at(value))}">{escape(words)}</b>'

    parts = ['<i class="rail"></i>']
    if score.low is not None and score.high is not None:
        width = percent(at(score.high) - at(score.low))
        parts.append(f'<i class="span" style="left:{percent(at(score.low))};width:{width}"></i>')
    if np.isfinite(score.guess):
        parts.append(f'<i class="tick" style="left:{percent(at(score.guess))}"></i>')
        parts.append(label(score.guess, f"trivial guess {number(score.guess)}", "low"))
    parts.append(f'<i class="dot" style="left:{percent(at(score.value))}"></i>')
    parts.append(label(score.value, f"model {number(score.value)}", "up"))
    return f'<div class="scale">{"".join(parts)}</div>'


def score_table(one: TargetEvaluation) -> str:
    """Every score beside that of the trivial guess."""
    spreads = any(score.low is not None for score in one.scores[1:])
    rows = []
    for score in one.scores:
        style = "better" if score.beats_the_guess else "worse"
        arrow = "↑" if score.greater_is_better else "↓"
        row = [
            f'{escape(spaced(score.metric))} <span class="soft">{arrow}</span>',
            f'<span class="{style}">{text(score.value)}</span>',
            *([text(spread_in_words(score))] if spreads else []),
            text(score.guess),
        ]
        rows.append(row)
    heads = ["", "model", *(["spread"] if spreads else []), one.guess]
    note = "Better is ↑ more, ↓ less."
    return section("Scores", table(heads, rows, range(1, len(heads))), note)


def mistakes(one: TargetEvaluation, judged: Judged) -> str:
    """The confusion table, or predictions against the truth and the sizes of errors."""
    if not one.labels:
        return _residuals(one, judged)
    counts = np.array(one.confusion)
    wrong = int(counts.sum() - np.trace(counts))
    said = f"{count(wrong, 'mistake')} in {count(one.rows, 'row')}."
    if len(one.labels) > _MOST_CLASSES:
        np.fill_diagonal(counts, 0)
        order = np.argsort(-counts, axis=None, kind="stable")[:12]
        pairs = [divmod(int(k), len(one.labels)) for k in order]
        rows = [
            [escape(one.labels[i]), escape(one.labels[j]), text(int(counts[i, j]))]
            for i, j in pairs
            if counts[i, j]
        ]
        body = table(["true", "predicted", "rows"], rows, (2,)) if rows else ""
        return section("Mistakes", body or "<p>None.</p>", f"{said} The most frequent ones.")
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    head = "".join(f'<th title="{escape(n)}">{escape(n)}</th>' for n in one.labels)
    body = ""
    for i, name in enumerate(one.labels):
        cells = "".join(
            f'<td{" class=ok" if i == j else ""}><span style="--h:{0.04 + 0.6 * shares[i, j]:.2f}">'
            f"{counts[i, j]:,}</span></td>"
            for j in range(len(one.labels))
        )
        body += f'<tr><th scope="row" title="{escape(name)}">{escape(name)}</th>{cells}</tr>'
    whole = f"<table><tr><th></th>{head}</tr>{body}</table>"
    note = f"{said} True class in rows, predicted class in columns; darker is a larger share."
    return section("Mistakes", f'<div class="scroll confusion">{whole}</div>', note)


def _residuals(one: TargetEvaluation, judged: Judged) -> str:
    a, y = judged.a[:, 0].astype(float), judged.y[:, 0]
    if not (np.isfinite(a).all() and np.isfinite(y).all()):
        return ""
    at = np.linspace(0, len(a) - 1, min(len(a), _MOST_POINTS)).astype(int)
    errors = one.errors
    note = (
        f"Half of the rows are within {number(errors['half'])}, nine of ten within "
        f"{number(errors['nine of ten'])}; the mean error is {number(errors['mean'])}."
    )
    shown = f"true {one.name}", f"predicted {one.name}"
    return section("Predicted and true", scatter(y[at], a[at], *shown), note) + section(
        "Errors",
        histogram(a - y, "predicted − true"),
        f"The largest is {number(errors['largest'])}.",
    )


def calibration(judged: Judged) -> str:
    """Whether the model's probabilities, or its values, agree with what is observed."""
    a, y, target = judged.a.astype(float), judged.y, judged.target
    if not np.isfinite(a).all() or len(y) < 20:
        return ""
    if not isinstance(target, ClassTarget):
        found = reliability(a[:, 0], y[:, 0])
        names = f"predicted {target.name}", f"mean of {target.name}"
        note = "Rows sorted by the prediction, in ten groups; on the diagonal they agree."
    else:
        if target.n_out == 2:
            predicted, observed = a[:, 1], y[:, 1]
            names = f"probability of {target.labels[1]}", "how often it is"
        else:
            best = a.argmax(axis=1)
            predicted, observed = a.max(axis=1), (y.argmax(axis=1) == best).astype(float)
            names = "probability of the predicted class", "how often it is right"
        found = reliability(predicted, observed)
        note = (
            "Rows sorted by the probability, in ten groups; on the diagonal it is how often it "
            f"comes true. They differ by {number(calibration_error(found))} on average."
        )
    p, o = (np.array([getattr(b, k) for b in found]) for k in ("predicted", "observed"))
    sizes = np.array([b.n_rows for b in found], dtype=float)
    ends = (0.0, 1.0) if isinstance(target, ClassTarget) else padded(np.concatenate([p, o]))
    return section("Calibration", reliability_chart(p, o, sizes, ends, *names), note)


def importance(found: Sequence[ColumnImportance], metric: str, wide: bool) -> str:
    """What shuffling each column costs."""
    shown = found[:_MOST_COLUMNS]
    most = max((abs(one.loss) + one.std for one in shown), default=0.0)
    if not most > 0:
        return ""
    bars = []
    for one in shown:
        width = percent(max(one.loss, 0.0) / most)
        left, right = max(one.loss - one.std, 0.0) / most, max(one.loss + one.std, 0.0) / most
        whisker = f'<b style="left:{percent(left)};width:{percent(right - left)}"></b>'
        bars.append(
            f"<span>{escape(one.column)}</span>"
            f'<span class="track"><i style="width:{width}"></i>{whisker}</span>'
            f"<span>{text(one.loss)}</span>"
        )
    more = len(found) - len(shown)
    note = (
        f"How much worse the {escape(spaced(metric))} becomes when a column is shuffled among the "
        "rows. Columns that say the same share what they matter."
    )
    note += f" {count(more, 'further column')} below these." if more > 0 else ""
    return section("What matters", f'<div class="bars">{"".join(bars)}</div>', note, wide=wide)


def worst(
    judged: Judged, rows: Table, columns: Sequence[str], numbers: Sequence[int], most: int = 10
) -> str:
    """The rows that it is most wrong about, with their most important columns."""
    found = worst_rows(judged, most)
    of_classes = isinstance(judged.target, ClassTarget)
    heads = ["row", "true", "predicted", _TRUE_ONE if of_classes else "error"]
    called = [int(numbers[one.row]) for one in found]
    right = [0, 3] if of_classes else [0, 1, 2, 3]
    which = "the least probability of the true class" if of_classes else "the largest errors"
    note = f"With {which}; by their number in the table, and with the columns that matter most."
    listed = _listed(heads, found, called, rows, [one.row for one in found], columns, right)
    return section("The worst rows", listed, note, wide=True)


def mislabelled(
    found: Sequence[WorstRow], rows: Table | None, columns: Sequence[str], most: int = 10
) -> str:
    """The rows of a table whose labels look wrong; nothing where there are none."""
    if not found:
        return ""
    shown = found[:most]
    heads = ["row", "label", "looks like", _TRUE_ONE.replace("true one", "label")]
    places = [one.row for one in shown]
    called = [place + 1 for place in places]
    listed = _listed(heads, shown, called, rows, places, [] if rows is None else columns, [0, 3])
    note = (
        f"{count(len(found), 'row')} whose label is hardly what networks say that had not learned "
        "from it. Look whether it is right before anything is changed."
    )
    return section("Labels that look wrong", listed, note, wide=True)


_TRUE_ONE = "probability of the true one"


def _listed(
    heads: Sequence[str],
    found: Sequence[WorstRow],
    called: Sequence[int],
    rows: Table | None,
    places: Sequence[int],
    columns: Sequence[str],
    right: Sequence[int],
) -> str:
    """Rows one below the other, with what is in some columns of them."""
    values: list[list[Any]] = []
    if rows is not None:
        native, at = rows.to_native(), number_array(list(places))
        values = [as_texts(native[name].take(at)).to_pylist() for name in columns]
    body = [
        [
            text(number), text(one.true), text(one.predicted), text(one.badness),
            *("" if own[k] is None else text(own[k]) for own in values),
        ]
        for k, (number, one) in enumerate(zip(called, found, strict=True))
    ]  # fmt: skip
    return table([*heads, *columns], body, right)


def spaced(name: str) -> str:
    """The name of a metric as words."""
    return name.replace("_", " ")
