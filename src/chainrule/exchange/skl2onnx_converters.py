"""Converters for skl2onnx: pipelines of scikit-learn with our estimators in them."""

from typing import Any

import numpy as np

from ..errors import MissingLibraryError
from .fitted import has, network_of
from .onnx_export import add_heads, add_perceptron
from .onnx_graph import ML_OPSET, OPSET, Graph
from .onnx_layers import add_network


def register_skl2onnx() -> None:
    """Teach skl2onnx to convert `MLPClassifier`, `MLPRegressor` and `Perceptron`.

    After it ``skl2onnx.to_onnx(pipeline, X[:1])`` works, with every activation, loss and number of
    layers; several outputs of a regressor stay columns. What `export_onnx` makes of the estimator
    alone is what stands in the graph.

    Raises
    ------
    MissingLibraryError
        Without the library skl2onnx.
    """
    try:
        from skl2onnx import update_registered_converter
        from skl2onnx.common import shape_calculator as shapes
    except ImportError:
        raise MissingLibraryError("pip install skl2onnx, which is to convert") from None
    from ..estimators import MLPClassifier, MLPRegressor, Perceptron

    for kind in (MLPClassifier, Perceptron):
        update_registered_converter(
            kind,
            f"Chainrule{kind.__name__}",
            shapes.calculate_linear_classifier_output_shapes,
            _convert,
            options={"zipmap": [True, False, "columns"], "nocl": [True, False]},
        )
    update_registered_converter(MLPRegressor, "ChainruleMLPRegressor", _regressor_shape, _convert)


def _regressor_shape(operator: Any) -> None:
    from skl2onnx.common.data_types import FloatTensorType

    rows = operator.inputs[0].get_first_dimension()
    width = network_of(operator.raw_operator)[0].n_out
    operator.outputs[0].type = FloatTensorType([rows, width])


def _convert(scope: Any, operator: Any, container: Any) -> None:
    """The nodes of the estimator, put into skl2onnx's graph."""
    model = operator.raw_operator
    graph = Graph(scope.get_unique_variable_name("chainrule"))
    given = operator.inputs[0].full_name
    if has(model, "coef_"):
        scores = add_perceptron(graph, model, graph.cast(given, np.float64))
        if len(model.intercept_) == 1:  # a column for each class
            scores = graph.add("Concat", graph.add("Neg", scores), scores, axis=1)
        graph.output("scores", graph.cast(scores, np.float32), np.float32, ["N", None])
    else:
        network, parameters = network_of(model)
        X = graph.cast(given, np.float32)
        a = add_network(graph, X, network, parameters.astype(np.float32))
        add_heads(graph, model, a, np.dtype(np.float32))
    for k, (_, inputs, value, domain, attributes) in enumerate(graph.nodes):
        if value == "label" and np.asarray(model.classes_).dtype.kind == "b":
            # skl2onnx has integers for them.
            to = graph.onnx.TensorProto.INT64
            graph.nodes[k] = ("Cast", inputs, value, domain, {**attributes, "to": to})
    for name, value in graph.constants.items():
        tensor = graph.onnx.numpy_helper.from_array(np.asarray(value), name)
        values = value.ravel().tolist()
        if value.dtype == object:
            values = [text.encode() for text in values]
        container.add_initializer(name, tensor.data_type, list(value.shape), values)
    names = {
        value.name: out.full_name
        for value, out in zip(graph.outputs, operator.outputs, strict=True)
    }
    for op, inputs, value, domain, attributes in graph.nodes:
        container.add_node(
            op, inputs, [names.get(value, value)], name=scope.get_unique_operator_name(op),
            op_domain=domain, op_version=ML_OPSET if domain else OPSET, **attributes,
        )  # fmt: skip
