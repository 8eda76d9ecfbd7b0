"""The picture: how large the error is for the time of a fit, each method a point, ours in blue."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from matplotlib.transforms import Bbox

from chainrule.plots.style import BLUE, GREY, LIGHT, new_figure, tidy

from ..report import seconds
from .summary import Summary

_AROUND = [
    (9, 0, "left", "center"),
    (-9, 0, "right", "center"),
    (0, 9, "center", "bottom"),
    (0, -9, "center", "top"),
    (8, 8, "left", "bottom"),
    (8, -8, "left", "top"),
    (-8, 8, "right", "bottom"),
    (-8, -8, "right", "top"),
]
"""Where a label may stand: points right and up of its mark, and how it is aligned there."""


def points(summary: Summary) -> dict[str, tuple[float, float]]:
    """For each method with finished fits, seconds of a fit and error ratio."""
    found = {}
    for method in summary.methods:
        ratio, time = summary.against_all(method, "error"), summary.seconds(method)
        if ratio and time:
            found[method] = (time, ratio.mean)
    return found


def draw(summary: Summary, path: Path) -> None:
    """Write the picture, on logarithmic axes."""
    places = points(summary)
    figure = new_figure((7.2, 4.8))
    canvas = FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    for name, place in places.items():
        ax.plot(*place, "o", color=_color(name), markersize=8, zorder=3)
    ax.axhline(1.0, color=LIGHT, zorder=1)
    tidy(ax, "Error against time of a fit", "time of a fit", f"error / {summary.against}")
    _scales(ax, [y for _, y in places.values()])
    canvas.draw()
    label(ax, places, canvas.get_renderer())
    # The same bytes for the same figures.
    with mpl.rc_context({"svg.hashsalt": "tables"}):
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def _scales(ax: Any, ratios: list[float]) -> None:
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.margins(x=0.25, y=0.12)
    narrow = max(ratios) < 4 * min(ratios)
    ax.yaxis.set_major_locator(MaxNLocator(6) if narrow else LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 3), numticks=12))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: _short(x)))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_minor_formatter(NullFormatter())


def _short(time: float) -> str:
    number, unit = seconds(time).split()
    return f"{float(number.replace(',', '')):,.0f} {unit}"


def _color(name: str) -> str:
    return BLUE if name.startswith("chainrule") else GREY


def label(ax: Any, places: dict[str, tuple[float, float]], renderer: Any) -> list[Bbox]:
    """A name beside each mark, where it covers the fewest marks and other names: their boxes."""
    marks = ax.transData.transform(list(places.values()))
    taken = [Bbox.from_bounds(x - 7, y - 7, 14, 14) for x, y in marks]
    for name, place in places.items():
        text = ax.annotate(
            name, place, (0, 0), textcoords="offset points", fontsize=9, color=_color(name)
        )
        boxes = []
        for right, up, horizontal, vertical in _AROUND:
            text.set(position=(right, up), ha=horizontal, va=vertical)
            boxes.append(text.get_window_extent(renderer))
        covered = [box.count_overlaps(taken) for box in boxes]
        best = covered.index(min(covered))
        right, up, horizontal, vertical = _AROUND[best]
        text.set(position=(right, up), ha=horizontal, va=vertical)
        taken.append(boxes[best])
    return taken[len(places) :]
