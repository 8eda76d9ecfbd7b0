"""What a classifier answers, everywhere on a plane."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from ..errors import (
    InvalidValueError,
    ShapeError,
    items_of,
    require_choice,
    require_integer,
    require_mapping,
    shown,
)
from ..training import TrainingResult
from ..typing import Array, ArrayLike
from .answers import answers_of, boundary_score, class_numbers
from .arguments import drawable, margins, names_of, require_predictor, spaced, two_ranges
from .display import Display
from .frames import OnFrames
from .style import BLACK, BLUE, VERMILION, axes_or_new, legend_below, pens, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Show = Literal["auto", "probability", "classes"]
Predict = Callable[[Array], ArrayLike]


class DecisionBoundaryDisplay(Display):
    """The answer of a classifier over two features: probabilities or classes, and the samples.

    Parameters
    ----------
    x, y : ndarray, shape (nx,) and (ny,)
        The values of both features.
    answers : ndarray, shape (ny, nx, k)
        One output (the probability of class 1, or 0 and 1), or one for each class.
    points : ndarray, shape (n, 2), optional
        The samples in both features.
    labels : ndarray of int, shape (n,), optional
        Their classes, numbers from 0.
    score : ndarray, shape (ny, nx), optional
        What is 0 on the boundary of two classes, where the answers themselves only jump: the line
        is then as straight as it is.
    new : mapping of str to ndarray, shape (2,), optional
        Samples that nothing was learned from, by their names: hollow marks.
    """

    def __init__(
        self,
        x: Array,
        y: Array,
        answers: Array,
        points: Array | None = None,
        labels: Array | None = None,
        score: Array | None = None,
        new: Mapping[str, Array] | None = None,
    ) -> None:
        self.score, self.new = score, dict(new or {})
        if answers.ndim != 3 or answers.shape[:2] != (len(y), len(x)):
            raise ShapeError(
                f"answers has the shape {answers.shape}, but y and x need ({len(y)}, {len(x)}, k)"
            )
        if points is not None and (points.ndim != 2 or points.shape[1] != 2):
            raise ShapeError(f"points has the shape {points.shape}, but must be (n, 2)")
        if labels is not None and (points is None or labels.shape != points.shape[:1]):
            raise ShapeError(f"labels has the shape {labels.shape}, but every point needs one")
        self.x, self.y, self.answers = x, y, answers
        self.points, self.labels = points, labels

    @property
    def n_classes(self) -> int:
        """How many classes there are: two for one output."""
        return max(2, self.answers.shape[2])

    @property
    def classes(self) -> Array:
        """The class at each place of the grid, shape (ny, nx)."""
        if self.answers.shape[2] == 1:
            chosen: Array = (self.answers[:, :, 0] >= 0.5).astype(np.int64)
            return chosen
        best: Array = self.answers.argmax(axis=2)
        return best

    @classmethod
    def from_predictor(
        cls,
        predictor: "TrainingResult | Predict | Any",
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        features: tuple[int, int] = (0, 1),
        fixed: ArrayLike | None = None,
        parameters: Any = None,
        ranges: tuple[Sequence[float] | None, Sequence[float] | None] = (None, None),
        resolution: int = 201,
        show: Show = "auto",
        feature_names: Sequence[str] | None = None,
        class_names: Sequence[str] | None = None,
        new: Mapping[str, ArrayLike] | None = None,
        ax: "Axes | None" = None,
    ) -> Self:
        """Ask a classifier on a grid.

        Parameters
        ----------
        predictor : TrainingResult, Network, callable, or an object with predict_proba or predict
            What answers for rows of shape (n, n_features): outputs in [0, 1], one or one for each
            class; or classes as numbers from 0.
        X : array_like, shape (n, n_features)
            The samples.
        y : array_like, shape (n,), (n, 1), or one-hot (n, k), optional
            Their classes: numbers from 0, or what a fitted classifier's ``classes_`` holds.
        features : (int, int), default (0, 1)
            Which features span the plane.
        fixed : array_like, shape (n_features,), optional
            Where the slice lies in the other features; at the samples' means by default.
        parameters : Parameters, mapping or vector, optional
            Needed for a network.
        ranges : pair of (low, high), optional
            By default the samples' range with a margin.
        resolution : int, default 201
            Points along each side of the grid.
        show : {"auto", "probability", "classes"}, default "auto"
            "auto" shows the probability where there is one output.
        feature_names, class_names : sequence of str, optional
            For the labels.
        new : mapping of str to array_like, shape (n_features,), optional
            Samples that nothing was learned from, by their names.
        ax : matplotlib Axes, optional

        Raises
        ------
        ShapeError, InvalidValueError, InvalidTypeError
            If X, y, features or the answers do not fit.
        """
        data = drawable("X", X)
        if data.ndim != 2 or data.shape[1] < 2 or not len(data):
            raise ShapeError(
                f"X has the shape {data.shape}, but must be rows of 2 or more features"
            )
        n_features = data.shape[1]
        features = _two_of(features, n_features)
        centre = data.mean(axis=0) if fixed is None else drawable("fixed", fixed)
        if centre.shape != (n_features,):
            raise ShapeError(f"fixed has the shape {centre.shape}, but X has {n_features} features")
        points = data[:, list(features)]
        x, y_axis = (
            spaced("ranges", given or margins("X", points[:, i]), resolution)
            for i, given in enumerate(two_ranges("ranges", ranges))
        )
        rows = np.tile(centre, (resolution * resolution, 1))
        rows[:, features[0]] = np.tile(x, resolution)
        rows[:, features[1]] = np.repeat(y_axis, resolution)
        answers = answers_of(predictor, parameters, rows).reshape(resolution, resolution, -1)
        known_classes = getattr(predictor, "classes_", None)
        labels = None if y is None else class_numbers(y, len(data), known_classes)
        if class_names is None and known_classes is not None:
            class_names = [str(name) for name in known_classes]
        names = (
            [f"feature {i}" for i in range(n_features)]
            if feature_names is None
            else names_of("feature_names", feature_names, n_features, "features")
        )
        if new is not None:
            require_mapping("new", new)
        others = {}
        for name, given in (new or {}).items():
            sample = drawable(f"new[{name!r}]", given)
            if sample.shape != (n_features,):
                raise ShapeError(
                    f"new[{name!r}] has the shape {sample.shape}, but X has {n_features} features"
                )
            others[name] = sample[list(features)]
        made = cls(
            x, y_axis, answers, points, labels, boundary_score(predictor, rows, resolution), others
        )
        return made.plot(
            ax, show=show, feature_names=[names[i] for i in features], class_names=class_names
        )

    @classmethod
    def from_estimator(cls, estimator: Any, X: Any, y: Any = None, **options: Any) -> Self:
        """Ask an estimator on a grid.

        Parameters
        ----------
        estimator : classifier, TrainingResult
        X : array_like or data frame of numbers, shape (n, n_features)
            A frame's columns name the axes.
        y : array_like, shape (n,), optional
            The labels.
        **options
            As of `from_predictor`.
        """
        require_predictor("estimator", estimator)
        names = getattr(X, "columns", None)
        if names is not None:
            options.setdefault("feature_names", list(map(str, names)))
            estimator = OnFrames(estimator, X)
        return cls.from_predictor(estimator, drawable("X", X), y, **options)

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        show: Show = "auto",
        feature_names: Sequence[str] = ("feature 0", "feature 1"),
        class_names: Sequence[str] | None = None,
    ) -> Self:
        """Draw the plane, the boundary and the samples."""
        known = ("auto", "probability", "classes")
        require_choice("show", show, known)
        n = (
            self.n_classes
            if self.labels is None
            else max(self.n_classes, int(self.labels.max()) + 1)
        )
        if class_names is None:
            names = [f"class {k}" for k in range(n)]
        else:
            given = items_of("class_names", class_names, "a sequence of names")
            names = names_of("class_names", given, max(n, len(given)), "classes")
        ax = axes_or_new(ax, (6.4, 4.8))
        probability = show == "probability" or (show == "auto" and self.answers.shape[2] == 1)
        if probability and self.answers.shape[2] == 1:
            self._draw_probability(ax, f"probability of {names[1]}")
        else:
            self._draw_classes(ax, probability)
        for k, pen in enumerate(pens(n)):
            if self.points is not None and self.labels is not None:
                mine = self.points[self.labels == k]
                ax.plot(mine[:, 0], mine[:, 1], pen.marker, color=pen.color, mec="white", ms=7,
                        linestyle="", label=names[k], zorder=3)  # fmt: skip
        if self.points is not None and self.labels is None:
            ax.plot(*self.points.T, "o", color=BLACK, mec="white", ms=6, label="samples")
        others = pens(n + len(self.new))[n:]  # with marks that no class has
        for (name, place), pen in zip(self.new.items(), others, strict=True):
            ax.plot(*place, pen.marker, color="white", mec=BLACK, mew=1.6, ms=9, linestyle="",
                    label=f"{name}, new", zorder=4)  # fmt: skip
        ax.set_xlim(self.x[0], self.x[-1])
        ax.set_ylim(self.y[0], self.y[-1])
        title = "Decision boundary" if np.ptp(self.classes) else "The same answer everywhere"
        tidy(ax, title, feature_names[0], feature_names[1], grid=False)
        if self.points is not None:
            legend_below(ax)
        return self.on(ax)

    def _draw_probability(self, ax: "Axes", label: str) -> None:
        """From blue (class 0) over white to vermilion (class 1), with the line of 1/2."""
        from matplotlib.colors import LinearSegmentedColormap

        ends: Any = [_pale(BLUE), "white", _pale(VERMILION)]
        colors = LinearSegmentedColormap.from_list("probability", ends)
        p = self.answers[:, :, 0]
        drawn = ax.imshow(p, cmap=colors, vmin=0.0, vmax=1.0, **self._image())
        if p.min() < 0.5 < p.max():
            ax.contour(self.x, self.y, p, levels=[0.5], colors=BLACK, linewidths=1.6)
        ax.figure.colorbar(drawn, ax=ax, label=label)

    def _draw_classes(self, ax: "Axes", probability: bool) -> None:
        """The colour of each place's class, paler where the answer is less sure."""
        from matplotlib.colors import to_rgb

        palette = np.array([to_rgb(pen.color) for pen in pens(self.n_classes)])
        strength = np.full(self.classes.shape, 0.35)
        if probability:
            strength = 0.6 * np.clip(self.answers.max(axis=2), 0.0, 1.0) ** 2
        image = 1.0 - strength[:, :, None] * (1.0 - palette[self.classes])
        ax.imshow(image, **self._image())
        if self.score is not None:
            if self.score.min() < 0 < self.score.max():
                line: Any = {"levels": [0.0], "colors": BLACK, "linewidths": 1.2}
                ax.contour(self.x, self.y, self.score, **line)
            return
        for k in range(self.n_classes):
            # How far the answer for class k is ahead of the best other one.
            ahead = 2.0 * self.answers[:, :, 0] - 1.0
            if self.answers.shape[2] > 1:
                others = np.delete(self.answers, k, axis=2).max(axis=2)
                ahead = self.answers[:, :, k] - others
            if ahead.min() < 0 < ahead.max():
                ax.contour(self.x, self.y, ahead, levels=[0.0], colors=BLACK, linewidths=1.2)

    def _image(self) -> dict[str, Any]:
        box = (self.x[0], self.x[-1], self.y[0], self.y[-1])
        return {"origin": "lower", "extent": box, "aspect": "auto", "interpolation": "bilinear"}


def _pale(color: str) -> tuple[float, float, float]:
    """The colour as it looks behind samples of the same colour."""
    from matplotlib.colors import to_rgb

    r, g, b = (1.0 - 0.6 * (1.0 - part) for part in to_rgb(color))
    return r, g, b


def _two_of(features: Any, n: int) -> tuple[int, int]:
    """Two different columns."""
    given = items_of("features", features, "a pair of columns")
    for column in given:
        require_integer("features", column, at_least=0)
    if len(given) != 2 or max(given) >= n or given[0] == given[1]:
        raise InvalidValueError(
            f"features (={shown(features)}) must be two of the columns 0 to {n - 1}"
        )
    return int(given[0]), int(given[1])
