"""Many fits, and one fit over a table in partitions, on a cluster of Dask."""

from .averaging import Averaging
from .connection import connect, run_each
from .many import train_many
from .prediction import evaluate, predict
from .splitting import split
from .tables import fit
from .training import train

__all__ = [
    "Averaging",
    "connect",
    "evaluate",
    "fit",
    "predict",
    "run_each",
    "split",
    "train",
    "train_many",
]
