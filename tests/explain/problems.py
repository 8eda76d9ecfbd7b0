"""Random networks with fitting losses."""

from typing import NamedTuple

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from chainrule.activations import ACTIVATIONS, Softmax
from chainrule.errors import ChainruleError
from chainrule.explain.derivation.jacobians import stages_of
from chainrule.layers import BatchNorm, Dense, Dropout, Frozen, Layer, LayerNorm
from chainrule.losses import LOSSES, CrossEntropy, Hinge, Huber, Loss, Poisson, Quantile
from chainrule.network import Network
from chainrule.objective import Objective
from chainrule.parameters import Parameters
from chainrule.penalties import L1, L2
from chainrule.typing import Array


class Problem(NamedTuple):
    """An objective at a point, with rows and sample weights."""

    objective: Objective
    parameters: Parameters
    X: Array
    y: Array
    sample_weight: Array | None

    @property
    def network(self) -> Network:
        return self.objective.network


def targets(loss: Loss, rng: np.random.Generator, n: int, n_out: int) -> Array:
    """Targets that a loss takes."""
    if isinstance(loss, CrossEntropy):
        return np.eye(n_out)[rng.integers(n_out, size=n)]
    if isinstance(loss, Hinge):
        return rng.choice([-1.0, 1.0], size=(n, n_out))
    if isinstance(loss, Poisson):
        return rng.integers(0, 4, size=(n, n_out)).astype(float)
    if loss is LOSSES["binary_cross_entropy"]:
        return rng.integers(0, 2, size=(n, n_out)).astype(float)
    return rng.normal(size=(n, n_out))


def some_parameters(network: Network, rng: np.random.Generator) -> Parameters:
    """Numbers of moderate size; variances and scales are positive."""
    parameters = Parameters(network.layout, rng.normal(size=network.layout.size))
    for view in network.layout.views:
        if view.key in ("gamma", "variance"):
            view.of(parameters.vector)[...] = rng.uniform(0.5, 2.0, view.spec.shape)
    return parameters


ALL_LOSSES = [*LOSSES.values(), Huber(factor=2.0, delta=0.3), Quantile(quantile=0.9)]
PENALTIES = ((), (L2(0.1),), (L1(0.2), L2(0.3, divisor="batch")))


@st.composite
def problems(draw: st.DrawFn, rows: int = 1, plain: bool = False) -> Problem:
    """Random architectures: every activation, loss and layer occurs."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    names = list(ACTIVATIONS)
    width = draw(st.integers(1, 4))
    layers: list[Layer] = []
    for _ in range(draw(st.integers(0, 3))):
        n = draw(st.integers(1, 4))
        activation = draw(st.sampled_from(names))
        if activation == "softmax" and n == 1:
            activation = "tanh"
        layer: Layer = Dense(width, n, activation, bias=draw(st.booleans()))
        layers.append(Frozen(layer) if draw(st.integers(0, 4)) == 0 else layer)
        width = n
        extra = "" if plain else draw(st.sampled_from(["", "", "batch", "layer", "dropout"]))
        if extra == "batch":
            layers.append(BatchNorm(width, draw(st.sampled_from(["identity", "tanh", "relu"]))))
        elif extra == "layer" and width > 1:
            layers.append(LayerNorm(width, draw(st.sampled_from(["identity", "silu"]))))
        elif extra == "dropout":
            layers.append(Dropout(0.5))
    n_out = draw(st.integers(1, 3))
    loss = draw(st.sampled_from(ALL_LOSSES))
    fitting = []
    for name in names:
        if n_out == 1 and isinstance(ACTIVATIONS[name], Softmax):
            continue
        try:
            fitting.append(Objective(Network([*layers, Dense(width, n_out, name)]), loss))
        except ChainruleError:
            continue
    if not fitting:  # a softmax of one unit: what needs a simplex needs two outputs
        n_out = 2
        fitting = [Objective(Network([*layers, Dense(width, 2, "softmax")]), loss)]
    chosen = draw(st.sampled_from(fitting))
    objective = Objective(chosen.network, chosen.loss, draw(st.sampled_from(PENALTIES)))
    network = objective.network
    sample_weight = rng.uniform(0.2, 3.0, rows) if draw(st.booleans()) else None
    X, parameters = rng.normal(size=(rows, network.n_in)), some_parameters(network, rng)
    # Exponentials of exponentials overflow; what is not finite has no derivative to agree on.
    assume(all((abs(stage.after) < 1e4).all() for stage in stages_of(network, parameters, X)))
    return Problem(objective, parameters, X, targets(loss, rng, rows, n_out), sample_weight)


@st.composite
def weights(draw: st.DrawFn, problem: Problem) -> str:
    """The name of one number that has a derivative."""
    layout = problem.network.layout
    views = [s for s in layout.views if s.key not in ("mean", "variance")]
    view = draw(st.sampled_from(views))
    place = draw(st.integers(0, view.stop - view.start - 1))
    index = tuple(int(i) for i in np.unravel_index(place, view.spec.shape))
    return layout.full_name(view, index)
