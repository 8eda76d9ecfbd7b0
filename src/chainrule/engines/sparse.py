"""Training on sparse rows as they are: X W and X^T delta cost what X holds, not its shape."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, final

import numpy as np

from ..backprop import training_pass
from ..layers import ActivatedLayer, Dense
from ..layers.base import Activated, Views, column_sum
from ..network import Network
from ..objective import Objective
from ..parameters import Parameters, ParameterSpec
from ..plan import Data, Monitor, Plan, State
from ..plan.data import check_rows, is_sparse
from ..random import Key
from ..typing import Array
from .base import Engine, OneAtATime, Updater, Window
from .batches import BatchSession, Update
from .reference import ReferenceEngine, why_not_elementwise

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
class SparseEngine(OneAtATime):
    """Gradients of CSR rows from SciPy's products, updates by another engine.

    The sums are those of dense rows without the products with 0.

    Parameters
    ----------
    engine : Engine
        Computes updates, and everything on dense rows.
    """

    name = "reference"

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.reference = ReferenceEngine()

    def why_not(self, plan: Plan, data: Data) -> str:
        """Only optimizers that work element by element run here."""
        return why_not_elementwise(plan)

    def updater(self, plan: Plan) -> Updater:
        """The other engine's."""
        return self.engine.updater(plan)

    def value_and_gradient(
        self, objective: Objective, parameters: Parameters, data: Data, key: Key | None = None
    ) -> tuple[float, Parameters]:
        """As `chainrule.value_and_gradient`."""
        return self.reference.value_and_gradient(*_adapted(objective, parameters, data), key)

    def value(self, objective: Objective, parameters: Parameters, data: Data) -> float:
        """The loss at evaluation, without the penalties."""
        if not data.is_sparse:
            return self.engine.value(objective, parameters, data)
        return self.reference.value(*_adapted(objective, parameters, data))

    def predictor(self, network: Network, parameters: Parameters) -> Callable[[Array], Array]:
        """A function from X, dense or sparse, to the outputs."""
        parameters = parameters.copy()
        dense = cache(lambda: self.engine.predictor(network, parameters))
        sparse = cache(lambda: sparse_predictor(self.engine, network, parameters))

        def predict(X: Any) -> Array:
            X = check_rows(network, X, parameters.vector.dtype)
            return (sparse if is_sparse(X) else dense)()(X)

        return predict


@final
class SparseSession(BatchSession):
    """Updates from sparse batches."""

    def __init__(
        self,
        engine: SparseEngine,
        plan: Plan,
        data: Data,
        monitor: Monitor,
        window: Window | None,
    ) -> None:
        super().__init__(engine, plan, data, monitor, window)
        objective = replace(plan.objective, penalties=())
        self.objective, _, self.data = _adapted(objective, None, data)
        self.step = engine.updater(plan)

    def update(self, state: State, batch: Data, learning_rate: float) -> Update:
        """One update of the parameters by the gradient of a batch."""
        value, gradient, statistics = training_pass(
            self.objective,
            state.parameters,
            batch.X,
            batch.y,
            batch.sample_weight,
            Key(self.plan.seed, state.update, 0),
        )
        p, optimizer_state, penalty, norm = self.step(
            state, gradient.vector, learning_rate, batch.weight
        )
        new = Parameters(state.parameters.layout, p)
        for name, array in statistics.items():
            new[name] = array
        return Update(new, optimizer_state, value + penalty, norm)


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


def _adapted(objective: Objective, parameters: Any, data: Data) -> tuple[Objective, Any, Data]:
    """An objective whose network takes sparse rows, without another copy of its parameters."""
    if not data.is_sparse:
        return objective, parameters, data
    first, *others = objective.network.layers
    assert isinstance(first, Dense)
    network = Network([FirstDense(first), *others])
    rows: Any = SparseRows(data.X)
    return replace(objective, network=network), parameters, replace(data, X=rows)


SparseEngine.session_type = SparseSession
