"""python -m benchmarks.cluster accuracy --data DIR, ... overhead, ... speed, ... scaling."""

import argparse
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster")
    parser.add_argument("what", choices=["accuracy", "overhead", "speed", "scaling"])
    parser.add_argument("--data", type=Path, help="the folder of the tables, for accuracy")
    parser.add_argument("--tables", default="diamonds,adult,casp")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--rows", type=int, default=5_000_000, help="for speed")
    asked = parser.parse_args()
    if asked.what == "accuracy":
        from .accuracy import accuracy

        if asked.data is None:
            parser.error("accuracy needs --data DIR")
        accuracy(asked.data, asked.tables.split(","), asked.epochs)
        return
    from . import cost

    if asked.what == "speed":
        cost.speed(asked.rows)
    else:
        getattr(cost, asked.what)()


if __name__ == "__main__":
    main()
