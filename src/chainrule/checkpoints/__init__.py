"""Checkpoints: how far a training has come, on disk, with what it belongs to."""

from .checkpoint import Checkpoint
from .file import Snapshot, read_snapshots, write_snapshots
from .identity import Identity, identity_of
from .states import load_checkpoint, save_checkpoint

__all__ = [
    "Checkpoint",
    "Identity",
    "Snapshot",
    "identity_of",
    "load_checkpoint",
    "read_snapshots",
    "save_checkpoint",
    "write_snapshots",
]
