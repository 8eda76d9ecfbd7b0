"""Leaving and arriving: ONNX, C, weights of NumPy, PyTorch and Keras, scikit-learn's networks."""

from .c_source import export_c
from .onnx_export import export_onnx
from .skl2onnx_converters import register_skl2onnx
from .sklearn_networks import from_sklearn
from .weights import keras_weights, load_weights, save_weights

__all__ = [
    "export_c",
    "export_onnx",
    "from_sklearn",
    "keras_weights",
    "load_weights",
    "register_skl2onnx",
    "save_weights",
]
