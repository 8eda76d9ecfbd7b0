"""Layers and activations as ONNX nodes, as they are at evaluation."""

from collections.abc import Callable
from math import pi, sqrt
from typing import Any, NamedTuple

import numpy as np

from ..activations import Activation
from ..activations.leaky_relu import SLOPE
from ..activations.selu import ALPHA, SCALE
from ..errors import InvalidValueError
from ..layers import (
    ActivatedLayer,
    BatchNorm,
    ByColumn,
    Dense,
    Dropout,
    Frozen,
    Layer,
    LayerNorm,
    PeriodicEmbedding,
    Scale,
)
from ..network import Network
from ..parameters import Parameters
from .onnx_graph import Graph


def add_network(graph: Graph, X: str, network: Network, parameters: Parameters) -> str:
    """The outputs of a network for X, both in the parameters' type.

    Raises
    ------
    InvalidValueError
        If a layer or an activation is not one of chainrule's own; the message names it.
    """
    value = X
    dtype = parameters.vector.dtype
    for i, layer in enumerate(network.layers):
        value = _layer(graph, value, layer, parameters.layer(i), dtype, f"layers[{i}]")
    return value


def _layer(graph: Graph, x: str, layer: Layer, views: Any, dtype: Any, where: str) -> str:
    if isinstance(layer, Frozen):
        return _layer(graph, x, layer.layer, views, dtype, where)
    if type(layer) is Dropout:
        return x
    if isinstance(layer, ByColumn):
        return _by_column(graph, x, layer, views, dtype, where)
    if type(layer) not in _LAYERS:
        raise InvalidValueError(
            f"{where} is a {type(layer).__name__}, which no ONNX is known for; a network of Dense, "
            "BatchNorm, LayerNorm, Scale, PeriodicEmbedding, ByColumn, Dropout and Frozen layers "
            "can be exported"
        )
    z = _LAYERS[type(layer)](graph, x, layer, views, dtype)
    if not isinstance(layer, ActivatedLayer):
        return z
    return add_activation(graph, z, layer.activation, dtype, where)


def _by_column(graph: Graph, x: str, layer: Any, views: Any, dtype: Any, where: str) -> str:
    """(f_1(x_C1), f_2(x_C2), ...)."""
    parts = []
    for k, (columns, inner) in enumerate(layer.groups):
        taken = graph.add("Gather", x, graph.constant(columns, np.int64), axis=1)
        own = {key: views[f"{key}_{k}"] for key in inner.specs()}
        parts.append(_layer(graph, taken, inner, own, dtype, f"{where}.groups[{k}]"))
    return graph.add("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]


def _dense(graph: Graph, x: str, layer: Any, views: Any, dtype: Any) -> str:
    """X W + b."""
    z = graph.add("MatMul", x, graph.constant(views["W"]))
    return graph.add("Add", z, graph.constant(views["b"])) if layer.bias else z


def _batch_norm(graph: Graph, x: str, layer: Any, views: Any, dtype: Any) -> str:
    """s x + (beta - s mean), s = gamma / sqrt(variance + eps), both made in double precision."""
    wide = {key: np.asarray(array, np.float64) for key, array in views.items()}
    scale = wide["gamma"] / np.sqrt(wide["variance"] + layer.eps)
    shift = wide["beta"] - scale * wide["mean"]
    scaled = graph.add("Mul", x, graph.constant(scale, dtype))
    return graph.add("Add", scaled, graph.constant(shift, dtype))


def _layer_norm(graph: Graph, x: str, layer: Any, views: Any, dtype: Any) -> str:
    """gamma (x - mean) / sqrt(variance + eps) + beta, over each row."""
    centred = graph.add("Sub", x, graph.add("ReduceMean", x, axes=[1], keepdims=1))
    variance = graph.add("ReduceMean", graph.add("Mul", centred, centred), axes=[1], keepdims=1)
    inside = graph.add("Add", variance, graph.constant(layer.eps, dtype))
    normal = graph.add("Div", centred, graph.add("Sqrt", inside))
    scaled = graph.add("Mul", normal, graph.constant(views["gamma"]))
    return graph.add("Add", scaled, graph.constant(views["beta"]))


def _scale(graph: Graph, x: str, layer: Any, views: Any, dtype: Any) -> str:
    """s x."""
    return graph.add("Mul", x, graph.constant(views["s"]))


def _periodic(graph: Graph, x: str, layer: Any, views: Any, dtype: Any) -> str:
    """(x_i, cos(2 pi w_i x_i + b_i) V_i + c_i), input by input."""
    second = graph.constant([2], np.int64)
    column = graph.add("Unsqueeze", x, second)
    turns = graph.add("Mul", column, graph.constant(views["w"]))
    u = graph.add("Mul", turns, graph.constant(2.0 * pi, dtype))
    waves = graph.add("Cos", graph.add("Add", u, graph.constant(views["b"])))
    row = graph.add("MatMul", graph.add("Unsqueeze", waves, second), graph.constant(views["V"]))
    mixed = graph.add("Add", graph.add("Squeeze", row, second), graph.constant(views["c"]))
    shape = graph.constant([-1, layer.n_out], np.int64)
    return graph.add("Reshape", graph.add("Concat", column, mixed, axis=2), shape)


_LAYERS: dict[type, Callable[..., str]] = {
    Dense: _dense,
    BatchNorm: _batch_norm,
    LayerNorm: _layer_norm,
    Scale: _scale,
    PeriodicEmbedding: _periodic,
}


def add_activation(
    graph: Graph, z: str, activation: Activation, dtype: Any, where: str = "the layer"
) -> str:
    """f(z)."""
    name = type(activation).__name__
    if name not in _ACTIVATIONS or not type(activation).__module__.startswith("chainrule."):
        raise InvalidValueError(
            f"the activation {name} of {where} is not built in, and no ONNX is known for it"
        )
    return _ACTIVATIONS[name](graph, z, Number(graph, dtype))


class Number(NamedTuple):
    """Makes constants of the network's type."""

    graph: Graph
    dtype: Any

    def __call__(self, value: float) -> str:
        """A constant."""
        return self.graph.constant(value, self.dtype)


def _node(op: str, **attributes: Any) -> Callable[[Graph, str, Number], str]:
    return lambda graph, z, number: graph.add(op, z, **attributes)


def _falls(graph: Graph, z: str, number: Number, below: str) -> str:
    """z where z > 0, else another value."""
    return graph.add("Where", graph.add("Greater", z, number(0.0)), z, below)


def _below_zero(graph: Graph, z: str, number: Number) -> str:
    """exp(min(z, 0)) - 1."""
    e = graph.add("Exp", graph.add("Min", z, number(0.0)))
    return graph.add("Sub", e, number(1.0))


def _elu(graph: Graph, z: str, number: Number) -> str:
    return _falls(graph, z, number, _below_zero(graph, z, number))


def _selu(graph: Graph, z: str, number: Number) -> str:
    below = graph.add("Mul", _below_zero(graph, z, number), number(ALPHA))
    return graph.add("Mul", _falls(graph, z, number, below), number(SCALE))


def _leaky_relu(graph: Graph, z: str, number: Number) -> str:
    return _falls(graph, z, number, graph.add("Mul", z, number(SLOPE)))


def _softplus(graph: Graph, z: str, number: Number) -> str:
    """max(z, 0) + log(1 + exp(-abs(z)))."""
    e = graph.add("Exp", graph.add("Neg", graph.add("Abs", z)))
    log = graph.add("Log", graph.add("Add", e, number(1.0)))
    return graph.add("Add", graph.add("Max", z, number(0.0)), log)


def _gelu(graph: Graph, z: str, number: Number) -> str:
    """z (1 + erf(z / sqrt 2)) / 2; runtimes know erf in single precision."""
    scaled = graph.cast(graph.add("Mul", z, number(sqrt(0.5))), np.float32)
    erf = graph.cast(graph.add("Erf", scaled), number.dtype)
    half = graph.add("Mul", z, number(0.5))
    return graph.add("Mul", half, graph.add("Add", erf, number(1.0)))


def _silu(graph: Graph, z: str, number: Number) -> str:
    return graph.add("Mul", z, graph.add("Sigmoid", z))


def _mish(graph: Graph, z: str, number: Number) -> str:
    return graph.add("Mul", z, graph.add("Tanh", _softplus(graph, z, number)))


def _step(graph: Graph, z: str, number: Number) -> str:
    over = graph.add("GreaterOrEqual", z, number(0.0))
    return graph.cast(over, number.dtype)


_ACTIVATIONS: dict[str, Callable[[Graph, str, Number], str]] = {
    "Identity": lambda graph, z, number: z,
    "Step": _step,
    "Sigmoid": _node("Sigmoid"),
    "Tanh": _node("Tanh"),
    "ReLU": _node("Relu"),
    "LeakyReLU": _leaky_relu,
    "ELU": _elu,
    "SELU": _selu,
    "Softplus": _softplus,
    "SiLU": _silu,
    "GELU": _gelu,
    "Mish": _mish,
    "Exp": _node("Exp"),
    "Softmax": _node("Softmax", axis=1),
}
