"""From scikit-learn's parameters to networks, losses, optimizers, schedules and penalties."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import inf
from typing import Any, TypeVar, final

import numpy as np

from ..activations import ACTIVATIONS, Activation
from ..errors import (
    ChainruleError,
    InvalidTypeError,
    InvalidValueError,
    items_of,
    require,
    require_function,
    require_integer,
    require_number,
    shown,
)
from ..layers import Dense, Dropout, Layer
from ..network import Network
from ..optimizers import LBFGS, OPTIMIZERS, SGD, Adam, ElementwiseOptimizer, Optimizer
from ..penalties import L1, L2, Penalty
from ..registry import Registry, unknown
from ..schedules import SCHEDULES, ConstantRate, Schedule, Unit
from ..training import Callback
from ..typing import float_array
from ._compat import ParameterError

T = TypeVar("T")

_RATES = ("adaptive", "invscaling")
"""scikit-learn's names for schedules, besides \"constant\"."""


def look_up(registry: Registry[T], argument: str, given: Any, *own: str) -> T:
    """The object of that name, or itself; the names proposed for an unknown one begin with own."""
    if isinstance(given, str) and given not in registry:
        raise unknown(argument, given, [*own, *registry])
    return registry.get_object(given, argument)


def hidden_sizes(given: Any) -> list[int]:
    """The numbers of hidden units as a list; a number alone is one layer.

    Raises
    ------
    ParameterError
        If one of them is no integer above 0.
    """
    several = hasattr(given, "__iter__")
    sizes = list(items_of("hidden_layer_sizes", given, "sizes")) if several else [given]
    for size in sizes:
        try:
            require_integer("hidden_layer_sizes", size, at_least=1, at_most=2**31 - 1)
        except ChainruleError:
            raise ParameterError(f"hidden_layer_sizes must be > 0, got {shown(sizes)}.") from None
    return [int(size) for size in sizes]


def hidden_activations(given: Any, n_layers: int) -> list[Activation]:
    """The activation of each hidden layer, from one for all of them or from one for each.

    Raises
    ------
    ParameterError
        If there are more or fewer than layers.
    """
    if isinstance(given, str | Activation):
        return [look_up(ACTIVATIONS, "activation", given, "logistic")] * n_layers
    if not isinstance(given, Sequence):
        raise ParameterError(
            f"activation (={shown(given)}) must be a name, an Activation or a list"
        )
    if len(given) != n_layers:
        raise ParameterError(
            f"activation names {len(given)} layers, but hidden_layer_sizes has {n_layers}"
        )
    return [look_up(ACTIVATIONS, "activation", activation, "logistic") for activation in given]


def make_network(
    n_in: int,
    sizes: Sequence[int],
    activations: Sequence[Activation],
    dropout: Any,
    n_out: int,
    output: Activation,
) -> Network:
    """Dense layers, each hidden one with its activation and its dropout."""
    several = isinstance(dropout, list | tuple | np.ndarray) and getattr(dropout, "ndim", 1) > 0
    if not several:
        require_number("dropout", dropout, at_least=0, below=1)
        dropout = [dropout] * len(sizes)
    rates = float_array("dropout", dropout, np.float64).tolist()
    if len(rates) != len(sizes):
        raise ParameterError(
            f"dropout names {len(rates)} layers, but hidden_layer_sizes has {len(sizes)}"
        )
    for i, rate in enumerate(rates):
        require_number(f"dropout[{i}]", rate, at_least=0, below=1)
    layers: list[Layer] = []
    for size, activation, rate in zip(sizes, activations, rates, strict=True):
        layers.append(Dense(n_in, size, activation))
        if rate:
            layers.append(Dropout(rate))
        n_in = size
    return Network([*layers, Dense(n_in, n_out, output)])


def make_penalties(alpha: float, l1: float) -> tuple[Penalty, ...]:
    """L2 and L1, divided by the sum of the batch's sample weights."""
    both: tuple[Penalty, ...] = (L2(alpha, "batch"), L1(l1, "batch"))
    return tuple(penalty for penalty in both if penalty.strength)


def make_optimizer(estimator: Any, rate: float) -> Optimizer:
    """The optimizer that ``solver`` names, at a learning rate; an object is taken as it is."""
    e = estimator
    rate = float(rate)
    optimizer: Optimizer
    if e.solver == "adam":
        optimizer = Adam(rate, beta1=e.beta_1, beta2=e.beta_2, eps=e.epsilon, epsilon="hat")
    elif e.solver == "sgd":
        nesterov = bool(e.nesterovs_momentum and e.momentum > 0)
        optimizer = SGD(rate, momentum=e.momentum, nesterov=nesterov)
    elif e.solver == "lbfgs":
        optimizer = LBFGS(tolerance=e.tol, max_evaluations=e.max_fun)
    else:
        optimizer = OPTIMIZERS.get_object(e.solver, "solver")
        if isinstance(e.solver, str) and isinstance(optimizer, ElementwiseOptimizer):
            optimizer = replace(optimizer, learning_rate=rate)
    if e.weight_decay:
        if not isinstance(optimizer, ElementwiseOptimizer):
            raise ParameterError("weight_decay needs a stochastic solver, such as solver='adam'")
        optimizer = replace(optimizer, weight_decay=e.weight_decay)
    return optimizer


def is_stochastic(solver: Any) -> bool:
    """Whether a solver takes batches; L-BFGS sees all rows at once."""
    return not (solver == "lbfgs" or isinstance(solver, LBFGS))


@final
@dataclass(frozen=True)
class InverseScalingFrom(Schedule):
    """1 / (samples seen + 1)^power, for fits that go on: a warm start begins at 1 once more.

    Parameters
    ----------
    power : float
        The exponent.
    seen : int
        Samples of earlier fits.
    start : int
        The step at which this fit begins.
    fresh : bool
        Whether its first epoch has the factor 1.
    """

    power: float
    seen: int
    start: int
    fresh: bool

    latex = r"f_k = (k + 1)^{-p}"
    source = "scikit-learn's 'invscaling'"

    @property
    def unit(self) -> Unit:
        """Samples: the rate changes once an epoch."""
        return "sample"

    def factor(self, step: int) -> float:
        """The factor of the epoch that begins there."""
        if self.fresh and step == self.start:
            return 1.0
        return float((self.seen + step - self.start + 1.0) ** -self.power)


def make_schedule(estimator: Any, seen: int, start: int, fresh: bool) -> Schedule:
    """The schedule that ``learning_rate`` names; scikit-learn's own are for sgd alone."""
    given = estimator.learning_rate
    if isinstance(given, str) and given in ("constant", "adaptive"):
        return ConstantRate()
    if isinstance(given, str) and given == "invscaling":
        if estimator.solver != "sgd":
            return ConstantRate()
        return InverseScalingFrom(estimator.power_t, seen, start, fresh)
    return look_up(SCHEDULES, "learning_rate", given, *_RATES)


def rows_of_batch(given: Any, n: int) -> int:
    """The rows of a batch: "auto" is at most 200."""
    if given == "auto":
        return min(200, n)
    return n if given == "full" else min(int(given), n)


def callback_list(given: Any) -> list[Callback]:
    """The callbacks as a list, from one of them or from several; raise unless all are functions."""
    several = items_of("callbacks", (given,) if callable(given) else given, "functions")
    for callback in several:
        require_function("callbacks", callback, "a Progress")
    return list(several)


def check_options(estimator: Any) -> None:
    """Raise `ParameterError` unless every constructor parameter has a value that it can have."""
    e = estimator
    with as_parameter_errors():
        require_integer("max_iter", e.max_iter, at_least=1)
        require_integer("max_fun", e.max_fun, at_least=1)
        if not (isinstance(e.n_iter_no_change, float) and e.n_iter_no_change == inf):
            require_integer("n_iter_no_change", e.n_iter_no_change, at_least=1)
        for name in ("alpha", "l1", "weight_decay", "tol", "power_t"):
            require_number(name, getattr(e, name), at_least=0)
        for name in ("learning_rate_init", "epsilon"):
            require_number(name, getattr(e, name), above=0)
        for name in ("beta_1", "beta_2", "validation_fraction", "momentum"):
            require_number(name, getattr(e, name), at_least=0, below=1)
        names = ("shuffle", "warm_start", "nesterovs_momentum", "early_stopping", "progress")
        for name in names:
            value = getattr(e, name)
            if not isinstance(value, bool | np.bool_):
                raise InvalidTypeError(f"{name} (={shown(value)}) must be True or False")
        if not isinstance(e.verbose, int | np.integer | np.bool_) or e.verbose < 0:
            raise InvalidTypeError(f"verbose (={shown(e.verbose)}) must be True, False or a number")
        if isinstance(e.batch_size, str):
            known = ("auto", "full")
            require(e.batch_size in known, "batch_size", e.batch_size, f"be one of {known} or >= 1")
        else:
            require_integer("batch_size", e.batch_size, at_least=1)
        OPTIMIZERS.get_object(e.solver, "solver")
        if not (isinstance(e.learning_rate, str) and e.learning_rate == "adaptive"):
            look_up(SCHEDULES, "learning_rate", e.learning_rate, *_RATES)
        if e.threads is not None:
            require_integer("threads", e.threads, at_least=1)
        if hasattr(e, "label_smoothing"):
            require_number("label_smoothing", e.label_smoothing, at_least=0, below=1)
        if getattr(e, "quantiles", None) is not None:
            items_of("quantiles", e.quantiles, "numbers between 0 and 1")
        callback_list(e.callbacks)
        make_network(
            1,
            sizes := hidden_sizes(e.hidden_layer_sizes),
            hidden_activations(e.activation, len(sizes)),
            e.dropout,
            1,
            ACTIVATIONS["identity"],
        )


def check_checkpointed(estimator: Any) -> None:
    """Raise unless another process would begin the same fit, of which a checkpoint is a part."""
    if not isinstance(estimator.random_state, int | np.integer):
        raise InvalidValueError(
            f"random_state (={shown(estimator.random_state)}) must be an integer with checkpoint=: "
            "another process is to make the same rows and orders from it"
        )
    if getattr(estimator, "learning_rate", None) == "adaptive" and estimator.solver == "sgd":
        raise InvalidValueError(
            "learning_rate (='adaptive') must be another with checkpoint=: it makes several fits "
            "of one; give a schedule, such as 'invscaling' or CosineDecay(100)"
        )


@contextmanager
def as_parameter_errors() -> Iterator[None]:
    """Turn a wrong type into an error that is a ValueError, too, as scikit-learn's are."""
    try:
        yield
    except InvalidTypeError as error:
        raise ParameterError(str(error)) from None
