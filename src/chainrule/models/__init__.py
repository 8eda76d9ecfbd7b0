"""Models as files."""

from ..files import atomic_write
from .layer_summary import ArraySummary, LayerSummary, summarize_layers
from .model_file import FORMAT, load_model, load_pipeline, save_model
from .network_data import network_from_dict, network_to_dict
from .trained_network import TrainedNetwork

__all__ = [
    "FORMAT",
    "ArraySummary",
    "LayerSummary",
    "TrainedNetwork",
    "atomic_write",
    "load_model",
    "load_pipeline",
    "network_from_dict",
    "network_to_dict",
    "save_model",
    "summarize_layers",
]
