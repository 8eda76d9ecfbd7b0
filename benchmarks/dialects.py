"""`python -m benchmarks.dialects FOLDER`: one table in five dialects, one set of predictions.

Every Parquet file in FOLDER is written as five texts: commas; semicolons and decimal commas;
tabs in UTF-16; pipes, all values in quotes, compressed; carriage returns and line feeds with a byte
order mark. A network is fitted to each from the same seed. The predictions are the same, bit for
bit, or the line says of how many rows they differ.
"""

import argparse
import csv
import gzip
import io
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Cells = list[list[Any]]


def as_text(cells: Cells, **options: Any) -> str:
    """Rows as Python's writer writes them."""
    text = io.StringIO(newline="")
    csv.writer(text, **{"lineterminator": "\n", **options}).writerows(cells)
    return text.getvalue()


def with_commas(cells: Cells) -> Cells:
    """The numbers with fractions with decimal commas."""
    return [
        [repr(v).replace(".", ",") if isinstance(v, float) else v for v in row] for row in cells
    ]


DIALECTS: dict[str, Callable[[Cells], bytes]] = {
    "commas": lambda cells: as_text(cells).encode(),
    "decimal commas": lambda cells: as_text(with_commas(cells), delimiter=";").encode(),
    "tabs, UTF-16": lambda cells: as_text(cells, delimiter="\t").encode("utf-16"),
    "pipes, quotes, gzip": lambda cells: gzip.compress(
        as_text(cells, delimiter="|", quoting=csv.QUOTE_ALL).encode()
    ),
    "mark, CR LF": lambda cells: as_text(cells, lineterminator="\r\n").encode("utf-8-sig"),
}


def cells_of(table: Any) -> Cells:
    """A pyarrow table as rows of cells, the names first; None where a value is missing."""
    columns = [column.to_pylist() for column in table.columns]
    return [list(table.column_names), *map(list, zip(*columns, strict=True))]


def predictions(path: Path, target: str) -> Any:
    """What a small network predicts of the table that it has learned from."""
    from chainrule.tables import Pipeline

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline = Pipeline.fit(path, target, hidden=(8,), epochs=2, seed=0, preset="plain")
        return pipeline.outputs(path)


def compare(table: Any, target: str, folder: Path) -> dict[str, int]:
    """In how many rows the predictions from each dialect differ from those of the first."""
    cells, first, differing = cells_of(table), None, {}
    for name, written in DIALECTS.items():
        path = folder / "table.txt"
        path.write_bytes(written(cells))
        found = predictions(path, target)
        first = found if first is None else first
        same = found.shape == first.shape
        rows = ((found != first).any(axis=1)).sum() if same else len(cells) - 1
        differing[name] = int(rows)
    return differing


def main() -> None:
    import tempfile

    from pyarrow import parquet

    parser = argparse.ArgumentParser(prog="python -m benchmarks.dialects", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=2000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(chosen.folder.glob("*.parquet")):
            table = parquet.read_table(path)
            keep = np.linspace(0, table.num_rows - 1, min(chosen.rows, table.num_rows)).astype(int)
            table = table.take(keep.tolist())
            target = table.column_names[-1]
            try:
                found = compare(table, target, Path(folder))
                odd = {name: n for name, n in found.items() if n}
                print(f"{path.stem:20} {target:16} {odd or 'the same'}", flush=True)
            except ValueError as error:
                print(f"{path.stem:20} {target:16} refused: {str(error)[:150]}", flush=True)


if __name__ == "__main__":
    main()
