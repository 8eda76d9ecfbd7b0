"""Tables to predictions: reading, schema, encoder, pipeline."""

from .builtin import TABLES, BuiltinTable
from .encoder import Encoder
from .pipeline import Pipeline
from .read import Table, read_table
from .schema import ColumnSchema, Schema, with_target
from .split import split, split_rows
from .target import ClassTarget, NumericTarget
from .task import decide_task
from .training_set import TrainingSet

__all__ = [
    "TABLES",
    "BuiltinTable",
    "ClassTarget",
    "ColumnSchema",
    "Encoder",
    "NumericTarget",
    "Pipeline",
    "Schema",
    "Table",
    "TrainingSet",
    "decide_task",
    "read_table",
    "split",
    "split_rows",
    "with_target",
]
