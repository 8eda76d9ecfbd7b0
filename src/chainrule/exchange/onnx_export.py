"""ONNX: what was fitted, with its preprocessing, for every runtime."""

import os
from typing import Any

import numpy as np

from ..errors import InvalidValueError, path_of
from ..files import atomic_write
from .fitted import has, network_of
from .onnx_graph import Graph
from .onnx_layers import add_network
from .onnx_tables import add_label, add_labels, add_pipeline


def export_onnx(model: Any, path: str | os.PathLike[str] | None = None) -> Any:
    """What was fitted as an ONNX model, its preprocessing inside.

    Of a network (a `TrainingResult`, a `TrainedNetwork`) the input is ``X``, shape (n, n_in), and
    the output ``output``, both in the parameters' type. Of `MLPClassifier` and `Perceptron` the
    outputs are ``label`` and ``probabilities`` (or ``scores``), of `MLPRegressor` ``prediction``.
    Of a `Pipeline` and the tabular estimators there is an input of shape (n, 1) for each column
    under its name: double for numbers, nan where missing; dates as days since 1970-01-01, times as
    hours; texts for categories, "" where missing, booleans as "True" and "False". The outputs have
    the targets' names; of classes ``NAME probabilities`` is another one.

    Parameters
    ----------
    model : TrainingResult, TrainedNetwork, Pipeline or estimator
    path : str or path, optional
        Where to write it; by default nowhere.

    Returns
    -------
    onnx.ModelProto
        Opset 17 and ai.onnx.ml 3.

    Raises
    ------
    MissingLibraryError
        Without the library onnx.
    InvalidValueError
        If it has a layer or an activation that no ONNX is known for; the message names it.
    InvalidTypeError
        If it is nothing that was fitted.
    WriteError
        If the file cannot be written.
    """
    place = None if path is None else path_of("path", path)
    graph = Graph()
    name = type(model).__name__
    if name == "Perceptron" and has(model, "coef_"):
        X = graph.input("X", np.float64, np.asarray(model.coef_).shape[1])
        scores = add_perceptron(graph, model, X)
        graph.output("scores", scores, np.float64, ["N", len(model.intercept_)])
    elif has(model, "pipeline_"):
        add_pipeline(graph, model.pipeline_, getattr(model, "_orders", None))
    elif has(model, "encoder"):
        add_pipeline(graph, model)
    else:
        network, parameters = network_of(model)
        dtype = parameters.vector.dtype
        X = graph.input("X", dtype, network.n_in)
        add_heads(graph, model, add_network(graph, X, network, parameters), dtype)
    made = graph.model(name, f"{name}, fitted by chainrule")
    if place is not None:
        with atomic_write(place) as file:
            file.write(made.SerializeToString())
    return made


def add_heads(graph: Graph, model: Any, a: str, dtype: Any) -> None:
    """What a network's outputs mean, as outputs of the graph."""
    network, _ = network_of(model)
    if not has(model, "network_"):
        graph.output("output", a, dtype, ["N", network.n_out])
    elif not has(model, "classes_"):
        graph.output("prediction", a, dtype, ["N", network.n_out])
    elif model._label_binarizer.y_type_ == "multiclass":
        every = "probabilities" if model._threshold else "scores"
        add_labels(graph, a, _classes(model), "label", dtype, every)
    elif network.n_out == 1:
        _two_classes(graph, a, model, dtype)
    else:
        over = graph.add("Greater", a, graph.constant(model._threshold, dtype))
        graph.output("label", graph.cast(over, np.int64), np.int64, ["N", network.n_out])
        graph.output("probabilities", a, dtype, ["N", network.n_out])


def _two_classes(graph: Graph, a: str, model: Any, dtype: Any) -> None:
    add_label(graph, _over(graph, a, model._threshold, dtype), _classes(model), "label")
    if model._threshold == 0:
        graph.output("scores", a, dtype, ["N", 1])
    else:
        other = graph.add("Sub", graph.constant(1.0, dtype), a)
        both = graph.add("Concat", other, a, axis=1)
        graph.output("probabilities", both, dtype, ["N", 2])


def _over(graph: Graph, a: str, threshold: float, dtype: Any) -> str:
    """1 where an output of shape (n, 1) is above a threshold, else 0, shape (n,)."""
    over = graph.add("Greater", a, graph.constant(threshold, dtype))
    return graph.add("Reshape", graph.cast(over, np.int64), graph.constant([-1], np.int64))


def add_perceptron(graph: Graph, model: Any, X: str) -> str:
    """X W^T + b; the label is by its sign for two classes, else by the largest."""
    W, b = np.asarray(model.coef_, np.float64), np.asarray(model.intercept_, np.float64)
    scores = graph.add("Add", graph.add("MatMul", X, graph.constant(W.T)), graph.constant(b))
    if len(b) == 1:
        place = _over(graph, scores, 0.0, np.float64)
    else:
        place = graph.add("ArgMax", scores, axis=1, keepdims=0)
    add_label(graph, place, _classes(model), "label")
    return scores


def _classes(model: Any) -> Any:
    """The labels, in a type that ONNX has."""
    labels = np.asarray(model.classes_)
    if labels.dtype.kind == "O":
        if not all(isinstance(label, str) for label in labels):
            raise InvalidValueError(
                f"classes_ (={labels.tolist()!r}) must be texts, numbers or booleans for ONNX"
            )
        return labels.astype(str)
    return labels
