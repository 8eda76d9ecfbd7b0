"""`python -m benchmarks.pollock FOLDER`: how much of polluted CSV files is read right.

Pollock (Vitagliano, Hameed, Jiang, Reisener, Wu & Naumann, VLDB 2023) has 2,290 files, each with
one defect, and what each should be read as. A reader gets for each file a point if it reads it at
all, and precision, recall and F1 of the header, the records and the cells, taken as multisets: 10
points at most. The score is the mean over the files. FOLDER is the benchmark's own, with the
folders csv, clean and parameters. Nobody is told anything about a file.
"""

import argparse
import csv
import json
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Table = tuple[list[str], list[list[str]]]
_PARTS = ("header", "records", "cells")


def read_chainrule(path: Path) -> Table:
    from chainrule.tables import read_table

    return _texts(read_table(path, text=True).to_native())


def read_pyarrow(path: Path) -> Table:
    from pyarrow import csv as arrow_csv

    with path.open() as file:
        names = next(csv.reader(file))
    kinds = arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, "string"))
    return _texts(arrow_csv.read_csv(path, convert_options=kinds))


def read_pandas(path: Path) -> Table:
    import pandas as pd

    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return list(map(str, frame.columns)), frame.fillna("").to_numpy().tolist()


def read_duckdb(path: Path) -> Table:
    import duckdb

    relation = duckdb.read_csv(str(path), all_varchar=True)
    return relation.columns, [[cell or "" for cell in row] for row in relation.fetchall()]


READERS: dict[str, Callable[[Path], Table]] = {
    "chainrule": read_chainrule,
    "pandas": read_pandas,
    "pyarrow": read_pyarrow,
    "duckdb": read_duckdb,
}


def _texts(table: Any) -> Table:
    columns = [["" if v is None else v for v in column.to_pylist()] for column in table.columns]
    return table.column_names, list(map(list, zip(*columns, strict=True)))


def score(path: Path, read: Callable[[Path], Table]) -> dict[str, float]:
    """The points of a reader for one file: "read", and three of each part."""
    folder = path.parent.parent
    with (folder / "clean" / path.name).open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    parameters = folder / "parameters" / f"{path.name}_parameters.json"
    n = min(1, json.loads(parameters.read_text())["header_lines"])
    header, records = (rows[0] if n and rows else []), rows[n:]
    try:
        names, found = read(path)
    except Exception:
        return {"read": 0.0, **dict.fromkeys(_PARTS, 0.0)}
    pairs = (
        (map(str.strip, header), map(str.strip, names)),
        (map(tuple, records), map(tuple, found)),
        ((cell for row in records for cell in row), (cell for row in found for cell in row)),
    )
    return {"read": 1.0} | {
        part: _measures(wanted, got) for part, (wanted, got) in zip(_PARTS, pairs, strict=True)
    }


def _measures(wanted: Iterable[Any], found: Iterable[Any]) -> float:
    """Precision + recall + F1 of a multiset."""
    expected, got = Counter(wanted), Counter(found)
    both = (expected & got).total()
    if not expected:
        return 3.0
    if not both:
        return 0.0
    precision, recall = both / got.total(), both / expected.total()
    return precision + recall + 2 * precision * recall / (precision + recall)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pollock", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--readers", nargs="+", default=list(READERS), choices=READERS)
    parser.add_argument("--worst", type=int, default=0, help="files with the fewest points to list")
    chosen = parser.parse_args()
    files = sorted((chosen.folder / "csv").glob("*.csv"))
    warnings.simplefilter("ignore")
    print(f"{len(files)} files      read  " + "  ".join(f"{part:>8}" for part in _PARTS) + "   all")
    for name in chosen.readers:
        points = {path.name: score(path, READERS[name]) for path in files}
        means = [sum(p[part] for p in points.values()) / len(files) for part in ("read", *_PARTS)]
        shown = "  ".join(f"{mean:8.4f}" for mean in means)
        print(f"{name:12} {shown}  {sum(means):.4f} of 10", flush=True)
        for file in sorted(points, key=lambda file: sum(points[file].values()))[: chosen.worst]:
            parts = " ".join(f"{points[file][part]:.2f}" for part in ("read", *_PARTS))
            print(f"    {file:40} {parts}")


if __name__ == "__main__":
    main()
