"""Many fits, and one fit over a table in partitions, on a cluster of Dask."""

from .averaging import Averaging
from .many import train_many
from .training import train
from .workers import connect

__all__ = ["Averaging", "connect", "train", "train_many"]
