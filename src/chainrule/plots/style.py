"""The look that all pictures share: colours, sizes, axes."""

from itertools import cycle, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..errors import InvalidTypeError, ShapeError, shown
from ..typing import Array, ArrayLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
ORANGE = "#E69F00"
SKY = "#56B4E9"
BLACK = "#000000"
GREY = "#767676"
LIGHT = "#D9D9D9"

# Okabe & Ito 2008: told apart by people with any kind of colour vision, and in this order by their
# lightness, too. Their yellow is left out: a thin yellow line cannot be seen on paper.
PALETTE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
LINES = ("-", "--", "-.", ":")

SEQUENTIAL = "cividis"
"""A colour map for sizes: even in lightness, the same to all eyes (Nuñez et al. 2018)."""
DIVERGING = "RdBu"
"""A colour map for signs: red and blue differ to all eyes, and white is 0."""

LARGEST = 1e200
"""Where an axis ends, at the latest."""
DECADES_FOR_LOG = 2.0
"""Positive numbers that span more powers of ten than this are shown on a logarithmic axis."""


class Pen(NamedTuple):
    """What tells one of several curves from the others, in colour and without it."""

    color: str
    linestyle: str
    marker: str


def pens(n: int) -> list[Pen]:
    """N different pens: the palette, then the palette with the next kind of line."""
    size = len(PALETTE)
    return [
        Pen(PALETTE[i % size], LINES[i // size % len(LINES)], marker)
        for i, marker in enumerate(islice(cycle(MARKERS), n))
    ]


def axes_or_new(
    ax: "Axes | None", size: tuple[float, float] = (6.4, 4.4), projection: str | None = None
) -> "Axes":
    """The given axes, or the only axes of a new figure that no window knows of.

    Raises
    ------
    InvalidTypeError
        If something else is given, or flat axes for a picture in three dimensions.
    """
    if ax is None:
        return new_figure(size).add_subplot(projection=projection)
    if not hasattr(ax, "plot") or not hasattr(ax, "get_figure"):
        raise InvalidTypeError(
            f"ax (={shown(ax)}) must be matplotlib Axes, not {type(ax).__name__}"
        )
    if projection == "3d" and ax.name != "3d":
        raise InvalidTypeError(
            "ax must be three-dimensional for this picture: figure.add_subplot(projection='3d')"
        )
    return ax


def several_axes(ax: Any, n: int, of: str) -> Any:
    """The given axes as an array of `n`.

    Raises
    ------
    ShapeError, InvalidTypeError
        If there are more or fewer of them, or something else is given.
    """
    try:
        grid = np.ravel(np.array(ax, dtype=object))
    except Exception:  # an object's own error
        grid = np.array([None])
    for one in grid:
        axes_or_new(ax if one is None else one)
    if len(grid) != n:
        raise ShapeError(f"ax holds {len(grid)} axes, but there are {n} {of}")
    return grid


def new_figure(size: tuple[float, float]) -> Any:
    """A figure of that size in inches, which leaves room for every label."""
    from matplotlib.figure import Figure

    return Figure(figsize=size, layout="constrained")


def tidy(ax: "Axes", title: str, x_label: str, y_label: str, grid: bool = True) -> None:
    """Title, labels, a light grid behind the data, and no frame where there is no scale."""
    ax.set_title(title)
    ax.set_xlabel(x_label)
    ax.set_ylabel(y_label)
    ax.spines[["top", "right"]].set_visible(False)
    if grid:
        ax.grid(True, color=LIGHT, linewidth=0.6)
        ax.set_axisbelow(True)


def log_scale_suits(values: ArrayLike) -> bool:
    """Whether all finite numbers are positive and span more than two powers of ten."""
    numbers: Array = np.asarray(values, dtype=np.float64)
    numbers = numbers[np.isfinite(numbers)]
    if numbers.size == 0 or numbers.min() <= 0:
        return False
    return bool(np.log10(numbers.max()) - np.log10(numbers.min()) > DECADES_FOR_LOG)


def log_axis(ax: "Axes", values: ArrayLike) -> None:
    """A logarithmic vertical axis for these numbers, up to 1e200: larger ones leave it."""
    numbers: Array = np.asarray(values, dtype=np.float64)
    numbers = numbers[np.isfinite(numbers) & (numbers > 0)]
    if numbers.size:
        # Limits before the scale: matplotlib's own margin and ticks would overflow at 1e300.
        low, high = np.log10(numbers.min()), np.log10(numbers.max())
        margin = min(0.05 * (high - low), 10.0) or 0.5
        end = np.log10(LARGEST)
        ax.set_ylim(10 ** max(low - margin, -end), 10 ** min(high + margin, end))
    ax.set_yscale("log", nonpositive="mask")


def legend_below(ax: "Axes", columns: int = 3) -> None:
    """A legend below the axes, where it hides no data."""
    n = len(ax.get_legend_handles_labels()[0])
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=min(n, columns), frameon=False)
