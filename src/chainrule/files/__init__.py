"""Files that are written whole, and read as data: arrays with JSON for what they mean."""

from .atomic import atomic_write
from .container import Content, FileKind, read, write
from .tensors import FileFormatError, read_tensors, tensor_bytes

__all__ = [
    "Content",
    "FileFormatError",
    "FileKind",
    "atomic_write",
    "read",
    "read_tensors",
    "tensor_bytes",
    "write",
]
