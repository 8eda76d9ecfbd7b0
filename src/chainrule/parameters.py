"""One flat vector of numbers with named views, and the grammar of weight names.

``layers[0].W[i, j]`` is the weight from input i to unit j, ``layers[0].b[j]`` the bias of unit j.
For people there are two shorter spellings. By unit: ``h1.w2`` is the second weight of the first
hidden unit, ``h1.b`` its bias, ``o1`` the first output; hidden units are numbered through all
hidden layers. By number: ``w1``, ``w2``, ... count unit by unit, then input by input, through all
layers, and ``b1``, ``b2``, ... the biases alike.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from .errors import (
    InvalidTypeError,
    ShapeError,
    UnknownNameError,
    require_instance,
    require_integer,
    require_text,
    shown,
)
from .registry import nearest
from .typing import Array, ArrayLike, BoolArray, float_array, float_type


@dataclass(frozen=True)
class ParameterSpec:
    """One array of a layer, as the layer declares it.

    Parameters
    ----------
    shape : tuple of int
        (n_in, n_out) for weights, (n_out,) for biases.
    learning_rate_factor : float, default 1
        What its learning rate is multiplied by.
    penalised : bool, default True
        Whether penalties and weight decay apply: weights yes, biases no.
    trainable : bool, default True
        Whether updates change it; running statistics and frozen layers are not trainable.
    """

    shape: tuple[int, ...]
    learning_rate_factor: float = 1.0
    penalised: bool = True
    trainable: bool = True


@dataclass(frozen=True)
class ParameterView:
    """Where one array of one layer lies in the vector."""

    layer: int
    key: str
    spec: ParameterSpec
    start: int
    stop: int

    @property
    def name(self) -> str:
        """The full name: ``layers[0].W``."""
        return f"layers[{self.layer}].{self.key}"

    def of(self, vector: Array) -> Array:
        """The view of a vector with this array's shape."""
        return vector[self.start : self.stop].reshape(self.spec.shape)


class Layout:
    """Which part of the vector belongs to which layer.

    Parameters
    ----------
    specs : sequence of mapping
        For each layer, its arrays by key, in the order in which they lie.
    """

    def __init__(self, specs: list[dict[str, ParameterSpec]]) -> None:
        views, start = [], 0
        for layer, arrays in enumerate(specs):
            for key, spec in arrays.items():
                size = prod(spec.shape)
                views.append(ParameterView(layer, key, spec, start, start + size))
                start += size
        self.views = tuple(views)
        self.size = start
        self.shape = (start,)
        self.n_layers = len(specs)
        self.by_name = {view.name: view for view in views}

    @cached_property
    def by_layer(self) -> list[list[ParameterView]]:
        """The views of each layer."""
        return [[s for s in self.views if s.layer == i] for i in range(self.n_layers)]

    def _spread(self, values: list[Any], dtype: Any) -> Any:
        sizes = [view.stop - view.start for view in self.views]
        return np.repeat(np.array(values, dtype=dtype), sizes)

    @cached_property
    def trainable(self) -> BoolArray:
        """Which numbers updates change."""
        mask: BoolArray = self._spread([s.spec.trainable for s in self.views], bool)
        return mask

    @cached_property
    def penalised(self) -> BoolArray:
        """Which numbers penalties and weight decay apply to."""
        flags = [s.spec.penalised and s.spec.trainable for s in self.views]
        mask: BoolArray = self._spread(flags, bool)
        return mask

    @cached_property
    def learning_rate_factor(self) -> Array:
        """What each number's learning rate is multiplied by."""
        factors: Array = self._spread([s.spec.learning_rate_factor for s in self.views], float)
        return factors

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Layout) and self.views == other.views

    def __hash__(self) -> int:
        return hash(self.views)

    # --- the grammar of names ---------------------------------------------------------------

    @cached_property
    def units(self) -> list[tuple[str, ParameterView, ParameterView | None, int]]:
        """Every unit with weights: its short name, its layer's W and b, its column."""
        dense = [
            (w, next((s for s in self.by_layer[w.layer] if s.key == "b"), None))
            for w in self.views
            if w.key == "W" and len(w.spec.shape) == 2
        ]
        units, hidden = [], 0
        for w, b in dense:
            for j in range(w.spec.shape[1]):
                if w is dense[-1][0]:
                    name = f"o{j + 1}"
                else:
                    hidden += 1
                    name = f"h{hidden}"
                units.append((name, w, b, j))
        return units

    def locate(self, name: str) -> tuple[ParameterView, tuple[int, ...] | None]:
        """The array and the index that a name means; the index is None for a whole array.

        Raises
        ------
        UnknownNameError
            If nothing has that name; the message gives the names of its kind and all arrays.
        """
        require_text("the name of a parameter", name)
        text = name if name in self.by_name else re.sub(r"\s+", "", name)
        if text in self.by_name:
            return self.by_name[text], None
        if match := re.fullmatch(r"(layers\[\d+\]\.\w+)\[(-?\d+(?:,-?\d+)*)\]", text):
            view = self.by_name.get(match[1])
            index = tuple(int(i) for i in match[2].split(","))
            if view is not None and len(index) == len(view.spec.shape):
                if all(0 <= i < n for i, n in zip(index, view.spec.shape, strict=True)):
                    return view, index
                shape = view.spec.shape
                raise UnknownNameError(
                    f"{shown(name)} is out of range: {view.name} has the shape {shape}"
                )
        if match := re.fullmatch(r"([ho]\d+)\.(?:w(\d+)|(b))", text):
            for unit, w, b, j in self.units:
                if unit == match[1]:
                    if match[3] and b is not None:
                        return b, (j,)
                    if match[2] and 1 <= int(match[2]) <= w.spec.shape[0]:
                        return w, (int(match[2]) - 1, j)
        if match := re.fullmatch(r"([wb])(\d+)", text):
            found = self._numbered(match[1], int(match[2]))
            if found is not None:
                return found
        arrays = ", ".join(f"{s.name} {s.spec.shape}" for s in self.views) or "none"
        raise UnknownNameError(
            f"unknown parameter {shown(name)}{self._hint(text)} Arrays: {arrays}"
        )

    def _hint(self, text: str) -> str:
        """The names that there are of the kind asked for, or else the nearest one."""
        if re.fullmatch(r"[wb]\d+", text) and self.units:
            n_w = sum(w.spec.shape[0] for _, w, _, _ in self.units)
            n_b = sum(b is not None for _, _, b, _ in self.units)
            return f": the network has {_span('w', n_w)} and {_span('b', n_b)}."
        if (match := re.fullmatch(r"([ho])(\d+)\.(?:w\d+|b)", text)) and self.units:
            for unit, w, b, _ in self.units:
                if unit == match[1] + match[2]:
                    return f": {unit} has {_span('w', w.spec.shape[0])} and {'b' if b else 'no b'}."
            n_out = self.units[-1][1].spec.shape[1]
            n_hidden = len(self.units) - n_out
            return f": the units are {_span('h', n_hidden)} and {_span('o', n_out)}."
        known = [*self.by_name, *(f"{u[0]}.w1" for u in self.units[:100])]
        return nearest(text, known) or "."

    def _numbered(self, kind: str, number: int) -> tuple[ParameterView, tuple[int, ...]] | None:
        left = number - 1
        for _, w, b, j in self.units:
            if kind == "w":
                if 0 <= left < w.spec.shape[0]:
                    return w, (left, j)
                left -= w.spec.shape[0]
            elif b is not None:
                if left == 0:
                    return b, (j,)
                left -= 1
        return None

    def full_name(self, view: ParameterView, index: tuple[int, ...]) -> str:
        """The name of one number: ``layers[0].W[1, 0]``."""
        return f"{view.name}[{', '.join(map(str, index))}]"

    def unit_name(self, view: ParameterView, index: tuple[int, ...]) -> str:
        """The name of one number by its unit, ``h1.w2``; the full name where it has none."""
        for unit, w, b, j in self.units:
            if view is w and index[1] == j:
                return f"{unit}.w{index[0] + 1}"
            if view is b and index[0] == j:
                return f"{unit}.b"
        return self.full_name(view, index)


def _span(letter: str, n: int) -> str:
    """From the first to the n-th: w1 ... w6."""
    return f"no {letter}" if n == 0 else f"{letter}1" + (f" ... {letter}{n}" if n > 1 else "")


class Parameters(Mapping[str, Any]):
    """The numbers that a network has learned: one vector, seen through names.

    Parameters
    ----------
    layout : Layout
        The network's layout.
    vector : ndarray, shape (layout.size,)
        The numbers; not copied, so that views and vector are one.

    Examples
    --------
    >>> import chainrule as cr
    >>> network = cr.Network([cr.Dense(2, 2, "sigmoid"), cr.Dense(2, 1, "sigmoid")])
    >>> parameters = network.initial_parameters(seed=0)
    >>> parameters["layers[0].W"] = [[1, 3], [2, 4]]
    >>> float(parameters["h1.w2"]), float(parameters["w3"])
    (2.0, 3.0)
    """

    def __init__(self, layout: Layout, vector: Array) -> None:
        if type(vector) is not np.ndarray or type(layout) is not Layout:
            require_instance("layout", layout, Layout, "a Layout, such as network.layout")
            require_instance("vector", vector, np.ndarray, "a float array")
        if vector.shape != layout.shape:
            raise ShapeError(
                f"vector has the shape {vector.shape}, but the network has {layout.size} parameters"
            )
        self.layout, self.vector = layout, vector

    def __getitem__(self, name: str) -> Any:
        view, index = self.layout.locate(name)
        array = view.of(self.vector)
        return array if index is None else array[index]

    def __setitem__(self, name: str, value: ArrayLike) -> None:
        view, index = self.layout.locate(name)
        array = view.of(self.vector)
        new = float_array(name, value, self.vector.dtype)
        shape = array.shape if index is None else ()
        if new.shape not in ((), shape):
            raise ShapeError(f"{name} has the shape {shape}, the value has {new.shape}")
        array[... if index is None else index] = new

    def __iter__(self) -> Iterator[str]:
        return iter(self.layout.by_name)

    def __len__(self) -> int:
        return len(self.layout.views)

    def layer(self, index: int) -> dict[str, Array]:
        """The arrays of one layer, by key."""
        if type(index) is not int or not 0 <= index < self.layout.n_layers:
            require_integer("index", index, at_least=0, at_most=self.layout.n_layers - 1)
        return {view.key: view.of(self.vector) for view in self.layout.by_layer[index]}

    def copy(self) -> "Parameters":
        """A copy that shares nothing with this one but the layout."""
        return Parameters(self.layout, self.vector.copy())

    def astype(self, dtype: Any) -> "Parameters":
        """A copy in another floating type."""
        return Parameters(self.layout, self.vector.astype(float_type(dtype)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Parameters)
            and self.layout == other.layout
            and np.array_equal(self.vector, other.vector)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        arrays = "\n".join(f"  {name} = {np.array2string(self[name])}" for name in self)
        return f"Parameters({self.layout.size} numbers)\n{arrays}"


def as_parameters(layout: Layout, given: Any, dtype: Any, name: str = "initial") -> Parameters:
    """A copy of parameters given as `Parameters`, as a flat vector or as a mapping from names.

    Raises
    ------
    InvalidTypeError
        If they are of another kind.
    ShapeError
        If their number or shapes do not fit the layout.
    UnknownNameError
        If a mapping lacks an array, or has one that the network lacks.
    """
    if isinstance(given, Parameters):
        if given.layout is not layout and given.layout != layout:
            raise ShapeError("the parameters belong to a network with other layers")
        return Parameters(layout, given.vector.astype(dtype))
    if isinstance(given, Mapping):
        parameters = Parameters(layout, np.full(layout.size, np.nan, dtype=dtype))
        for key, value in given.items():
            parameters[key] = value
        missing = [s.name for s in layout.views if np.isnan(s.of(parameters.vector)).any()]
        if missing:
            raise UnknownNameError(f"the {name} parameters lack {', '.join(missing)}")
        return parameters
    vector = float_array(name, given, dtype).copy()
    if vector.ndim != 1:
        raise InvalidTypeError(
            f"{name} parameters must be Parameters, a flat vector or a mapping from names to "
            f"arrays, not {type(given).__name__}"
        )
    if vector.shape != (layout.size,):
        raise ShapeError(
            f"{name} parameters are {len(vector)} numbers, but the network has {layout.size} "
            "parameters"
        )
    return Parameters(layout, vector)
