"""The results as Markdown: all tables together, then each, then what is missing."""

from collections.abc import Callable, Sequence
from typing import Any

from ..report import count, seconds, table, times
from .one_fit import COVERAGE, PREDICTED
from .scores import BINS
from .summary import Summary

PICTURE = "error_against_time.svg"

HOW_TO_READ = f"""\
Every method has its defaults and gets the same rows: a quarter of each table is held out, once for
each seed, and the numbers are means over the seeds. Every fit has a process of its own, with as
many cores as threads. Importing the library and reading the table are not timed; what the library
loads in its first fit is. The error is the share of wrong labels, or the root mean squared error in
standard deviations of the target. The calibration error compares confidence and accuracy in
{BINS} bins; intervals are asked for with a coverage of {COVERAGE:.0%}.
Predictions are timed on {PREDICTED:,} rows, the held-out ones repeated, the best of three.

Ratios are geometric means over the tables on which both methods finished; where a method has no
wrong label, half a row counts as wrong."""


def markdown(results: dict[str, Any], missing: dict[str, str], against: str) -> str:
    """The whole page."""
    summary = Summary(results["fits"], against)
    parts = ["# Tables", _about(results, missing), HOW_TO_READ, "## All tables", overview(summary)]
    if summary.seconds(against) is not None:
        parts.append(f"![Error ratio against fit time]({PICTURE})")
    parts += ["## The tables", _tables(summary)]
    for title, what, shown in SECTIONS:
        if any(what in fit for fit in results["fits"]):
            parts += [f"## {title}", each_table(summary, what, shown)]
    if summary.failures:
        parts += ["## Failures", failures(summary)]
    return "\n\n".join(parts) + "\n"


def _about(results: dict[str, Any], missing: dict[str, str]) -> str:
    about, settings = results["about"], results["settings"]
    used = dict.fromkeys(fit["version"] for fit in results["fits"] if "version" in fit)
    lines = [
        f"{about['date']}, {about['processor']} ({count(about['cores'], 'core')}), "
        f"{about['system']}, Python {about['python']}; {', '.join(used)}.",
        f"{count(settings['threads'], 'thread')}; "
        + (f"at most {settings['rows']:,} rows." if settings["rows"] else "all rows."),
    ]
    if missing:
        names = ", ".join(f"{method} ({library})" for method, library in missing.items())
        lines.append(f"Not installed, and left out: {names}.")
    if about["load"] > 0.5:
        lines.append(
            f"The machine was not quiet: a load of {about['load']:.1f} when the run began."
        )
    return "\n".join(f"- {line}" for line in lines)


def overview(summary: Summary) -> str:
    """A row for each method: its ratios to one, on how many tables it is better and worse."""
    rows = []
    for method in summary.methods:
        ratios = [
            summary.against_all(method, what) for what in ("error", "log_loss", "fit", "predict")
        ]
        error, typical = ratios[0], summary.seconds(method)
        counts = [str(n) for n in (error.tables, error.better, error.worse)] if error else "---"
        cells = [f"{ratio.mean:.3f}" if ratio else "-" for ratio in ratios[:2]]
        cells += [times(ratio.mean) if ratio else "-" for ratio in ratios[2:]]
        rows.append([method, cells[0], *counts, *cells[1:], seconds(typical) if typical else "-"])
    head = ["", "error", "tables", "better", "worse", "log-loss", "fit", "predict", "one fit"]
    return f"Ratios to {summary.against}:\n\n{table(head, rows)}"


def _tables(summary: Summary) -> str:
    rows = []
    for name in summary.tables:
        fits = [fit for method in summary.methods for fit in summary.fits(name, method)]
        for fit in fits[:1]:
            sizes = [f"{sum(fit['rows']):,}", str(fit["columns"])]
            rows.append([name, fit["task"], fit["target"], *sizes])
    return table(["", "task", "target", "rows", "columns"], rows)


def each_table(summary: Summary, what: str, shown: Callable[[float], str]) -> str:
    """A row for each table, a column for each method."""
    methods = [m for m in summary.methods if summary.has(m, what)]
    rows = []
    for name in summary.tables:
        values = [summary.mean(name, method, what) for method in methods]
        if any(value is not None for value in values):
            rows.append([name, *("-" if value is None else shown(value) for value in values)])
    return table(["", *methods], rows)


def _plain(value: float) -> str:
    return f"{value:.4f}"


SECTIONS: Sequence[tuple[str, str, Callable[[float], str]]] = [
    ("Error", "error", _plain),
    ("Log-loss", "log_loss", _plain),
    ("Calibration error", "calibration_error", _plain),
    ("Coverage of intervals", "coverage", lambda value: f"{value:.1%}"),
    ("Width of intervals, in standard deviations", "interval_width", _plain),
    ("Time of a fit", "fit", seconds),
    ("The processor's time of a fit", "fit_processor", seconds),
    (f"Time of a prediction of {PREDICTED:,} rows", "predict", seconds),
]


def failures(summary: Summary) -> str:
    """A line for each fit that has no numbers, and why."""
    return "\n".join(
        f"- {fit['table']}, seed {fit['seed']}, {fit['method']}: {fit['failed']}"
        for fit in summary.failures
    )
