"""What a picture is."""

from abc import ABC, abstractmethod
from io import BytesIO
from os import PathLike
from typing import TYPE_CHECKING, Any, Self

from ..errors import InvalidValueError, path_of, require_number, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DPI = 150


class Display(ABC):
    """A picture: the numbers that it shows, and after `plot` the axes on which it shows them.

    It opens no window and changes no setting of matplotlib. Without an `ax`, `plot` draws on a
    new figure; a notebook shows the object itself as its picture.

    Attributes
    ----------
    ax_ : matplotlib Axes, or an array of them
        Where it was drawn last.
    figure_ : matplotlib Figure
        The figure of those axes.
    """

    ax_: Any
    figure_: Any

    @abstractmethod
    def plot(self, ax: Any = None) -> Self:
        """Draw on the given axes, or on a new figure; returns itself."""

    def on(self, ax: "Axes") -> Self:
        """Keep the axes that were drawn on."""
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def save(self, path: str | PathLike[str], dpi: int = _DPI) -> None:
        """Write the figure to a file: PNG, PDF or SVG, by the ending of its name.

        Raises
        ------
        InvalidValueError
            If the ending names no picture.
        """
        if not hasattr(self, "figure_"):
            self.plot()
        require_number("dpi", dpi, above=0.0, at_most=10_000.0)
        path = path_of("path", path)
        known = self.figure_.canvas.get_supported_filetypes()
        ending = path.rpartition(".")[2].lower()
        if ending not in known:
            raise InvalidValueError(
                f"path (={shown(path)}) must end like a picture: .png, .pdf or .svg"
            )
        self.figure_.savefig(path, dpi=dpi)

    def _repr_png_(self) -> bytes:
        """The picture for a notebook."""
        if not hasattr(self, "figure_"):
            self.plot()
        buffer = BytesIO()
        self.figure_.savefig(buffer, format="png", dpi=_DPI)
        return buffer.getvalue()
