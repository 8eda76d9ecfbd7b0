"""Backpropagation: the chain rule, applied from the loss back to every parameter.

Forward, each layer computes its outputs from those of the layer before and keeps what its
derivative will need. Backward, dL/da of the last layer becomes dL/da of the one before, and so on
to the first; each layer reads off the gradients of its own parameters on the way (Rumelhart,
Hinton & Williams 1986).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .errors import ShapeError, require_instance
from .layers import ActivatedLayer
from .losses import sum_of_weights, weighted_total
from .network import Network
from .objective import Objective
from .parameters import Parameters
from .random import Key
from .typing import Array, float_array


def forward(
    network: Network, parameters: Parameters, X: Array, key: Key | None = None
) -> tuple[Array, list[Any]]:
    """The outputs for the rows of X, and what each layer keeps for the way back."""
    a, caches = X, []
    for i, layer in enumerate(network.layers):
        layer_key = None if key is None else key._replace(layer=i)
        a, cache = layer.forward(parameters.layer(i), a, layer_key)
        caches.append(cache)
    return a, caches


def backward(
    network: Network,
    parameters: Parameters,
    caches: list[Any],
    grad: Array,
    from_logits: bool = False,
) -> tuple[Array, Parameters]:
    """dL/dX and the gradient, from dL/da of the last layer, or from its dL/dz."""
    gradient = Parameters(parameters.layout, np.zeros_like(parameters.vector))
    for i in reversed(range(len(network.layers))):
        layer, views = network.layers[i], parameters.layer(i)
        if from_logits and i == len(network.layers) - 1 and isinstance(layer, ActivatedLayer):
            grad, gradients = layer.backward_z(views, caches[i], grad)
        else:
            grad, gradients = layer.backward(views, caches[i], grad)
        for key, view in gradient.layer(i).items():
            view[...] = gradients[key]
    return grad, gradient


def output_gradients(
    network: Network, parameters: Parameters, X: Array, outputs: Sequence[int] | None = None
) -> Array:
    """d output k / d input i at the rows of X, shape (n, n_outputs, n_in), at evaluation.

    `outputs` are the k; all by default.
    """
    a, caches = forward(network, parameters, X)
    each = []
    for k in range(a.shape[1]) if outputs is None else outputs:
        grad = np.zeros_like(a)
        grad[:, k] = 1.0
        each.append(backward(network, parameters, caches, grad)[0])
    return np.stack(each, axis=1)


def value_and_gradient(
    objective: Objective,
    parameters: Parameters,
    X: Array,
    y: Array,
    sample_weight: Array | None = None,
    key: Key | None = None,
) -> tuple[float, Parameters]:
    """The objective and its derivative by every parameter.

    Parameters
    ----------
    objective : Objective
        Network, loss and penalties.
    parameters : Parameters
        Where the derivative is taken.
    X : ndarray, shape (n, n_in)
    y : ndarray, shape (n, n_out)
    sample_weight : ndarray, shape (n,), optional
        What each sample counts; 1 by default.
    key : Key, optional
        The position in the random sequence, for training; None for evaluation.

    Returns
    -------
    value : float
        L = sum_i w_i loss_i / sum_i w_i (not divided for a sum), plus the penalties.
    gradient : Parameters
        dL/dp for every parameter p.

    Raises
    ------
    InvalidTypeError, ShapeError
        If something is of another kind, or shapes do not fit.
    """
    require_instance("objective", objective, Objective, "an Objective")
    require_instance("parameters", parameters, Parameters, "Parameters")
    network = objective.network
    if parameters.layout is not network.layout and parameters.layout != network.layout:
        raise ShapeError("parameters belong to a network with other layers than the objective's")
    X = network.check_input(X)
    y = float_array("y", y)
    if y.shape != (len(X), network.n_out):
        raise ShapeError(
            f"y has the shape {y.shape}, but must have {(len(X), network.n_out)}, as X has "
            f"{len(X)} rows"
        )
    if sample_weight is not None:
        sample_weight = float_array("sample_weight", sample_weight)
        if sample_weight.shape != (len(X),):
            raise ShapeError(
                f"sample_weight has the shape {sample_weight.shape}, but X has {len(X)} rows"
            )
    if key is not None:
        require_instance("key", key, Key, "a Key(seed, update, layer)")
    value, gradient, _ = complete_pass(objective, parameters, X, y, sample_weight, key)
    return value, gradient


def training_pass(
    objective: Objective,
    parameters: Parameters,
    X: Array,
    y: Array,
    sample_weight: Array | None,
    key: Key,
) -> tuple[float, Parameters, dict[str, Array]]:
    """`value_and_gradient`, and the new values of arrays that follow the data, by name."""
    value, gradient, caches = complete_pass(objective, parameters, X, y, sample_weight, key)
    statistics = {
        f"layers[{i}].{name}": array
        for i, layer in enumerate(objective.network.layers)
        for name, array in layer.statistics(parameters.layer(i), caches[i]).items()
    }
    return value, gradient, statistics


def complete_pass(
    objective: Objective,
    parameters: Parameters,
    X: Array,
    y: Array,
    sample_weight: Array | None,
    key: Key | None,
) -> tuple[float, Parameters, list[Any]]:
    """`value_and_gradient` of arguments that were checked, and what the layers kept."""
    network, loss, from_logits = objective.network, objective.loss, objective.from_logits
    a, caches = forward(network, parameters, X, key)

    # L = sum_i w_i loss_i / divisor, so dL/da_i = w_i / divisor * dloss_i/da_i.
    output, of_output = (caches[-1].z, from_logits) if from_logits is not None else (a, loss)
    losses = of_output.value(output, y)
    value, divisor = weighted_total(losses, sample_weight, loss.reduction)
    grad = of_output.gradient(output, y) * (1.0 / divisor)
    if sample_weight is not None:
        grad = grad * sample_weight[:, None]
    _, gradient = backward(network, parameters, caches, grad, from_logits=from_logits is not None)

    batch_weight = sum_of_weights(len(X), sample_weight)
    value += add_penalties(objective, parameters, gradient.vector, batch_weight)
    return value, gradient, caches


def add_penalties(
    objective: Objective, parameters: Parameters, gradient: Array, batch_weight: float
) -> float:
    """The penalties of the weights, lambda / divisor * R(w); their derivative is added to one.

    Parameters
    ----------
    objective : Objective
    parameters : Parameters
    gradient : ndarray, shape (n_parameters,)
        Written to.
    batch_weight : float
        The sum of the batch's weights; 0 counts as 1.
    """
    value, weights = 0.0, parameters.layout.penalised
    for penalty in objective.penalties:
        scale = penalty.scale(batch_weight or 1.0)
        value += scale * penalty.value(parameters.vector[weights])
        gradient[weights] += scale * penalty.gradient(parameters.vector[weights])
    return value
