"""Training on sparse rows as they are: X W and X^T delta cost what X holds, not its shape."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from time import perf_counter
from typing import Any, final

import numpy as np

from ..backprop import training_pass
from ..engines import Ended, Engine, ReferenceEngine, Report
from ..engines.reference import batches
from ..layers import ActivatedLayer, Dense
from ..layers.base import Activated, Views, column_sum
from ..losses import weighted_total
from ..network import Network
from ..objective import Objective
from ..optimizers import ElementwiseOptimizer
from ..parameters import Parameters, ParameterSpec, Slot
from ..plan import Data, Plan, State
from ..plan.data import check_rows, is_sparse
from ..random import Key
from ..typing import Array

_BLOCK = 15_000
"""Numbers that are updated at once: what is computed of them stays in the cache, and is below the
128 KiB from which on the C library asks the system for new pages each time."""

_OUTPUTS = 2**20
"""About how many outputs of the first layer are computed at once."""


def multiplies_sparse(network: Network, X: Any) -> bool:
    """Whether the first layer had better take sparse rows as they are, to predict.

    A sparse product costs about as much as a dense one in which every sixth number counts; with few
    columns, dense rows win.
    """
    rows, columns = X.shape
    first = network.layers[0]
    return type(first) is Dense and columns >= 100 and 6 * X.nnz < rows * columns


def trains_sparse(network: Network, X: Any) -> bool:
    """Whether training had better, too: with few columns, compiled updates of dense rows win."""
    return X.shape[1] >= 2000 and multiplies_sparse(network, X)


@final
class SparseRows:
    """A CSR matrix with the few things that the reference engine asks of an array."""

    def __init__(self, X: Any) -> None:
        self.X, self.shape, self.dtype = X, X.shape, X.dtype

    def __len__(self) -> int:
        return int(self.shape[0])

    def __getitem__(self, rows: Any) -> "SparseRows":
        return SparseRows(self.X[rows])

    def __matmul__(self, W: Array) -> Array:
        product: Array = self.X @ W
        return product

    @property
    def T(self) -> Any:
        """The transpose, to be multiplied from the right."""
        return self.X.T


@final
class FirstDense(ActivatedLayer):
    """A dense layer at the beginning of a network: nobody asks it for dL/dX."""

    latex = Dense.latex

    def __init__(self, dense: Dense) -> None:
        self.dense, self.activation = dense, dense.activation
        self.n_in, self.n_out = dense.n_in, dense.n_out

    def specs(self) -> dict[str, ParameterSpec]:
        """As the layer itself."""
        return self.dense.specs()

    def pre_activation(self, views: Views, X: Array, key: Key | None) -> tuple[Array, None]:
        """z = X W + b."""
        return self.dense.pre_activation(views, X, key)

    def backward_z(
        self, views: Views, cache: Activated, grad_z: Array
    ) -> tuple[Array, dict[str, Array]]:
        """dL/dW = X^T delta, dL/db = sum delta."""
        gradients = {"W": cache.X.T @ grad_z, "b": column_sum(grad_z)}
        return grad_z[:, :0], gradients


@final
class SparseEngine:
    """The reference engine for CSR rows; another one, given, for dense rows.

    The sums are those of dense rows without the products with 0. Updates go block by block, each
    parameter as its optimizer says.
    """

    name = "reference"
    watches = False

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.reference = ReferenceEngine()

    def why_not(self, plan: Plan, data: Data) -> str:
        """The reference engine's reason."""
        return self.reference.why_not(plan, data)

    def value_and_gradient(
        self,
        objective: Objective,
        parameters: Parameters,
        X: Array,
        y: Array,
        sample_weight: Array | None = None,
        key: Key | None = None,
    ) -> tuple[float, Parameters]:
        """As `chainrule.value_and_gradient`."""
        objective, rows = _adapted(objective, X)
        return self.reference.value_and_gradient(objective, parameters, rows, y, sample_weight, key)

    def value(
        self,
        objective: Objective,
        parameters: Parameters,
        X: Array,
        y: Array,
        sample_weight: Array | None = None,
    ) -> float:
        """The loss at evaluation, without the penalties."""
        if not is_sparse(X):
            return self.engine.value(objective, parameters, X, y, sample_weight)
        objective, rows = _adapted(objective, X)
        return self.reference.value(objective, parameters, rows, y, sample_weight)

    def predictor(self, network: Network, parameters: Parameters) -> Callable[[Array], Array]:
        """A function from X, dense or sparse, to the outputs."""
        parameters = parameters.copy()
        dense = cache(lambda: self.engine.predictor(network, parameters))
        sparse = cache(lambda: sparse_predictor(self.engine, network, parameters))

        def predict(X: Any) -> Array:
            X = check_rows(network, X, parameters.vector.dtype)
            return (sparse if is_sparse(X) else dense)()(X)

        return predict

    def advance(self, plan: Plan, state: State, data: Data, epochs: int) -> Report:
        """Train for whole epochs, batch by batch."""
        objective, rows = _adapted(plan.objective, data.X)
        data = replace(data, X=rows)
        rates = plan.learning_rates(state.update, state.epoch, data.n, epochs)
        reduction = plan.objective.loss.reduction
        state, spare = state.copy(), state.copy()
        columns: list[tuple[float, float, float, float]] = []
        ended: Ended = "done"
        with np.errstate(all="ignore"):
            for k in range(epochs):
                clock, before = perf_counter(), state.copy()
                losses, weights = np.zeros((2, plan.n_batches(data.n)))
                norm = 0.0
                try:
                    for b, batch in enumerate(batches(plan, state.epoch, data)):
                        rate = float(rates[k, b])
                        losses[b], norm = _update(plan, objective, state, spare, batch, rate)
                        state, spare = spare, state
                        weights[b] = _weight(batch)
                except KeyboardInterrupt:
                    ended = "interrupted"
                    break
                counts = None if reduction == "sum" else weights
                loss = weighted_total(losses, counts, reduction)[0]
                if np.isfinite(loss) and np.isfinite(state.parameters.vector).all():
                    state.epoch += 1
                else:
                    loss, state, ended = np.nan, before, "diverged"
                columns.append((loss, norm, float(rates[k, -1]), perf_counter() - clock))
                if ended != "done":
                    break
        return Report(state, np.array(columns, dtype=np.float64).reshape(-1, 4).T, ended)


def sparse_predictor(
    engine: Engine, network: Network, parameters: Parameters
) -> Callable[[Any], Array]:
    """A function from CSR rows to the outputs: the first layer here, the others by an engine.

    The network begins with a dense layer; the parameters are not copied.
    """
    first, views = network.layers[0], parameters.layer(0)
    rest: Callable[[Array], Array] | None = None
    if any(layer.n_in is not None for layer in network.layers[1:]):
        others = Network(network.layers[1:])
        start = parameters.layout.size - others.layout.size
        rest = engine.predictor(others, Parameters(others.layout, parameters.vector[start:]))

    def predict(X: Any) -> Array:
        at_once = max(_OUTPUTS // (first.n_out or 1), 1)
        a = np.empty((X.shape[0], network.n_out), dtype=parameters.vector.dtype)
        for s in range(0, len(a), at_once):
            rows = X if at_once >= len(a) else X[s : s + at_once]
            part = first.forward(views, rows)[0]
            a[s : s + at_once] = part if rest is None else rest(part)
        return a

    return predict


def _adapted(objective: Objective, X: Any) -> tuple[Objective, Any]:
    """An objective whose network takes sparse rows, without another copy of its parameters."""
    if not is_sparse(X):
        return objective, X
    first, *others = objective.network.layers
    assert isinstance(first, Dense)
    return replace(objective, network=Network([FirstDense(first), *others])), SparseRows(X)


def _update(
    plan: Plan, objective: Objective, state: State, new: State, batch: Data, rate: float
) -> tuple[float, float]:
    """Write the state after an update into a new one; the loss before it, the gradient's norm."""
    parameters, optimizer = state.parameters, plan.optimizer
    assert isinstance(optimizer, ElementwiseOptimizer)
    value, gradient, statistics = training_pass(
        replace(objective, penalties=()),
        parameters,
        batch.X,
        batch.y,
        batch.sample_weight,
        Key(plan.seed, state.update, 0),
    )
    weight = _weight(batch) or 1.0
    p, g = parameters.vector, gradient.vector

    def penalise(slot: Slot, block: slice) -> tuple[float, float]:
        """Complete the gradient of a block: the penalties' value, and its own square."""
        price = 0.0
        for penalty in objective.penalties if slot.spec.penalised else ():
            scale = penalty.scale(weight)
            price += scale * penalty.value(p[block])
            g[block] += scale * penalty.gradient(p[block])
        return price, float(np.vdot(g[block], g[block])) if slot.spec.trainable else 0.0

    def step(slot: Slot, block: slice) -> None:
        """Write the new numbers of a block."""
        w, slots = p[block], state.slots[:, block]
        if slot.spec.trainable:
            own = rate * slot.spec.learning_rate_factor
            if slot.spec.penalised and optimizer.weight_decay:
                w = w * (1.0 - own * optimizer.weight_decay)
            w, slots = optimizer.update(g[block], slots, w, state.update + 1, own)
        new.parameters.vector[block], new.slots[:, block] = w, slots

    squares = 0.0
    for slot, block in _blocks(parameters.layout.slots):
        price, square = penalise(slot, block)
        value, squares = value + price, squares + square
        if plan.clip_norm is None:  # at once, while the block is in the cache
            step(slot, block)
    norm = float(np.sqrt(squares))
    if plan.clip_norm is not None:
        g *= min(1.0, plan.clip_norm / norm) if norm else 1.0
        for slot, block in _blocks(parameters.layout.slots):
            step(slot, block)
    for name, array in statistics.items():
        new.parameters[name] = array
    new.update, new.epoch, new.stopping = state.update + 1, state.epoch, state.stopping
    return value, norm


def _weight(batch: Data) -> float:
    """The sum of a batch's sample weights."""
    return float(batch.n if batch.sample_weight is None else batch.sample_weight.sum())


def _blocks(slots: tuple[Slot, ...]) -> Iterator[tuple[Slot, slice]]:
    """The parts of each array, small enough for the cache."""
    for slot in slots:
        for start in range(slot.start, slot.stop, _BLOCK):
            yield slot, slice(start, min(start + _BLOCK, slot.stop))
