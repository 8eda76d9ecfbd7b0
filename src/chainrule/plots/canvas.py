"""Circles, lines and words, to be drawn by matplotlib or written as plain SVG."""

from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

from .style import BLACK, GREY

Anchor = Literal["left", "center", "right"]
_POINTS = 72.0
"""Points to a unit: a unit is an inch."""
_TITLE = 0.35
"""The height that the title takes."""


@dataclass(frozen=True)
class Circle:
    """A circle with words in it."""

    x: float
    y: float
    radius: float
    text: str = ""
    fill: str = "#FFFFFF"
    size: float = 10.0


@dataclass(frozen=True)
class Line:
    """A straight line; dashed for what is negative, with a head where it is an arrow."""

    x1: float
    y1: float
    x2: float
    y2: float
    color: str = GREY
    width: float = 1.2
    dashed: bool = False
    head: bool = False


@dataclass(frozen=True)
class Words:
    """Words at a point, turned by an angle in degrees; on white where lines run below them."""

    x: float
    y: float
    text: str
    size: float = 10.0
    angle: float = 0.0
    anchor: Anchor = "center"
    on_white: bool = False
    color: str = BLACK

    @property
    def width(self) -> float:
        """About how wide the words are: a letter is 0.6 of its height."""
        longest = max(map(len, self.text.split("\n")), default=0)
        return 0.6 * self.size * longest / _POINTS

    @property
    def height(self) -> float:
        """The height of all their lines."""
        return 1.2 * self.size * (self.text.count("\n") + 1) / _POINTS


@dataclass
class Canvas:
    """What is to be drawn: lines below circles below words. One unit is an inch, y points up."""

    title: str
    lines: list[Line] = field(default_factory=list)
    circles: list[Circle] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top, with room for words and the title."""
        xs = [c.x + s * c.radius for c in self.circles for s in (-1, 1)]
        ys = [c.y + s * c.radius for c in self.circles for s in (-1, 1)]
        xs += [x for line in self.lines for x in (line.x1, line.x2)]
        ys += [y for line in self.lines for y in (line.y1, line.y2)]
        for w in self.words:
            start = {"left": 0.0, "center": -0.5, "right": -1.0}[w.anchor] * w.width
            xs += [w.x + start, w.x + start + w.width] if w.angle == 0 else [w.x]
            ys += [w.y - w.height / 2, w.y + w.height / 2]
        return min(xs) - 0.15, max(xs) + 0.15, min(ys) - 0.12, max(ys) + 0.1 + _TITLE

    def draw(self, ax: Any) -> None:
        """Draw on matplotlib axes."""
        left, right, bottom, top = self.box
        ax.set_xlim(left, right)
        ax.set_ylim(bottom, top - _TITLE)
        ax.set_aspect("equal")
        ax.set_axis_off()
        area = ax.get_window_extent()
        dpi = ax.figure.dpi
        inches = min(area.width / dpi / (right - left), area.height / dpi / (top - _TITLE - bottom))
        scale = min(1.0, inches)
        for line in self.lines:
            arrow = {"arrowstyle": "-|>" if line.head else "-", "color": line.color,
                     "linewidth": line.width * scale, "shrinkA": 0, "shrinkB": 0,
                     "linestyle": (0, (4, 2)) if line.dashed else "-"}  # fmt: skip
            ax.annotate("", xy=(line.x2, line.y2), xytext=(line.x1, line.y1), arrowprops=arrow)
        from matplotlib.patches import Circle as Patch

        for c in self.circles:
            ax.add_patch(
                Patch((c.x, c.y), c.radius, facecolor=c.fill, edgecolor=BLACK,
                      linewidth=1.3 * scale, zorder=3)
            )  # fmt: skip
            ax.text(c.x, c.y, c.text, ha="center", va="center", fontsize=c.size * scale, zorder=4)
        for w in self.words:
            white = {"facecolor": "white", "edgecolor": "none", "pad": 0.8} if w.on_white else None
            ax.text(
                w.x, w.y, w.text, ha=w.anchor, va="center", fontsize=w.size * scale, zorder=5,
                rotation=w.angle, rotation_mode="anchor" if w.anchor != "center" else "default",
                bbox=white, color=w.color,
            )  # fmt: skip
        ax.set_title(self.title, fontsize=12 * scale)

    def to_svg(self) -> str:
        """The same as an SVG element, with a title for those who cannot see it."""
        left, right, bottom, top = self.box
        width, height = (right - left) * _POINTS, (top - bottom) * _POINTS

        def x(value: float) -> str:
            return f"{(value - left) * _POINTS:.1f}"

        def y(value: float) -> str:
            return f"{(top - value) * _POINTS:.1f}"

        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'width="{width:.0f}" height="{height:.0f}" role="img" '
            'font-family="DejaVu Sans, Verdana, sans-serif">',
            f"<title>{escape(self.title)}</title>",
            f'<rect width="{width:.0f}" height="{height:.0f}" fill="white"/>',
            '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" '
            'markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z"/></marker></defs>',
        ]
        for line in self.lines:
            dash = ' stroke-dasharray="5 3"' if line.dashed else ""
            head = ' marker-end="url(#head)"' if line.head else ""
            parts.append(
                f'<line x1="{x(line.x1)}" y1="{y(line.y1)}" x2="{x(line.x2)}" y2="{y(line.y2)}" '
                f'stroke="{line.color}" stroke-width="{line.width:.2f}"{dash}{head}/>'
            )
        for c in self.circles:
            parts.append(
                f'<circle cx="{x(c.x)}" cy="{y(c.y)}" r="{c.radius * _POINTS:.1f}" '
                f'fill="{c.fill}" stroke="black" stroke-width="1.3"/>'
            )
            parts += _svg_text(Words(c.x, c.y, c.text, c.size), x(c.x), y(c.y))
        for w in self.words:
            parts += _svg_text(w, x(w.x), y(w.y))
        title = Words((left + right) / 2, top - 0.2, self.title, 12)
        parts += _svg_text(title, x(title.x), y(title.y))
        return "\n".join([*parts, "</svg>"])


def _svg_text(words: Words, x: str, y: str) -> list[str]:
    """Lines of words around a point, on a white rectangle where asked for."""
    if not words.text:
        return []
    lines = words.text.split("\n")
    anchor = {"left": "start", "center": "middle", "right": "end"}[words.anchor]
    parts = [f'<g transform="translate({x} {y}) rotate({-words.angle:.1f})">']
    if words.on_white:
        w, h = words.width * _POINTS + 2, words.height * _POINTS
        parts.append(f'<rect x="{-w / 2:.1f}" y="{-h / 2:.1f}" width="{w:.1f}" height="{h:.1f}" '
                     'fill="white"/>')  # fmt: skip
    for k, line in enumerate(lines):
        offset = (k - (len(lines) - 1) / 2) * 1.2 * words.size
        parts.append(
            f'<text y="{offset:.1f}" text-anchor="{anchor}" dominant-baseline="central" '
            f'font-size="{words.size:g}" fill="{words.color}">{escape(line)}</text>'
        )
    return [*parts, "</g>"]
