"""Models as files."""

from .atomic import atomic_write
from .model_file import FORMAT, load_model, save_model
from .network_data import network_from_dict, network_to_dict

__all__ = [
    "FORMAT",
    "atomic_write",
    "load_model",
    "network_from_dict",
    "network_to_dict",
    "save_model",
]
