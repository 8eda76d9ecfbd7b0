"""What is explained, diagnosed or drawn: a network with its numbers, and how rows reach it.

Whatever is fitted has a method ``subject()``: the result of `train`, a pipeline (also one that was
loaded from a file), an estimator. `subject_of` takes these, a network with parameters, and
scikit-learn's pipelines that end in one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from .backprop import forward
from .errors import (
    DataError,
    InvalidTypeError,
    InvalidValueError,
    NotFittedError,
    ShapeError,
    items_of,
    require_integer,
    shown,
)
from .losses import LOSSES, Loss
from .network import Network
from .objective import Objective
from .parameters import Parameters, as_parameters
from .penalties import PENALTIES, Penalty
from .plan import Plan, State
from .typing import Array, float_array

Penalties = Penalty | str | Sequence[Penalty | str]


class RawRows(NamedTuple):
    """Rows as a reader made them of what was given.

    Parameters
    ----------
    X : ndarray, shape (n, n_in)
    n : int
        How many rows there were before one of them was taken.
    y : ndarray, shape (n, n_out), or None
        The targets, where the rows hold them, too.
    given : tuple of (str, str)
        For one row of a table: each column's name and its value as read.
    notes : tuple of str
        What was unusual in the rows, in words.
    """

    X: Array
    n: int
    y: Array | None = None
    given: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


class Reader:
    """How raw rows and targets become those of a network; this one takes arrays of numbers.

    Attributes
    ----------
    inputs, outputs : tuple of str
        The names of the network's inputs and outputs; () where they have none.
    columns : tuple of (str, int)
        The columns behind the inputs, and how many inputs each has; () where each input is one.
    means : ndarray, shape (n_in,), or None
        The means of the inputs over the rows learned from, where they are known.
    notes : tuple of str
        What is to be known of the network's inputs and targets, in words.
    """

    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    columns: tuple[tuple[str, int], ...] = ()
    means: Array | None = None
    notes: tuple[str, ...] = ()

    def rows(self, x: Any, row: int | None = None, *, with_targets: bool = False) -> RawRows:
        """Rows as the network takes them: all of them, or one, counted from 0.

        Raises
        ------
        DataError, ShapeError, InvalidValueError
            If something is no number, there are no rows, or not the one named.
        """
        X = as_rows(x)
        return RawRows(X if row is None else X[checked_row(row, len(X))], len(X))

    def targets(self, y: Any, loss: Loss | None) -> Any:
        """Raw targets as the network's, for a loss."""
        return y

    def prediction(self, a: Array) -> Any:
        """The label or the value that the outputs of one row mean; None where they are it."""
        return None

    def in_units(self, a: Array) -> Array | None:
        """Outputs in the target's own unit; None where it has none."""
        return None

    def sensitivities(self, jacobian: Array, X: Array) -> Array | None:
        """The derivative of the outputs by the inputs, in the units of both; None without units.

        Parameters
        ----------
        jacobian : ndarray, shape (n_out, n_in)
        X : ndarray, shape (1, n_in)
            The network's inputs at which it was taken.
        """
        return None


@dataclass(frozen=True, eq=False)
class Subject:
    """A network with its numbers, and what else is known about it.

    Parameters
    ----------
    network : Network
    parameters : Parameters
        In float64.
    loss : Loss or None
        None where nothing says which: enough for a prediction.
    penalties : tuple of Penalty
    plan : Plan or None
        How it was trained, where that is known.
    state : State or None
        How far training has come, where that is known.
    reader : Reader
        How raw rows and targets become the network's.
    """

    network: Network
    parameters: Parameters
    loss: Loss | None = None
    penalties: tuple[Penalty, ...] = ()
    plan: Plan | None = None
    state: State | None = None
    reader: Reader = field(default_factory=Reader)

    @staticmethod
    def of_plan(plan: Plan, parameters: Parameters, state: State | None) -> "Subject":
        """What a plan has led to."""
        objective = plan.objective
        numbers = as_parameters(objective.network.layout, parameters, np.float64)
        return Subject(objective.network, numbers, objective.loss, objective.penalties, plan, state)

    @property
    def objective(self) -> Objective:
        """Network, loss and penalties.

        Raises
        ------
        InvalidValueError
            If no loss was given.
        """
        if self.loss is None:
            raise InvalidValueError(
                "loss (=None) must be named, such as loss='mean_squared_error': a derivative of "
                "the loss needs one"
            )
        return Objective(self.network, self.loss, self.penalties)

    def predict(self, X: Array) -> Array:
        """The network's outputs at evaluation, shape (n, n_out)."""
        return forward(self.network, self.parameters, self.network.check_input(X, np.float64))[0]


@runtime_checkable
class HasSubject(Protocol):
    """Whatever is fitted: the protocol by which explanations, diagnoses and plots see it."""

    def subject(self) -> Subject:
        """The network with its numbers, and how rows reach it.

        Raises
        ------
        NotFittedError
            If there are no parameters yet.
        """


class _AfterSteps(Reader):
    """The reader of a scikit-learn pipeline: the steps before the last one prepare the rows."""

    def __init__(self, steps: Any, last: Reader) -> None:
        self.steps, self.last = steps, last
        self.wanted = list(getattr(steps, "feature_names_in_", ()))
        try:
            self.inputs = tuple(map(str, steps.get_feature_names_out())) or last.inputs
        except (AttributeError, ValueError):  # a step that does not name what it makes
            self.inputs = last.inputs
        self.outputs, self.notes = last.outputs, last.notes
        self.targets = last.targets  # type: ignore[method-assign]
        self.prediction = last.prediction  # type: ignore[method-assign]

    def rows(self, x: Any, row: int | None = None, *, with_targets: bool = False) -> RawRows:
        """Rows as the steps make them."""
        x = only_columns(x, self.wanted)
        x = self.steps.transform(x if np.ndim(x) == 2 else np.atleast_2d(np.asarray(x)))
        note = "the inputs are what the steps before the network make of the row"
        return super().rows(x, row)._replace(notes=(note,))


def subject_of(
    model: Any,
    parameters: Any = None,
    loss: Loss | str | None = None,
    penalties: Penalties = (),
    name: str = "network",
) -> Subject:
    """The subject of an explanation, a diagnosis or a picture.

    Parameters
    ----------
    model : Network, Objective, or whatever has a method ``subject``
        The result of `train`, a pipeline, an estimator; or a scikit-learn pipeline that ends in
        one of them.
    parameters : Parameters, State, mapping or vector, optional
        The numbers of a network or an objective; elsewhere in place of the model's own.
    loss : Loss or str, optional
        In place of the model's own.
    penalties : Penalty or sequence of penalties, default ()
    name : str, default "network"
        What messages call the model.

    Raises
    ------
    NotFittedError
        If there are no parameters yet.
    InvalidTypeError
        If it is nothing that has a network.
    """
    found = _find(model, parameters, name)
    if loss is not None:
        found = replace(found, loss=LOSSES.get_object(loss))
    if not (type(penalties) is tuple and not penalties):
        given = (penalties,) if isinstance(penalties, Penalty | str) else penalties
        given = items_of("penalties", given, "penalties such as L2(1e-4)")
        found = replace(found, penalties=tuple(map(PENALTIES.get_object, given)))
    return found


def network_of(model: Any, name: str = "network") -> Network:
    """The network of whatever `subject_of` takes; a network needs no parameters for this."""
    if isinstance(model, Network | Objective):
        return model if isinstance(model, Network) else model.network
    return _find(model, None, name).network


def _find(model: Any, parameters: Any, name: str) -> Subject:
    state = parameters if isinstance(parameters, State) else None
    numbers = parameters.parameters if isinstance(parameters, State) else parameters
    if isinstance(model, Network | Objective):
        network = network_of(model)
        if numbers is None:
            raise NotFittedError(
                "parameters (=None) must be given with a network: those that were learned, or "
                "network.initial_parameters(seed=0)"
            )
        numbers = as_parameters(network.layout, numbers, np.float64, "parameters")
        if isinstance(model, Network):
            return Subject(network, numbers, state=state)
        return Subject(network, numbers, model.loss, model.penalties, state=state)
    steps = getattr(model, "steps", None)
    if isinstance(model, HasSubject) and not isinstance(model, type):
        found = model.subject()
    elif isinstance(steps, list) and len(steps) > 1:
        found = _find(steps[-1][1], None, name)
        found = replace(found, reader=_AfterSteps(model[:-1], found.reader))
    else:
        raise _no_network(model, name)
    if numbers is None:
        return found
    numbers = as_parameters(found.network.layout, numbers, np.float64, "parameters")
    return replace(found, parameters=numbers, state=state or found.state)


def _no_network(model: Any, name: str) -> Exception:
    if hasattr(model, "fit"):
        if not any(key.endswith("_") and not key.startswith("_") for key in vars(model)):
            return not_fitted(model)
        return InvalidTypeError(
            f"{name} must be a Network, an Objective, the result of train, a Pipeline or an "
            f"estimator with a network; this {type(model).__name__} is fitted, but has no network "
            "and no gradient"
        )
    return InvalidTypeError(
        f"{name} must be a Network, an Objective, the result of train, a Pipeline or a fitted "
        f"estimator, not {shown(model)}"
    )


def not_fitted(model: object) -> NotFittedError:
    """The error of a model that has no parameters yet."""
    return NotFittedError(
        f"this {type(model).__name__} is not fitted yet; call fit before explaining it"
    )


def as_rows(x: Any) -> Array:
    """Numbers, dense or sparse, as an array in float64, shape (n, n_in); a row becomes a table.

    Raises
    ------
    DataError
        If something is no number.
    ShapeError
        If there is not a row, or a table of rows.
    """
    try:
        X = float_array("x", x.toarray() if hasattr(x, "toarray") else x, np.float64)
    except InvalidTypeError as error:
        raise DataError(f"{error}; x must hold numbers, in rows of the same length") from None
    if X.ndim not in (1, 2):
        raise ShapeError(f"x has the shape {X.shape}, but must be a row or a table of rows")
    return X.reshape(1, -1) if X.ndim == 1 else X


def only_columns(x: Any, wanted: Sequence[Any]) -> Any:
    """Of a frame the columns that a fit has seen, in their order; anything else as it is.

    Raises
    ------
    DataError
        If one of them is missing.
    """
    names = getattr(x, "columns", None)
    if names is None or not len(wanted):
        return x
    missing = [name for name in wanted if name not in list(names)]
    if missing:
        raise DataError(f"x lacks the columns {missing}, which the estimator was fitted on")
    return x[list(wanted)]


def checked_row(row: int, n: int) -> slice:
    """The place of one row of n.

    Raises
    ------
    InvalidValueError
        If there is no such row.
    """
    require_integer("row", row, at_least=0)
    if row >= n:
        raise InvalidValueError(f"row (={row}) must be from 0 to {n - 1}: there are {n} rows in x")
    return slice(row, row + 1)
