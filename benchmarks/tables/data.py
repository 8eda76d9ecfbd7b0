"""The tables of a folder: what is predicted from what, and which rows are held out."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute, parquet
from sklearn.model_selection import train_test_split

TEST_SHARE = 0.25
DESCRIPTIONS = "tables.toml"
TASKS = ("classification", "regression")


@dataclass(frozen=True)
class Source:
    """A Parquet file, the column that is predicted, and the task."""

    path: Path
    target: str
    task: str


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows to predict.

    Labels are integers: 0 to k - 1 for the k labels among the rows to learn from, k and above for
    those that only the other rows have.
    """

    train: pa.Table
    y_train: Any
    test: pa.Table
    y_test: Any


def find(folder: Path) -> dict[str, Source]:
    """The Parquet files of a folder by their names.

    `tables.toml` in the folder, if there is one, has a section for each table that differs from
    the convention, with the keys `target` and `task`. The target is by convention the column
    "target", or else the last; it is a class if it is text, boolean, or a number with two values.
    """
    described = folder / DESCRIPTIONS
    known = tomllib.loads(described.read_text("utf-8")) if described.exists() else {}
    paths = {path.stem: path for path in sorted(folder.glob("*.parquet"))}
    if not paths:
        raise ValueError(f"{folder} has no Parquet files")
    for name, keys in known.items():
        if name not in paths:
            raise ValueError(f"{described} describes {name!r}, but there is no {name}.parquet")
        if unknown := set(keys) - {"target", "task"}:
            raise ValueError(
                f"[{name}] in {described}: {min(unknown)!r} is neither target nor task"
            )
        if keys.get("task", TASKS[0]) not in TASKS:
            raise ValueError(f"[{name}] in {described}: task must be {' or '.join(TASKS)}")
    return {name: _source(path, known.get(name, {})) for name, path in paths.items()}


def _source(path: Path, described: dict[str, str]) -> Source:
    names = parquet.read_schema(path).names
    target = described.get("target", "target" if "target" in names else names[-1])
    if target not in names:
        raise ValueError(f"{path} has no column {target!r}, which {DESCRIPTIONS} names as target")
    return Source(path, target, described.get("task") or _task(path, target))


def _task(path: Path, target: str) -> str:
    column = parquet.read_table(path, columns=[target])[target]
    number = is_number(column.type) and not pa.types.is_boolean(column.type)
    several = compute.count_distinct(column).as_py() > 2
    return "regression" if number and several else "classification"


def is_number(kind: pa.DataType) -> bool:
    """Whether the values of a type can be taken as numbers."""
    types = pa.types
    checks = (types.is_integer, types.is_floating, types.is_decimal, types.is_boolean)
    return any(check(kind) for check in (*checks, types.is_temporal, types.is_null))


def numbers(column: pa.ChunkedArray) -> Any:
    """A column as float64, dates and times as their integers; nan where a value is missing."""
    if pa.types.is_temporal(column.type):
        column = column.cast(pa.int32() if column.type.bit_width == 32 else pa.int64())
    return column.cast(pa.float64(), safe=False).to_numpy()


def split(source: Source, seed: int, rows: int | None = None) -> Split:
    """A quarter of the rows held out, the same for everybody; of each class where that is possible.

    Rows without a target are left out. Of a table with more than `rows` rows, so many are taken at
    random, the same for every seed.
    """
    table = parquet.read_table(source.path).replace_schema_metadata()
    table = table.filter(compute.invert(compute.is_null(table[source.target], nan_is_null=True)))
    if rows is not None and rows < len(table):
        table = table.take(np.sort(np.random.default_rng(0).permutation(len(table))[:rows]))
    X, target = table.drop_columns(source.target), table[source.target]
    if source.task == "regression":
        y = numbers(target)
        train, test = train_test_split(np.arange(len(y)), test_size=TEST_SHARE, random_state=seed)
        return Split(X.take(train), y[train], X.take(test), y[test])
    y = np.array(target.to_pylist(), object)
    counts = compute.value_counts(target).field("counts").to_numpy(zero_copy_only=False)
    each = counts.min() >= 2 and TEST_SHARE * len(y) >= len(counts)
    train, test = train_test_split(
        np.arange(len(y)), test_size=TEST_SHARE, random_state=seed, stratify=y if each else None
    )
    codes = {label: code for code, label in enumerate(sorted(set(y[train])))}
    y_train, y_test = (
        np.array([codes.setdefault(label, len(codes)) for label in y[part]])
        for part in (train, test)
    )
    return Split(X.take(train), y_train, X.take(test), y_test)
