"""Tables to predictions: reading, schema, encoder, pipeline."""

from .builtin import TABLES, BuiltinTable
from .check import Problem, TableCheck, check_table
from .column_schema import ColumnSchema
from .dates import DateFormat, TimeFormat
from .encoder import Encoder
from .joint_loss import JointLoss
from .numerals import NumberFormat
from .pipeline import Pipeline
from .read import Table, read_table
from .read_options import ReadOptions
from .scan import Scan
from .scanning import scan_table
from .schema import DecodedTable, Schema, decode_table, with_target
from .split import split, split_rows
from .sql import Query
from .target import ClassTarget, NumericTarget
from .target_checks import TargetSchema
from .target_group import TargetGroup
from .task import decide_task
from .training_set import TrainingSet
from .validation import with_validation

__all__ = [
    "TABLES",
    "BuiltinTable",
    "ClassTarget",
    "ColumnSchema",
    "DateFormat",
    "DecodedTable",
    "Encoder",
    "JointLoss",
    "NumberFormat",
    "NumericTarget",
    "Pipeline",
    "Problem",
    "Query",
    "ReadOptions",
    "Scan",
    "Schema",
    "Table",
    "TableCheck",
    "TargetGroup",
    "TargetSchema",
    "TimeFormat",
    "TrainingSet",
    "check_table",
    "decide_task",
    "decode_table",
    "read_table",
    "scan_table",
    "split",
    "split_rows",
    "with_target",
    "with_validation",
]
