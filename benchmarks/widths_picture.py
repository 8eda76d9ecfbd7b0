"""What `widths.py` measured: a picture with the limits drawn in, and a table for the page."""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator

from chainrule.plots.style import GREY, SEQUENTIAL, new_figure, pens, tidy

from . import report

Figures = dict[str, Any]
Axes = Any

LINES_BY_BATCH = [1, 8, 64, 512, 8192]
LINES_BY_WIDTH = [8, 32, 128, 512, 2048]


def limits(found: Figures, threads: str) -> dict[tuple[int, int], tuple[float, float, float]]:
    """For each (width, batch) the seconds of the fixed cost, of the arithmetic and of reading and
    writing what Adam has to: an update takes the longest of the three at least."""
    known = found["limits"]
    rates = {entry["bytes"]: entry["rate"][threads] for entry in known["bandwidth"]}
    return {
        (u["width"], u["batch"]): (
            known["fixed"][threads],
            u["operations"] / known["peak"][threads],
            2 * u["state"] / rates[u["state"]],
        )
        for u in found["updates"]
    }


def times(found: Figures, threads: str) -> dict[tuple[int, int], float]:
    """For each (width, batch) the measured seconds of an update."""
    return {(u["width"], u["batch"]): u["seconds"][threads] for u in found["updates"]}


def predicted(found: Figures, threads: str) -> dict[tuple[int, int], float]:
    """For each (width, batch) how many times as fast as one thread so many would be.

    By Amdahl's law: of an update the part p is shared by u threads, which takes 1 - p + p / u of
    the time. The times of one and of two threads give p, the median of a field and the fields
    around it; the engine says u. So what threads tell each other is taken to cost many what it
    costs two, and memory to be as fast for each of them.
    """
    shared = {
        (u["width"], u["batch"]): min(max(0.0, 2 - 2 * u["seconds"]["2"] / u["seconds"]["1"]), 1.0)
        for u in found["updates"]
        if u["useful"]["2"] > 1
    }
    speedups = {}
    for update in found["updates"]:
        width, batch, part = update["width"], update["batch"], 0.0
        if (width, batch) in shared:
            around = itertools.product((width / 2, width, 2 * width), (batch / 2, batch, 2 * batch))
            part = median(shared[field] for field in around if field in shared)
        speedups[width, batch] = 1 / (1 - part + part / update["useful"][threads])
    return speedups


def draw(found: Figures, path: Path) -> None:
    """Times against width and against batch on one thread; below, how near they are to the limit,
    what a second thread does, and what more of them would do."""
    figure = new_figure((9.2, 12.2))
    (by_width, by_batch), below, last = figure.subplots(3, 2, height_ratios=(6, 5, 5))
    measured, bounds = times(found, "1"), limits(found, "1")
    widths, batches = ([*dict.fromkeys(key[i] for key in measured)] for i in (0, 1))

    _lines(by_width, widths, LINES_BY_BATCH, lambda n, b: (n, b), measured, bounds, "batch")
    tidy(by_width, "Time of an update against width", "width n", "")
    _lines(by_batch, batches, LINES_BY_WIDTH, lambda b, n: (n, b), measured, bounds, "width")
    tidy(by_batch, "Time of an update against batch", "rows in a batch", "")
    _name_limits(by_batch, bounds, batches)
    figure.suptitle("Training a network n-n-1 by Adam in float32, one thread", fontsize=13)
    kinds = [
        Line2D([], [], color=GREY, marker="o", markersize=4, label="measured"),
        Line2D([], [], color=GREY, linestyle=(0, (4, 2)), label="limit"),
    ]
    by_width.legend(handles=kinds, loc="upper left", frameon=False)

    near = {key: 100 * max(bounds[key]) / seconds for key, seconds in measured.items()}
    _map(below[0], near, widths, batches, "{:.0f}", (0, 100))
    below[0].set_title("Part of the limit that is reached, in percent")
    if "2" in found["limits"]["peak"]:
        second = times(found, "2")
        faster = {key: measured[key] / second[key] for key in measured}
        _map(below[1], faster, widths, batches, "{:.1f}", (1.0, 2.0))
        below[1].set_title("Two threads: so many times as fast as one")
        for ax, threads, name in zip(last, ("8", "32"), ("Eight", "32"), strict=True):
            _map(ax, predicted(found, threads), widths, batches, "{:.1f}", (1.0, int(threads)))
            ax.set_title(f"{name} threads, predicted")
    else:
        for ax in (below[1], *last):
            ax.set_axis_off()
    # The same bytes for the same figures.
    with mpl.rc_context({"svg.hashsalt": "widths"}):
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def _lines(
    ax: Axes,
    xs: Sequence[int],
    lines: Sequence[int],
    key: Callable[[int, int], tuple[int, int]],
    measured: dict[tuple[int, int], float],
    bounds: dict[tuple[int, int], tuple[float, float, float]],
    what: str,
) -> None:
    """A measured line and its limit for each of `lines`, named at its end."""
    shown = [line for line in lines if key(xs[0], line) in measured]
    for line, pen in zip(shown, pens(len(shown)), strict=True):
        keys = [key(x, line) for x in xs]
        look = {"color": pen.color, "zorder": 3}
        ax.plot(xs, [measured[k] for k in keys], marker=pen.marker, markersize=4, **look)
        ax.plot(xs, [max(bounds[k]) for k in keys], lw=1.1, linestyle=(0, (4, 2)), **look)
        ax.annotate(
            f"{what} {line:,}" if line == shown[-1] else f"{line:,}",
            (xs[-1], measured[keys[-1]]),
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=pen.color,
        )
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_xticks(xs[:: 2 if len(xs) < 10 else 3])
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda t, _: _power_of_ten(t)))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_xlim(right=xs[-1] * (xs[-1] / xs[0]) ** 0.2)


def _name_limits(
    ax: Axes, bounds: dict[tuple[int, int], tuple[float, float, float]], batches: Sequence[int]
) -> None:
    """Which of the limits each part of a dashed line is: they read from the narrow to the wide."""
    first, many, some = (batches[len(batches) * part // 14] for part in (0, 9, 4))
    widest = max(width for width, _ in bounds)
    names = [
        ("memory", first, bounds[widest, first][2], 0),
        ("arithmetic", many, bounds[widest, many][1], 33),
        ("fixed cost", some, bounds[widest, first][0], 0),
    ]
    for name, batch, time, turned in names:
        ax.annotate(
            name,
            (batch, time),
            xytext=(2, -10),
            textcoords="offset points",
            fontsize=8.5,
            fontstyle="italic",
            color=GREY,
            rotation=turned,
            rotation_mode="anchor",
        )


def _map(
    ax: Axes,
    values: dict[tuple[int, int], float],
    widths: Sequence[int],
    batches: Sequence[int],
    form: str,
    ends: tuple[float, float],
) -> None:
    """A number in a coloured field for every width (up) and batch (across)."""
    numbers = np.array([[values[n, b] for b in batches] for n in widths])
    ax.imshow(numbers, origin="lower", aspect="auto", cmap=SEQUENTIAL, vmin=ends[0], vmax=ends[1])
    middle = sum(ends) / 2
    for i, j in np.ndindex(numbers.shape):
        ax.text(
            j,
            i,
            form.format(numbers[i, j]),
            ha="center",
            va="center",
            fontsize=7,
            color="black" if numbers[i, j] > middle else "white",
        )
    ax.set_xticks(range(len(batches)), [_short(b) for b in batches], fontsize=8)
    ax.set_yticks(range(len(widths)), [f"{n:,}" for n in widths], fontsize=8)
    ax.set_xlabel("rows in a batch")
    ax.set_ylabel("width n")
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def _power_of_ten(time: float) -> str:
    """Without a fraction: "10 ms"."""
    number, unit = report.seconds(time).split()
    return f"{float(number):.0f} {unit}"


def _short(n: int) -> str:
    return str(n) if n < 1024 else f"{n // 1024}k"


def table(found: Figures) -> str:
    """Where it was measured, the limits, and some of the times, as Markdown."""
    about, known = found["machine"], found["limits"]
    counts = list(known["peak"])
    smallest, largest = known["bandwidth"][0], known["bandwidth"][-1]
    rows = []
    for threads in counts:
        rates = [f"{entry['rate'][threads] / 1e9:.0f} GB/s" for entry in (smallest, largest)]
        rows.append(
            [threads, f"{known['peak'][threads] / 1e9:.0f} GFLOP/s", *rates]
            + [report.seconds(known["fixed"][threads])]
        )
    head = ["threads", "multiply-adds, float32"]
    head += [f"{_bytes(entry['bytes'])} read and written" for entry in (smallest, largest)]
    lines = [
        f"{about['date']}, {about['processor']} ({report.count(about['cores'], 'core')}), "
        f"chainrule {about['chainrule']}. The limits:",
        report.table([*head, "fixed cost of an update"], rows),
    ]
    measured = {threads: times(found, threads) for threads in counts}
    widths = [n for n in LINES_BY_WIDTH if (n, 1) in measured["1"]]
    rows = [
        [f"{batch:,}", threads] + [report.seconds(measured[threads][n, batch]) for n in widths]
        for batch in (1, 32, 256, 8192)
        if (widths[0], batch) in measured["1"]
        for threads in counts
    ]
    lines += [
        "The time of an update:",
        report.table(["batch", "threads", *(f"width {n:,}" for n in widths)], rows),
    ]
    if about["load"] > 0.5:
        lines.append(
            f"The machine was not quiet: a load of {about['load']:.1f} when the run began."
        )
    return "\n\n".join(lines) + "\n"


def _bytes(n: int) -> str:
    return f"{n / 2**20:.0f} MiB" if n >= 2**20 else f"{n / 2**10:.0f} KiB"
