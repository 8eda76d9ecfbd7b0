"""Charts as SVG whose colours and letters are the page's.

Drawn here, and not by matplotlib: the page's style sheet decides the colours, in the light and in
the dark, and a page takes milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from math import ceil, floor, isfinite, log10

import numpy as np

from ..typing import Array

WIDTH, HEIGHT = 420, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 12, 40
_MOST_POINTS = 300


@dataclass
class Axes:
    """A rectangle with two scales, and what is drawn in it.

    Parameters
    ----------
    x, y : (float, float)
        The ends of the scales.
    log : bool, default False
        Whether the vertical scale is logarithmic.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    log: bool = False
    parts: list[str] = field(default_factory=list)

    def right(self, x: float) -> float:
        """The place of a number on the horizontal scale."""
        low, high = self.x
        return _LEFT + (x - low) / ((high - low) or 1) * (WIDTH - _LEFT - _RIGHT)

    def down(self, y: float) -> float:
        """The place of a number on the vertical scale."""
        low, high = self.y
        if self.log:
            low, high, y = log10(low), log10(high), log10(y)
        return HEIGHT - _BOTTOM - (y - low) / ((high - low) or 1) * (HEIGHT - _TOP - _BOTTOM)

    def line(self, x: Array, y: Array, style: str) -> None:
        """A line through the points that are numbers."""
        known = np.isfinite(y) & (y > 0 if self.log else True)
        points = " ".join(
            f"{self.right(a):.1f},{self.down(b):.1f}"
            for a, b in zip(x[known], y[known], strict=True)
        )
        self.parts.append(f'<polyline class="{style}" points="{points}"/>')

    def dots(self, x: Array, y: Array, style: str, radius: float | Array = 2.5) -> None:
        """A dot at each point."""
        sizes = np.broadcast_to(radius, len(x))
        self.parts += [
            f'<circle class="{style}" cx="{self.right(a):.1f}" cy="{self.down(b):.1f}" '
            f'r="{r:.1f}"/>'
            for a, b, r in zip(x, y, sizes, strict=True)
        ]

    def bars(self, edges: Array, heights: Array, style: str) -> None:
        """A bar between each two edges."""
        for left, end, height in zip(edges[:-1], edges[1:], heights, strict=True):
            a, b, top = self.right(left), self.right(end), self.down(height)
            self.parts.append(
                f'<rect class="{style}" x="{a + 0.5:.1f}" y="{top:.1f}" '
                f'width="{max(b - a - 1, 0.5):.1f}" height="{HEIGHT - _BOTTOM - top:.1f}"/>'
            )

    def svg(self, x_label: str, y_label: str, title: str) -> str:
        """The chart with its scales."""
        x_ticks, y_ticks = nice_ticks(*self.x), self._y_ticks()
        grid = [
            f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{self.down(y):.1f}" '
            f'y2="{self.down(y):.1f}"/>'
            f'<text x="{_LEFT - 6}" y="{self.down(y) + 4:.1f}" text-anchor="end">{short(y)}</text>'
            for y in y_ticks
        ]
        below = HEIGHT - _BOTTOM
        grid += [
            f'<text x="{self.right(x):.1f}" y="{below + 15}" text-anchor="middle">{short(x)}</text>'
            for x in x_ticks
        ]
        middle = (_LEFT + WIDTH - _RIGHT) / 2
        labels = (
            f'<text class="label" x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">'
            f"{escape(x_label)}</text>"
            f'<text class="label" transform="translate(11 {(below + _TOP) / 2}) rotate(-90)" '
            f'text-anchor="middle">{escape(y_label)}</text>'
        )
        return (
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
            f"{''.join(grid)}{''.join(self.parts)}{labels}</svg>"
        )

    def _y_ticks(self) -> list[float]:
        if not self.log:
            return nice_ticks(*self.y)
        low, high = log10(self.y[0]), log10(self.y[1])
        step = max(1, ceil((high - low) / 5))
        found = [10.0**k for k in range(ceil(low), floor(high) + 1, step)]
        return found if len(found) > 1 else nice_ticks(*self.y)


def nice_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers between two ends: multiples of 1, 2 or 5 times a power of ten."""
    if not high > low:
        return [low]
    rough = (high - low) / (most - 1)
    power = 10.0 ** floor(log10(rough))
    step = next(k * power for k in (1, 2, 5, 10) if k * power >= rough * 0.999)
    first = ceil(low / step - 1e-9)
    return [k * step for k in range(first, floor(high / step + 1e-9) + 1)]


def short(x: float) -> str:
    """A number at a scale: "0.25", "1,500", "20k", "1e-05"."""
    if abs(x) >= 1e6 or 0 < abs(x) < 1e-3:
        return f"{x:.0e}".replace("e+0", "e").replace("e-0", "e-").replace("-", "−")
    if abs(x) >= 1e4:
        return f"{x / 1e3:g}k".replace("-", "−")
    return f"{float(f'{x:.6g}'):,g}".replace("-", "−")


def learning_curve(curves: Sequence[tuple[str, Array]], kept: int | None, label: str) -> str:
    """Curves by epoch, each with its style, and a mark at the epoch that was kept."""
    every = np.concatenate([curve for _, curve in curves])
    known = every[np.isfinite(every)]
    if not len(known):
        return ""
    n = max(len(curve) for _, curve in curves)
    low, high = float(known.min()), float(known.max())
    log = low > 0 and high / low > 30
    pad = 0 if log else (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    axes = Axes((1, max(n, 2)), (low * 0.85, high * 1.15) if log else (low - pad, high + pad), log)
    for style, curve in curves:
        epochs = np.unique(np.linspace(0, len(curve) - 1, min(len(curve), _MOST_POINTS)).round())
        at = epochs.astype(int)
        axes.line(at + 1.0, curve[at], f"line {style}")
        if len(curve) == 1:
            axes.dots(np.array([1.0]), curve, style)
    last = curves[-1][1]
    if kept and kept <= len(last) and isfinite(last[kept - 1]):
        axes.dots(np.array([float(kept)]), last[kept - 1 : kept], "mark", 5)
    return axes.svg("epoch", label, f"{label} by epoch")


def reliability_chart(predicted: Array, observed: Array, sizes: Array, ends: tuple[float, float],
                      x_label: str, y_label: str) -> str:  # fmt: skip
    """Means of bins against each other, with the diagonal; larger dots have more rows."""
    axes = Axes(ends, ends)
    axes.line(np.array(ends), np.array(ends), "line ideal")
    axes.line(predicted, observed, "line one")
    radius = 3 + 3 * np.sqrt(sizes / max(float(sizes.max()), 1.0))
    axes.dots(predicted, observed, "one", radius)
    return axes.svg(x_label, y_label, f"{y_label} against {x_label}")


def scatter(x: Array, y: Array, x_label: str, y_label: str) -> str:
    """Points, with the diagonal."""
    ends = padded(np.concatenate([x, y]))
    axes = Axes(ends, ends)
    axes.line(np.array(ends), np.array(ends), "line ideal")
    axes.dots(x, y, "point", 2.5 if len(x) < 300 else 1.6)
    return axes.svg(x_label, y_label, f"{y_label} against {x_label}")


def histogram(values: Array, x_label: str) -> str:
    """How many values lie where."""
    heights, edges = np.histogram(values, bins=min(30, max(5, int(len(values) ** 0.5))))
    axes = Axes((float(edges[0]), float(edges[-1])), (0.0, float(heights.max()) * 1.08))
    axes.bars(edges, heights.astype(float), "bar")
    if edges[0] < 0 < edges[-1]:
        axes.parts.append(
            f'<line class="zero" x1="{axes.right(0):.1f}" x2="{axes.right(0):.1f}" y1="{_TOP}" '
            f'y2="{HEIGHT - _BOTTOM}"/>'
        )
    return axes.svg(x_label, "rows", f"rows by {x_label}")


def sparkline(heights: Array) -> str:
    """A row of little bars."""
    n, top = len(heights), max(float(heights.max()), 1.0)
    width = 96 / n
    bars = "".join(
        f'<rect x="{k * width + 0.4:.1f}" y="{22 - 20 * h / top:.1f}" '
        f'width="{max(width - 0.8, 0.6):.1f}" height="{20 * h / top + 1:.1f}"/>'
        for k, h in enumerate(heights.tolist())
    )
    return f'<svg class="spark" viewBox="0 0 96 24" aria-hidden="true">{bars}</svg>'


def padded(values: Array) -> tuple[float, float]:
    """The ends of values, and a little more."""
    low, high = float(values.min()), float(values.max())
    pad = (high - low) * 0.04 or abs(high) * 0.1 or 1.0
    return low - pad, high + pad
