"""Tables to predictions: reading, schema, encoder, pipeline."""

from .builtin import TABLES, BuiltinTable
from .encoder import Encoder
from .pipeline import Pipeline
from .read import Table, read_table
from .read_options import ReadOptions
from .schema import ColumnSchema, Schema, with_target
from .split import split, split_rows
from .target import Classes, Quantity
from .task import decide_task

__all__ = [
    "TABLES",
    "BuiltinTable",
    "Classes",
    "ColumnSchema",
    "Encoder",
    "Pipeline",
    "Quantity",
    "ReadOptions",
    "Schema",
    "Table",
    "decide_task",
    "read_table",
    "split",
    "split_rows",
    "with_target",
]
