"""What the diagrams of neurons and networks share."""

from dataclasses import dataclass
from math import atan2, degrees
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..typing import Array
from .canvas import Canvas, Line, Words
from .display import Display
from .style import BLUE, GREY, VERMILION, axes_or_new, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RADIUS = 0.33
INPUT_FILL, UNIT_FILL, OUTPUT_FILL = "#EAF3FA", "#FFFFFF", "#FDF1E7"


class Diagram(Display):
    """A drawing made of circles, lines and words.

    Attributes
    ----------
    canvas : Canvas
        What is drawn, with its places in inches.
    """

    canvas: Canvas

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on the given axes, scaled to fit, or on a figure of its own size."""
        if ax is None:
            left, right, bottom, top = self.canvas.box
            ax = new_figure((right - left, top - bottom)).add_subplot()
        ax = axes_or_new(ax)
        self.canvas.draw(ax)
        return self.on(ax)

    def to_svg(self) -> str:
        """The drawing as plain SVG text, without matplotlib."""
        return self.canvas.to_svg()

    def _repr_svg_(self) -> str:
        return self.to_svg()


def stack(n: int, spacing: float) -> list[float]:
    """The heights of n circles, the first on top, around 0."""
    return [(0.5 * (n - 1) - k) * spacing for k in range(n)]


@dataclass(frozen=True)
class Edge:
    """A line between the centres of two circles, with a label on it.

    A value gives it a colour and a dash by its sign, and a width by its size.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    label: str = ""
    value: float | None = None

    @property
    def ends(self) -> Array:
        """Where the line meets the circles, shape (2, 2)."""
        start, end = np.array(self.start), np.array(self.end)
        along = (end - start) / np.linalg.norm(end - start)
        return np.array([start + RADIUS * along, end - RADIUS * along])

    def line(self, largest: float) -> Line:
        """The line, where `largest` is the size of the largest value."""
        (x1, y1), (x2, y2) = self.ends.tolist()
        if self.value is None:
            return Line(x1, y1, x2, y2)
        share = min(abs(self.value) / largest, 1.0) if largest else 0.0
        negative = self.value < 0
        color = VERMILION if negative else BLUE
        return Line(x1, y1, x2, y2, color, 0.6 + 3.0 * share, dashed=negative)


def add_edges(canvas: Canvas, edges: list[Edge], size: float = 9.0) -> None:
    """Draw the edges, each label where it is farthest from other labels and other lines."""
    largest = max((abs(e.value) for e in edges if e.value is not None), default=0.0)
    canvas.lines += [e.line(largest) for e in edges]
    labelled = [e for e in edges if e.label]
    if not labelled:
        return
    starts = np.array([e.ends[0] for e in edges])
    ends = np.array([e.ends[1] for e in edges])
    shares = np.linspace(0.2, 0.8, 25)
    placed: list[Array] = []
    for e in labelled:
        along = e.ends[0] + shares[:, None] * (e.ends[1] - e.ends[0])
        others = [k for k, other in enumerate(edges) if other is not e]
        room = 2.0 * _distances(along, starts[others], ends[others])
        if placed:
            room = np.minimum(room, np.linalg.norm(along[:, None] - placed, axis=2).min(axis=1))
        # Enough room is enough; then a place nearer to the middle is better.
        enough = 0.5 + 0.5 * Words(0.0, 0.0, e.label, size).width
        best = int(np.argmax(np.minimum(room, enough) - 0.05 * np.abs(shares - 0.5)))
        placed.append(along[best])
        x, y = along[best].tolist()
        dx, dy = (e.ends[1] - e.ends[0]).tolist()
        angle = degrees(atan2(dy, dx))
        canvas.words.append(Words(x, y, e.label, size, angle, on_white=True))


def _distances(points: Array, starts: Array, ends: Array) -> Array:
    """The distance of each point to the nearest of the lines."""
    if not len(starts):
        return np.full(len(points), np.inf)
    way = ends - starts
    relative = points[:, None] - starts
    share = np.clip((relative * way).sum(axis=2) / (way * way).sum(axis=1), 0.0, 1.0)
    nearest: Array = np.linalg.norm(relative - share[:, :, None] * way, axis=2).min(axis=1)
    return nearest


def named(name: str, value: Any, gradient: Any = None) -> str:
    """w1, w1 = 0.5, or both lines with its derivative."""
    text = name if value is None else f"{name} = {value:.4g}"
    return text if gradient is None else f"{text}\ndL/d{name[0]} = {gradient:.3g}"


def key_words(x: float, y: float, what: str) -> Words:
    """What colours and widths mean."""
    return Words(x, y, f"blue: positive; orange, dashed: negative; width: size of the {what}", 8.0,
                 color=GREY)  # fmt: skip
