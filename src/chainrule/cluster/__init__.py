"""Many fits, and one fit over a table in partitions, on a cluster of Dask."""

from .averaging import Averaging
from .many import train_many
from .prediction import evaluate, predict
from .tables import fit
from .training import train
from .workers import connect

__all__ = ["Averaging", "connect", "evaluate", "fit", "predict", "train", "train_many"]
