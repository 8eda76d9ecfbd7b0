"""An ONNX graph that grows node by node."""

from typing import Any

import numpy as np

from ..errors import MissingLibraryError

OPSET, ML_OPSET, IR_VERSION = 17, 3, 8
"""What every runtime since 2022 reads: ONNX 1.12."""


def onnx_library() -> Any:
    """The library `onnx`.

    Raises
    ------
    MissingLibraryError
        If it is not installed.
    """
    try:
        import onnx
        import onnx.helper
        import onnx.numpy_helper
    except ImportError:
        raise MissingLibraryError(
            "ONNX files need the library onnx: pip install 'chainrule[onnx]'"
        ) from None
    return onnx


class Graph:
    """Nodes, constants, inputs and outputs; values have names, and each node gives one.

    Parameters
    ----------
    prefix : str
        What names of values and nodes begin with.
    """

    def __init__(self, prefix: str = "chainrule") -> None:
        self.onnx = onnx_library()
        self.prefix = prefix
        self.nodes: list[tuple[str, list[str], str, str, dict[str, Any]]] = []
        self.constants: dict[str, Any] = {}
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []

    def _new(self, word: str) -> str:
        return f"{self.prefix}/{word}{len(self.nodes) + len(self.constants)}"

    def constant(self, value: Any, dtype: Any = None) -> str:
        """A constant: numbers, or texts as objects."""
        array = np.asarray(value, dtype=dtype)
        name = self._new("constant")
        self.constants[name] = array.astype(object) if array.dtype.kind == "U" else array
        return name

    def add(self, op: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """A node; returns the name of its value."""
        name = self._new(op)
        self.nodes.append((op, list(inputs), name, domain, attributes))
        return name

    def input(self, name: str, dtype: Any, width: int) -> str:
        """An input of shape (n, width)."""
        self.inputs.append(self._value(name, dtype, ["N", width]))
        return name

    def output(self, name: str, value: str, dtype: Any, shape: list[Any]) -> None:
        """Give a value out under a name."""
        self.nodes.append(("Identity", [value], name, "", {}))
        self.outputs.append(self._value(name, dtype, shape))

    def _value(self, name: str, dtype: Any, shape: list[Any]) -> Any:
        kind = np.dtype(dtype)
        kind = np.dtype(object) if kind.kind == "U" else kind
        element = self.onnx.helper.np_dtype_to_tensor_dtype(kind)
        return self.onnx.helper.make_tensor_value_info(name, element, shape)

    def cast(self, value: str, dtype: Any) -> str:
        """A value in another type of numbers."""
        to = self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return self.add("Cast", value, to=to)

    def model(self, name: str, remarks: str) -> Any:
        """The whole as a model, checked."""
        from .. import __version__

        helper, array = self.onnx.helper, self.onnx.numpy_helper.from_array
        nodes = [
            helper.make_node(op, inputs, [value], name=value, domain=domain, **attributes)
            for op, inputs, value, domain, attributes in self.nodes
        ]
        constants = [array(np.asarray(value), key) for key, value in self.constants.items()]
        graph = helper.make_graph(nodes, name, self.inputs, self.outputs, constants)
        model = helper.make_model(
            graph,
            opset_imports=[
                helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET),
            ],
            ir_version=IR_VERSION,
            producer_name="chainrule",
            producer_version=__version__,
            doc_string=remarks,
        )  # fmt: skip
        self.onnx.checker.check_model(model, full_check=True)
        return model
