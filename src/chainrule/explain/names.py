"""What units, values and weights are called: h1, z_h1, w1."""

from collections.abc import Sequence

from ..layers import Dense, Dropout, Layer
from ..layers.normalisation import Normalisation
from ..network import Network
from ..parameters import Slot
from .formula import Math
from .stages import Stage, unwrapped

SMALL = 40
"""Networks with at most so many parameters number their weights w1, w2, ... as textbooks do."""


class Names:
    """The symbols of one network.

    Hidden units are h1, h2, ... and outputs o1, o2, ...; units of normalisations are n1, n2, ...,
    those of dropout d1, d2, ..., of other layers u1, u2, ...; inputs are x1, x2, ...

    Parameters
    ----------
    network : Network
    columns : sequence of str
        The inputs' own names, where they have some.
    outputs : sequence of str
        The outputs' own names.
    """

    def __init__(
        self, network: Network, columns: Sequence[str] = (), outputs: Sequence[str] = ()
    ) -> None:
        self.layout = network.layout
        self.small = self.layout.size <= SMALL
        self.columns, self.outputs = tuple(columns), tuple(outputs)
        self._units: dict[int, tuple[str, int]] = {}
        self._numbers: dict[str, int] = {}
        dense = [i for i, layer in enumerate(network.layers) if isinstance(unwrapped(layer), Dense)]
        counts: dict[str, int] = {}
        width = network.n_in
        weights = biases = 1
        for i, layer in enumerate(network.layers):
            width = layer.n_out or width
            letter = "o" if i == dense[-1] else _letter(unwrapped(layer))
            first = counts.get(letter, 1)
            self._units[i] = (letter, first)
            counts[letter] = first + width
            for slot in self.layout.by_layer[i]:
                if i in dense and slot.key == "W":
                    self._numbers[slot.name] = weights
                    weights += slot.stop - slot.start
                elif i in dense and slot.key == "b":
                    self._numbers[slot.name] = biases
                    biases += slot.stop - slot.start

    def unit(self, layer: int, j: int) -> Math:
        """The j-th unit of a layer."""
        letter, first = self._units[layer]
        return Math(f"{letter}{first + j}", f"{letter}_{{{first + j}}}")

    def value(self, part: str, layer: int, j: int) -> Math:
        """Its pre-activation or its output."""
        unit, letter = self.unit(layer, j), "z" if part == "z" else "a"
        return Math(f"{letter}_{unit.text}", f"{letter}_{{{unit.latex}}}")

    def after(self, stage: Stage, j: int) -> Math:
        """What a map computes."""
        return self.value(stage.part, stage.layer, j)

    def before(self, stages: Sequence[Stage], k: int, i: int) -> Math:
        """What the k-th map computes it from."""
        return self.after(stages[k - 1], i) if k else self.input(i)

    def input(self, i: int) -> Math:
        """The i-th input."""
        return Math(f"x{i + 1}", f"x_{{{i + 1}}}")

    def target(self, j: int) -> Math:
        """The j-th target: y where there is only one output."""
        only = self._only_output
        return Math("y", "y") if only else Math(f"y{j + 1}", f"y_{{{j + 1}}}")

    @property
    def _only_output(self) -> bool:
        return self.layout.units[-1][1].spec.shape[1] == 1

    def column(self, i: int) -> str:
        """The i-th input's own name, "" if it has none."""
        return self.columns[i] if self.columns else ""

    def output(self, j: int) -> str:
        """The j-th output's own name, "" if it has none."""
        return self.outputs[j] if self.outputs else ""

    def parameter(self, slot: Slot, index: tuple[int, ...]) -> Math:
        """One weight: w1 in a small network, h1.w2 in a larger one."""
        unit = self.unit(slot.layer, index[-1])
        if slot.name in self._numbers:
            letter = "w" if slot.key == "W" else "b"
            if self.small:
                n_in = slot.spec.shape[0]
                place = index[1] * n_in + index[0] if letter == "w" else index[0]
                number = self._numbers[slot.name] + place
                return Math(f"{letter}{number}", f"{letter}_{{{number}}}")
            if letter == "b":
                return Math(f"{unit.text}.b", f"b_{{{unit.latex}}}")
            i = index[0] + 1
            return Math(f"{unit.text}.w{i}", f"w_{{{unit.latex},{i}}}")
        greek = {"gamma": ("γ", r"\gamma"), "beta": ("β", r"\beta")}.get(slot.key)
        if greek and len(index) == 1:
            return Math(f"{greek[0]}_{unit.text}", f"{greek[1]}_{{{unit.latex}}}")
        full = self.layout.full_name(slot, index)
        return Math(full, rf"\text{{{latex_escaped(full)}}}")


def latex_escaped(text: str) -> str:
    """Words that LaTeX would take for commands, made harmless inside of a text box."""
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(special.get(c, "\\" + c if c in "#$%&_{}" else c) for c in text)


def _letter(layer: Layer) -> str:
    if isinstance(layer, Dense):
        return "h"
    if isinstance(layer, Normalisation):
        return "n"
    return "d" if isinstance(layer, Dropout) else "u"
