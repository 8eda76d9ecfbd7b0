"""Layers: whatever has parameters or needs randomness."""

from .base import Activated, ActivatedLayer, Layer, Views
from .batch_norm import BatchNorm
from .by_column import ByColumn
from .dense import Dense
from .dropout import Dropout
from .embedding import Embedding
from .frozen import Frozen
from .layer_norm import LayerNorm
from .one_hot import OneHot
from .parametric_activation import ParametricActivation
from .periodic_embedding import PeriodicEmbedding
from .scale import Scale

LAYERS: dict[str, type[Layer]] = {
    "dense": Dense,
    "dropout": Dropout,
    "batch_norm": BatchNorm,
    "layer_norm": LayerNorm,
    "scale": Scale,
    "parametric_activation": ParametricActivation,
    "one_hot": OneHot,
    "embedding": Embedding,
    "periodic_embedding": PeriodicEmbedding,
    "by_column": ByColumn,
    "frozen": Frozen,
}

__all__ = [
    "LAYERS",
    "Activated",
    "ActivatedLayer",
    "BatchNorm",
    "ByColumn",
    "Dense",
    "Dropout",
    "Embedding",
    "Frozen",
    "Layer",
    "LayerNorm",
    "OneHot",
    "ParametricActivation",
    "PeriodicEmbedding",
    "Scale",
    "Views",
]
