"""Layers: whatever has parameters or needs randomness."""

from .base import Activated, ActivatedLayer, Layer, Views
from .batch_norm import BatchNorm
from .dense import Dense
from .dropout import Dropout
from .frozen import Frozen
from .layer_norm import LayerNorm
from .parametric_activation import ParametricActivation
from .scale import Scale

LAYERS: dict[str, type[Layer]] = {
    "dense": Dense,
    "dropout": Dropout,
    "batch_norm": BatchNorm,
    "layer_norm": LayerNorm,
    "scale": Scale,
    "parametric_activation": ParametricActivation,
    "frozen": Frozen,
}

__all__ = [
    "LAYERS",
    "Activated",
    "ActivatedLayer",
    "BatchNorm",
    "Dense",
    "Dropout",
    "Frozen",
    "Layer",
    "LayerNorm",
    "ParametricActivation",
    "Scale",
    "Views",
]
