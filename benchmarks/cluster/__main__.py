"""python -m benchmarks.cluster accuracy --data DIR, ... overhead, ... speed, ... scaling.

The last three write docs/figures/cluster.json, and from it cluster.md, which docs/cluster.md shows.
"""

import argparse
from pathlib import Path

from ..process import ROOT


def main(given: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.cluster",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=["accuracy", "overhead", "speed", "scaling"])
    parser.add_argument("--data", type=Path, help="the folder of the tables, for accuracy")
    parser.add_argument("--tables", default="diamonds,adult,casp")
    parser.add_argument("--epochs", type=int, default=20, help="for accuracy (default: 20)")
    parser.add_argument("--rows", type=int, default=5_000_000, help="for speed (default: 5000000)")
    parser.add_argument("--fits", type=int, default=2000, help="for speed (default: 2000)")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "docs" / "figures", help="folder (default: docs/figures)"
    )
    asked = parser.parse_args(given)
    if asked.what == "accuracy":
        from .accuracy import accuracy

        if asked.data is None:
            parser.error("accuracy needs --data DIR")
        accuracy(asked.data, asked.tables.split(","), asked.epochs)
        return
    from . import cost, model
    from .figures import about, keep, markdown

    known, found = about(), {}
    if asked.what == "speed":
        found = cost.speed(asked.rows, asked.fits)
    elif asked.what == "overhead":
        found = cost.overhead()
    else:
        found = model.scaling()
    found["about"] = known
    keep(asked.out, asked.what, found)
    print(markdown({asked.what: found}), end="")


if __name__ == "__main__":
    main()
