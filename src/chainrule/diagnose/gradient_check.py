"""Whether the derivative that somebody has written belongs to the value beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import inf, isfinite
from typing import Any

import numpy as np

from ..activations import Activation, Kink
from ..domain import Domain, Interval, Points, Simplex
from ..errors import InvalidTypeError, ShapeError, require_integer, require_number, shown
from ..layers import Layer
from ..losses import Loss
from ..random import Key
from ..typing import Array, float_array

_ROWS, _UNITS = 24, 4
_STEPS = (1e-3, 1e-4, 1e-5, 1e-6)
"""Steps of the differences, relative to the number that is moved; the best of them counts."""


@dataclass(frozen=True)
class GradientComparison:
    """One gradient beside its central differences.

    Attributes
    ----------
    name : str
        What is differentiated by what: "dL/dz".
    error : float
        The largest difference, relative to the larger of both numbers and 1; infinite where the
        gradient has the wrong shape or is not finite.
    place : tuple of int
        Where it is: row and unit, or an index of the array.
    derivative, difference : float
        The number that the object gives there, and the central difference.
    problem : str
        What else is wrong, in words; empty if nothing is.
    """

    name: str
    error: float
    place: tuple[int, ...] = ()
    derivative: float = float("nan")
    difference: float = float("nan")
    problem: str = ""


@dataclass(frozen=True)
class GradientCheck:
    """What `check_gradient` found; true if everything is right.

    Attributes
    ----------
    subject : str
        What was checked.
    tolerance : float
        The largest relative error that counts as right.
    comparisons : tuple of GradientComparison
        One for each gradient.
    """

    subject: str
    tolerance: float
    comparisons: tuple[GradientComparison, ...]

    @property
    def passed(self) -> bool:
        """Whether every gradient is that of its value."""
        return all(self._right(each) for each in self.comparisons)

    def _right(self, each: GradientComparison) -> bool:
        return not each.problem and each.error <= self.tolerance

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        lines = [f"{self.subject}: {'passed' if self.passed else 'FAILED'}"]
        for each in self.comparisons:
            if each.problem:
                lines.append(f"  {each.name}: {each.problem}")
            elif self._right(each):
                lines.append(f"  {each.name}: right, largest relative error {each.error:.1e}")
            else:
                where = ", ".join(map(str, each.place))
                lines.append(
                    f"  {each.name}[{where}] is {each.derivative:.8g}, but the central difference "
                    f"is {each.difference:.8g}: relative error {each.error:.1e}"
                )
        return "\n".join(lines)


def check_gradient(
    subject: Activation | Loss | Layer,
    X: Any = None,
    y: Any = None,
    *,
    tolerance: float = 1e-6,
    seed: int = 0,
) -> GradientCheck:
    """Compare the derivatives of an activation, a loss or a layer with central differences.

    Each derivative dL/dx is held against (L(x + h) - L(x - h)) / 2h for steps h from 1e-3 to 1e-6
    of the size of x, of which the best counts. For an activation and a layer, L is a sum of the
    outputs with random factors; for a layer every array is checked, too, in training and in
    evaluation.

    Parameters
    ----------
    subject : Activation, Loss or Layer
        One of your own, or a built-in one.
    X : array_like, shape (n, n_units), optional
        Where: pre-activations, outputs of a network or a layer's inputs. By default random ones,
        for a loss from its `domain`, and away from an activation's `kinks`.
    y : array_like, shape (n, n_units), optional
        The targets of a loss; by default random ones from its `targets`.
    tolerance : float, default 1e-6
        The largest relative error that counts as right; > 0.
    seed : int, default 0
        Decides the random numbers.

    Returns
    -------
    GradientCheck
        True if all is right; printed, it says what is not, and where.

    Raises
    ------
    InvalidTypeError, ShapeError
        If the subject is none of these, or X and y do not fit it.

    Examples
    --------
    >>> import chainrule as cr
    >>> print(cr.check_gradient(cr.activations.Tanh()))  # doctest: +ELLIPSIS
    Tanh(): passed
      dL/dz: right, largest relative error ...e-1...
    """
    require_number("tolerance", tolerance, above=0)
    require_integer("seed", seed, at_least=0)
    rng = np.random.default_rng(seed)
    if isinstance(subject, Activation):
        found = _activation(subject, _given("X", X), rng)
    elif isinstance(subject, Loss):
        found = _loss(subject, _given("X", X), _given("y", y), rng)
    elif isinstance(subject, Layer):
        found = _layer(subject, _given("X", X), rng, seed)
    else:
        raise InvalidTypeError(
            f"subject (={shown(subject)}) must be an Activation, a Loss or a Layer, "
            f"not {type(subject).__name__}"
        )
    return GradientCheck(repr(subject), float(tolerance), tuple(found))


def _given(name: str, array: Any) -> Array | None:
    if array is None:
        return None
    values = float_array(name, array).astype(np.float64)
    if values.ndim != 2 or not values.size:
        raise ShapeError(f"{name} has the shape {values.shape}, but must have rows and columns")
    return values


def _activation(
    f: Activation, z: Array | None, rng: np.random.Generator
) -> list[GradientComparison]:
    if z is None:
        z = _away_from(f.kinks, rng.normal(size=(_ROWS, _UNITS)) * 2.0)
    factors = rng.normal(size=z.shape)

    def gradient() -> Array:
        return f.vjp(z, f.value(z), factors)

    return [_compare("dL/dz", z, gradient, lambda x: _rows_sum(f.value(x) * factors))]


def _loss(
    loss: Loss, a: Array | None, y: Array | None, rng: np.random.Generator
) -> list[GradientComparison]:
    given = a if y is None else y
    n_out = _UNITS if loss.n_out is None else loss.n_out
    shape = (_ROWS, n_out) if given is None else given.shape
    y = _drawn(loss.targets, shape, rng) if y is None else y
    a = _drawn(loss.domain, shape, rng) if a is None else a
    if a.shape != y.shape:
        raise ShapeError(f"X has the shape {a.shape}, but y has {y.shape}")
    return [
        _compare("dL/da", a, lambda: loss.gradient(a, y), lambda x: np.asarray(loss.value(x, y)))
    ]


def _layer(
    layer: Layer, X: Array | None, rng: np.random.Generator, seed: int
) -> list[GradientComparison]:
    n_in = layer.n_in
    if X is None:
        X = rng.normal(size=(_ROWS, _UNITS if n_in is None else n_in))
    elif n_in not in (None, X.shape[1]):
        raise ShapeError(f"X has {X.shape[1]} columns, but the layer takes {n_in}")
    views = {key: np.array(values) for key, values in layer.initial(seed, 0).items()}
    trained = [key for key, spec in layer.specs().items() if spec.trainable]
    for key in trained:  # away from zeros and ones, where a mistake may not show
        views[key] = views[key] + 0.1 * rng.normal(size=views[key].shape)
    found = []
    for mode, position in (("training", Key(seed, 1, 0)), ("evaluation", None)):
        found += _layer_pass(layer, views, trained, X, mode, position, rng)
    return found


def _layer_pass(
    layer: Layer,
    views: dict[str, Array],
    trained: list[str],
    X: Array,
    mode: str,
    position: Key | None,
    rng: np.random.Generator,
) -> list[GradientComparison]:
    """A layer's gradients by its input and its arrays, in training or in evaluation."""
    a, cache = layer.forward(views, X, position)
    factors = rng.normal(size=a.shape)

    def total(X: Array, arrays: dict[str, Array]) -> Array:
        return np.asarray((layer.forward(arrays, X, position)[0] * factors).sum())

    def by_input() -> Array:
        return layer.backward(views, layer.forward(views, X, position)[1], factors)[0]

    found = [_compare(f"dL/dX in {mode}", X, by_input, lambda x: total(x, views))]
    gradients = layer.backward(views, cache, factors.copy())[1]
    for key in trained:
        name = f"dL/d{key} in {mode}"
        if key not in gradients:
            problem = "backward gives no gradient for it"
            found.append(GradientComparison(name, inf, problem=problem))
            continue
        moved = partial(_with_array, total, X, views, key)
        found.append(_compare(name, views[key], partial(gradients.get, key), moved))
    return found


def _with_array(
    total: Callable[..., Array], X: Array, views: dict[str, Array], key: str, x: Array
) -> Array:
    return total(X, {**views, key: x})


def _compare(
    name: str, x: Array, gradient: Callable[[], Any], total: Callable[[Array], Array]
) -> GradientComparison:
    """A gradient beside the differences of a value, which is one number or one for each row."""
    before = x.copy()
    with np.errstate(all="ignore"):
        derivative = np.asarray(gradient())
        if not np.array_equal(x, before):
            return GradientComparison(name, inf, problem="computing it writes to its argument")
        if derivative.shape != x.shape:
            problem = f"it has the shape {derivative.shape}, but must have {x.shape}"
            return GradientComparison(name, inf, problem=problem)
        values = np.asarray(total(x))
        by_row = values.ndim == 1
        if values.ndim > 1 or (by_row and len(values) != len(x)):
            problem = f"the value has the shape {values.shape}, but must have ({len(x)},)"
            return GradientComparison(name, inf, problem=problem)
        best = np.full(x.shape, inf)
        nearest = np.full(x.shape, np.nan)
        for step in _STEPS:
            difference = _differences(x, step, total, by_row)
            size = np.maximum(np.maximum(np.abs(derivative), np.abs(difference)), 1.0)
            error = np.abs(derivative - difference) / size
            better = error < best
            best = np.where(better, error, best)
            nearest = np.where(better | np.isnan(nearest), difference, nearest)
    place = tuple(int(i) for i in np.unravel_index(np.argmax(best), best.shape))
    number, around = float(derivative[place]), float(nearest[place])
    problem = "" if isfinite(number) else f"it is {number} at {list(place)}"
    return GradientComparison(name, float(best[place]), place, number, around, problem)


def _differences(x: Array, relative: float, total: Callable[[Array], Array], by_row: bool) -> Array:
    """(L(x + h) - L(x - h)) / 2h by each number: of all rows at once where each has its own L."""
    found = np.empty(x.shape)
    places: Any = [(slice(None), j) for j in range(x.shape[1])] if by_row else np.ndindex(x.shape)
    for place in places:
        up, down = x.copy(), x.copy()
        h = relative * np.maximum(np.abs(x[place]), 1.0)
        up[place], down[place] = x[place] + h, x[place] - h
        found[place] = (total(up) - total(down)) / (up[place] - down[place])
    return found


def _rows_sum(products: Array) -> Array:
    return np.asarray(products.sum(axis=1))


def _away_from(kinks: tuple[Kink, ...], z: Array) -> Array:
    for kink in kinks:
        z = np.where(np.abs(z - kink.at) < 0.02, kink.at + 0.1, z)
    return z


def _drawn(domain: Domain, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Random rows of a set of numbers, well inside of it where it has an inside."""
    if isinstance(domain, Points):
        return rng.choice(np.array(domain.values, dtype=np.float64), size=shape)
    if isinstance(domain, Simplex):
        rows = rng.uniform(0.1, 1.0, size=shape)
        return rows / rows.sum(axis=1, keepdims=True)
    if not isinstance(domain, Interval):
        return rng.normal(size=shape)
    low, high = domain.low, domain.high
    if isfinite(low) and isfinite(high):
        return rng.uniform(low + 0.05 * (high - low), high - 0.05 * (high - low), size=shape)
    if isfinite(low):
        return low + rng.uniform(0.1, 3.0, size=shape)
    if isfinite(high):
        return high - rng.uniform(0.1, 3.0, size=shape)
    return rng.normal(size=shape) * 2.0
