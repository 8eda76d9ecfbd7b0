"""What units, values and weights are called: h1, z_h1, w1."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...network import Network
from ...parameters import ParameterView
from ...subject import Reader
from ..formula import Math

if TYPE_CHECKING:
    from ..derivation.jacobians import Stage

SMALL = 40
"""Networks with at most this many parameters number their weights w1, w2, ... as textbooks do."""


class Names:
    """The symbols of one network.

    Hidden units are h1, h2, ... and outputs o1, o2, ...; units of layers without weights W have the
    letter that their layer says: n1 of a normalisation, d1 of a dropout, u1 of others. Inputs are
    x1, x2, ...

    Parameters
    ----------
    network : Network
    reader : Reader, optional
        It knows the names of inputs and outputs.
    """

    def __init__(self, network: Network, reader: Reader | None = None) -> None:
        self.network, self.layout = network, network.layout
        self.small = self.layout.size <= SMALL
        reader = reader or Reader()
        self.columns, self.outputs = reader.inputs, reader.outputs
        self._units: dict[int, tuple[str, int]] = {}
        self._numbers: dict[str, int] = {}
        self.widths = []
        with_weights = {W.layer: (name[0], W, b) for name, W, b, _ in self.layout.units}
        counts: dict[str, int] = {}
        width = network.n_in
        weights = biases = 1
        for i, layer in enumerate(network.layers):
            width = layer.n_out or width
            self.widths.append(width)
            letter, W, b = with_weights.get(i, (layer.inner.unit_letter, None, None))
            first = counts.get(letter, 1)
            self._units[i] = (letter, first)
            counts[letter] = first + width
            if W is not None:
                self._numbers[W.name] = weights
                weights += W.stop - W.start
            if b is not None:
                self._numbers[b.name] = biases
                biases += b.stop - b.start

    def unit(self, layer: int, j: int) -> Math:
        """The j-th unit of a layer."""
        letter, first = self._units[layer]
        return Math(f"{letter}{first + j}", f"{letter}_{{{first + j}}}")

    def units_of(self, view: ParameterView, index: tuple[int, ...]) -> list[int]:
        """The units of its layer that a weight reaches."""
        known = self.network.layers[view.layer].inner.units_of(view.key, index)
        return list(range(self.widths[view.layer]) if known is None else known)

    def reached(self, view: ParameterView, index: tuple[int, ...]) -> Math:
        """The unit that a weight belongs to; its layer, where it reaches several units."""
        units = self.units_of(view, index)
        if len(units) == 1:
            return self.unit(view.layer, units[0])
        return Math(f"layers[{view.layer}]", rf"\text{{layers}}[{view.layer}]")

    def value(self, part: str, layer: int, j: int) -> Math:
        """Its pre-activation or its output."""
        unit, letter = self.unit(layer, j), "z" if part == "z" else "a"
        return Math(f"{letter}_{unit.text}", f"{letter}_{{{unit.latex}}}")

    def after(self, stage: "Stage", j: int) -> Math:
        """What a map computes."""
        return self.value(stage.part, stage.layer, j)

    def before(self, stages: Sequence["Stage"], k: int, i: int) -> Math:
        """What the k-th map computes it from."""
        return self.after(stages[k - 1], i) if k else self.input(i)

    def output(self, j: int) -> Math:
        """The j-th output of the network."""
        return self.value("a", len(self.network.layers) - 1, j)

    def input(self, i: int) -> Math:
        """The i-th input."""
        return Math(f"x{i + 1}", f"x_{{{i + 1}}}")

    def target(self, j: int) -> Math:
        """The j-th target: y where there is only one output."""
        only = self.network.n_out == 1
        return Math("y", "y") if only else Math(f"y{j + 1}", f"y_{{{j + 1}}}")

    def column(self, i: int) -> str:
        """The i-th input's own name, "" if it has none."""
        return self.columns[i] if self.columns else ""

    def output_name(self, j: int) -> str:
        """The j-th output's own name, "" if it has none."""
        return self.outputs[j] if self.outputs else ""

    def parameter(self, view: ParameterView, index: tuple[int, ...]) -> Math:
        """One weight: w1 in a small network, h1.w2 in a larger one."""
        if view.name in self._numbers:
            weight = len(index) == 2
            letter = "w" if weight else "b"
            if self.small:
                n_in = view.spec.shape[0]
                place = index[1] * n_in + index[0] if weight else index[0]
                number = self._numbers[view.name] + place
                return Math(f"{letter}{number}", f"{letter}_{{{number}}}")
            unit = self.unit(view.layer, index[-1])
            if not weight:
                return Math(f"{unit.text}.b", f"b_{{{unit.latex}}}")
            i = index[0] + 1
            return Math(f"{unit.text}.w{i}", f"w_{{{unit.latex},{i}}}")
        known = self.network.layers[view.layer].inner.symbols.get(view.key)
        if known is not None:
            unit = self.reached(view, index)
            return Math(f"{known[0]}_{unit.text}", f"{known[1]}_{{{unit.latex}}}")
        full = self.layout.full_name(view, index)
        return Math(full, rf"\text{{{latex_escaped(full)}}}")


def latex_escaped(text: str) -> str:
    """Words that LaTeX would take for commands, made harmless inside of a text box."""
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(special.get(c, "\\" + c if c in "#$%&_{}" else c) for c in text)
