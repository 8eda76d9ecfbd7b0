"""Logic gates: the four corners of a square, and where a neuron draws its line."""

from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np

from ..backprop import forward
from ..errors import DataError, ShapeError, require_function, require_mapping, shown
from ..gradient_free import GATES, xor_network
from ..typing import Array, ArrayLike, float_array
from .arguments import require_predictor
from .display import Display
from .style import BLACK, BLUE, LIGHT, VERMILION, new_figure, several_axes, tidy

Gate = Callable[[Array], ArrayLike]
CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


class GatesDisplay(Display):
    """For each gate the square of its inputs: grey where it gives 1, and its four answers.

    Parameters
    ----------
    gates : mapping of str to callable
        Functions from rows of shape (n, 2) to n answers, 0 or 1.
    """

    def __init__(self, gates: Mapping[str, Gate]) -> None:
        require_mapping("gates", gates)
        if not gates:
            raise DataError("gates is empty: nothing to draw")
        for name, gate in gates.items():
            require_function(f"gates[{shown(name)}]", gate, "rows of shape (n, 2)")
        # In steps of 1/128, so that no sum of inputs is rounded.
        self.side = np.linspace(-0.5, 1.5, 257)
        p, q = np.meshgrid(self.side, self.side)
        rows = np.column_stack([p.ravel(), q.ravel()])
        self.truth = {name: _answers(name, gate, CORNERS) for name, gate in gates.items()}
        self.areas = {
            name: _answers(name, gate, rows).reshape(p.shape) for name, gate in gates.items()
        }

    @classmethod
    def from_gates(cls, gates: Mapping[str, Gate] | None = None, *, ax: Any = None) -> Self:
        """Draw gates; by default AND, OR, NAND, and XOR as a network of these three."""
        return cls(_all_gates() if gates is None else gates).plot(ax)

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None) -> Self:
        """Draw what a classifier with two inputs and two classes answers.

        Parameters
        ----------
        estimator : classifier or TrainingResult, or a mapping from names to them
            An answer is 1 for the second class, or for an output of at least 1/2.
        ax : matplotlib Axes, or one for each, optional
        """
        several = estimator if isinstance(estimator, Mapping) else {"gate": estimator}
        for one in several.values():
            require_predictor("estimator", one)
        if not several:
            raise DataError("estimator is empty: nothing to draw")
        return cls.from_gates({str(name): _gate(one) for name, one in several.items()}, ax=ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw each gate on its own axes."""
        n = len(self.truth)
        if ax is None:
            grid = new_figure((2.7 * n + 0.4, 3.9)).subplots(1, n, squeeze=False)[0]
        else:
            grid = several_axes(ax, n, "gates")
        for one, name in zip(grid, self.truth, strict=True):
            area, truth = self.areas[name], self.truth[name]
            one.contourf(self.side, self.side, area, levels=[0.5, 1.5], colors=[LIGHT])
            if 0 < area.mean() < 1:
                one.contour(self.side, self.side, area, levels=[0.5], colors=BLACK, linewidths=1.4)
            for answer, marker, color in ((0, "o", BLUE), (1, "s", VERMILION)):
                corners = CORNERS[truth == answer]
                one.plot(corners[:, 0], corners[:, 1], marker, color=color, markersize=11,
                         mec="white", linestyle="", label=f"answer {answer}")  # fmt: skip
            tidy(one, name, "first input", "second input" if one is grid[0] else "", grid=False)
            one.set_xticks([0, 1])
            one.set_yticks([0, 1])
            one.set_aspect("equal")
        figure = grid[0].figure
        handles, labels = grid[0].get_legend_handles_labels()
        if ax is None:
            figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
        else:
            grid[0].legend(handles, labels, framealpha=0.9)
        self.ax_, self.figure_ = grid, figure
        return self


def _gate(estimator: Any) -> Gate:
    """What an estimator answers, as 0 or 1."""
    classes = getattr(estimator, "classes_", None)

    def answer(X: Array) -> Array:
        given = np.asarray(estimator.predict(X)).reshape(len(X))
        answers: Array = (given >= 0.5 if classes is None else given == classes[-1]) * 1
        return answers

    return answer


def _all_gates() -> dict[str, Gate]:
    network, parameters = xor_network()
    return {**GATES, "XOR = AND(OR, NAND)": lambda X: forward(network, parameters, X)[0]}


def _answers(name: str, gate: Gate, rows: Array) -> Array:
    answers = float_array(f"gates[{shown(name)}]", gate(rows), np.float64)
    if answers.size != len(rows):
        raise ShapeError(f"gates[{name!r}] returned the shape {answers.shape} for {len(rows)} rows")
    return answers.reshape(len(rows))
