"""A pipeline from a table to predictions as ONNX nodes: an input for each column."""

from typing import Any

import numpy as np

from ..errors import InvalidValueError
from ..tables.column_encoders import CategoryEncoder, NumberEncoder
from ..tables.ordered_encoder import OrderedEncoder
from ..tables.target import ClassTarget
from ..tables.target_group import TargetGroup, parts_of
from ..tables.text_encoder import TextEncoder
from .onnx_graph import Graph
from .onnx_layers import add_network


def add_pipeline(graph: Graph, pipeline: Any, orders: Any = None) -> None:
    """Inputs for the columns, the network, and outputs for the targets.

    Parameters
    ----------
    graph : Graph
    pipeline : Pipeline
    orders : list of ndarray, optional
        For each target of classes, the order of its outputs.
    """
    dtype = pipeline.parameters.vector.dtype
    parts = []
    for column in pipeline.encoder.columns:
        if isinstance(column, TextEncoder):
            raise InvalidValueError(
                f"column {column.name!r} holds texts, whose runs of characters ONNX cannot hash; "
                f"fit without them (drop={[column.name]!r}), or predict with the model file"
            )
        kind = np.float64 if isinstance(column, NumberEncoder) else np.dtype(object)
        x = graph.input(column.name, kind, 1)
        add: Any = _ADDED[type(column)]
        parts += add(graph, x, column, dtype)
    X = graph.add("Concat", *parts, axis=1)
    members = [
        add_network(graph, X, pipeline.network, parameters)
        for parameters in (pipeline.parameters, *pipeline.others)
    ]
    a = graph.add("Mean", *members) if len(members) > 1 else members[0]
    ends = np.cumsum([0, *(part.n_out for part in parts_of(pipeline.target))]).tolist()
    for k, target in enumerate(parts_of(pipeline.target)):
        own = a
        if isinstance(pipeline.target, TargetGroup):
            at = [graph.constant([n], np.int64) for n in (ends[k], ends[k + 1], 1)]
            own = graph.add("Slice", a, *at)
            if isinstance(target, ClassTarget):
                own = graph.add("Softmax", own, axis=1)
        _target(graph, own, target, dtype, None if orders is None else orders[k])


def _number(graph: Graph, x: str, column: NumberEncoder, dtype: Any) -> list[str]:
    """z / sqrt(1 + (z / limit)^2) with z = (x - center) / scale in double precision, 0 for nan."""
    absent = graph.add("IsNaN", x)
    missing = graph.cast(absent, dtype)
    if column.scale:
        z = graph.add("Sub", x, graph.constant(column.center, np.float64))
        z = graph.add("Div", z, graph.constant(column.scale, np.float64))
        ends = graph.constant(-1e9, np.float64), graph.constant(1e9, np.float64)
        z = graph.cast(graph.add("Clip", z, *ends), dtype)
        part = graph.add("Div", z, graph.constant(column.limit, dtype))
        square = graph.add("Mul", part, part)
        root = graph.add("Sqrt", graph.add("Add", square, graph.constant(1.0, dtype)))
        scaled = graph.add("Div", z, root)
        value = graph.add("Where", absent, graph.constant(0.0, dtype), scaled)
    else:
        value = graph.add("Mul", missing, graph.constant(0.0, dtype))
    parts = [value]
    for period in column.periods:
        turns = graph.add("Div", x, graph.constant(period, np.float64))
        rest = graph.add("Sub", turns, graph.add("Floor", turns))
        phase = graph.cast(graph.add("Mul", rest, graph.constant(2 * np.pi, np.float64)), dtype)
        later = graph.add("Add", phase, graph.constant(np.pi / 2, dtype))
        for angle in (phase, later):  # cos(u) = sin(u + pi / 2)
            wave = graph.add("Sin", angle)
            parts.append(graph.add("Where", absent, graph.constant(0.0, dtype), wave))
    return [*parts, missing] if column.missing else parts


def _category(graph: Graph, x: str, column: CategoryEncoder, dtype: Any) -> list[str]:
    """1 for the level, else 0; an empty text is a missing value. Of a signed one -1 or 1."""
    if column.signed:
        signs = graph.add(
            "LabelEncoder", x, domain="ai.onnx.ml", keys_strings=list(column.levels),
            values_int64s=[-1, 1], default_int64=0,
        )  # fmt: skip
        return [graph.cast(signs, dtype)]
    n = column.n_inputs
    if n == 0:
        return []
    other = len(column.levels) if column.other else -1
    missing = len(column.levels) + column.other if column.missing else -1
    places = [*range(len(column.levels)), missing]
    codes = graph.add(
        "LabelEncoder", x, domain="ai.onnx.ml", keys_strings=[*column.levels, ""],
        values_int64s=places, default_int64=other,
    )  # fmt: skip
    hits = graph.add("Equal", codes, graph.constant(np.arange(n)[None], np.int64))
    return [graph.cast(hits, dtype)]


def _ordered(graph: Graph, x: str, column: OrderedEncoder, dtype: Any) -> list[str]:
    """The row of each level; the last but one for an unknown level, the last for an empty text."""
    n = len(column.levels)
    places = graph.add(
        "LabelEncoder", x, domain="ai.onnx.ml", keys_strings=[*column.levels, ""],
        values_int64s=[*range(n), n + 1], default_int64=n,
    )  # fmt: skip
    rows = graph.add("Gather", graph.constant(column.rows, dtype), places)
    width = graph.constant([-1, column.n_inputs], np.int64)
    return [graph.add("Reshape", rows, width)]


_ADDED = {NumberEncoder: _number, CategoryEncoder: _category, OrderedEncoder: _ordered}


def _target(graph: Graph, a: str, target: Any, dtype: Any, order: Any) -> None:
    """The predictions of one target, and of classes their probabilities."""
    if not isinstance(target, ClassTarget):
        wide = graph.cast(a, np.float64)
        scaled = graph.add("Mul", wide, graph.constant(target.std, np.float64))
        shifted = graph.add("Add", scaled, graph.constant(target.mean, np.float64))
        graph.output(target.name, shifted, np.float64, ["N", 1])
        return
    labels = list(target.labels)
    if order is not None:
        a = graph.add("Gather", a, graph.constant(order, np.int64), axis=1)
        labels = [labels[k] for k in np.asarray(order).tolist()]
    add_labels(graph, a, np.array(labels), target.name, dtype)


def add_labels(
    graph: Graph, a: str, labels: Any, name: str, dtype: Any, all_of_them: str = ""
) -> None:
    """The label of the largest output under a name, and all outputs, as probabilities or so."""
    add_label(graph, graph.add("ArgMax", a, axis=1, keepdims=0), labels, name)
    graph.output(all_of_them or f"{name} probabilities", a, dtype, ["N", len(labels)])


def add_label(graph: Graph, place: str, labels: Any, name: str) -> None:
    """The labels at places, under a name."""
    graph.output(name, graph.add("Gather", graph.constant(labels), place), labels.dtype, ["N"])
