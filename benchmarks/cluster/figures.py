"""The figures of a run, kept as JSON, and the part of the docs that is written from them."""

import json
from pathlib import Path
from typing import Any

import chainrule as cr

from .. import machine
from ..report import seconds, table, times
from . import model
from .cost import Found

Figures = dict[str, Any]


def about() -> Figures:
    """What the figures were measured on."""
    return {**machine.description(), "chainrule": cr.__version__, "load": machine.busy()}


def keep(place: Path, what: str, found: Found) -> Figures:
    """Put one kind of figures beside those that are there, and write the page."""
    place.mkdir(parents=True, exist_ok=True)
    file = place / "cluster.json"
    figures: Figures = json.loads(file.read_text()) if file.exists() else {}
    figures[what] = found
    file.write_text(json.dumps(figures, indent=1) + "\n")
    (place / "cluster.md").write_text(markdown(figures), encoding="utf-8")
    return figures


def markdown(figures: Figures) -> str:
    """All figures that there are, each with what it was measured on."""
    parts = [
        part
        for what, write in (("speed", _speed), ("overhead", _overhead), ("scaling", _scaling))
        if what in figures
        for part in (_machine(figures[what]["about"]), *write(figures[what]))
    ]
    return "\n\n".join(parts) + "\n"


def _machine(known: Figures) -> str:
    busy = ""
    if known["load"] > 0.5:
        busy = f" The machine was not quiet: a load of {known['load']:.1f} when it began."
    return (
        f"{known['date']}, {known['processor']} ({known['cores']} cores), chainrule "
        f"{known['chainrule']}.{busy}"
    )


def _speed(found: Found) -> list[str]:
    rows = [
        [f"one fit, {found['rows']:,} rows x 20, an epoch", *_two(found["epoch"])],
        [f"{found['fits']:,} fits of 500 rows, 30 epochs", *_two(found["many"])],
    ]
    workers = " and ".join(_mb(n) for n in found["workers"])
    return [
        table(["", "one worker", "two workers", "times as fast"], rows),
        f"The rows are {_mb(found['bytes'])}. Two workers held {workers} at most; the client, "
        f"which never holds the rows, grew by {_mb(found['client'])}.",
    ]


def _two(measured: list[float]) -> list[str]:
    one, two = measured
    return [seconds(one), seconds(two), times(one / two)]


def _mb(n: float) -> str:
    return f"{n / 1e6:,.0f} MB"


def _overhead(found: Found) -> list[str]:
    short = {r["shards"]: r["seconds"] for r in found["rounds"] if r["updates"] == 1}
    rows = [
        [
            f"{r['shards']}",
            f"{r['updates']:,}",
            seconds(r["seconds"]),
            f"{max(1 - short[r['shards']] / r['seconds'], 0):.0%}",
        ]
        for r in found["rounds"]
    ]
    return [
        "Rounds of two workers (20-64-64-1, Adam, batches of 32 rows a shard):",
        table(["shards", "updates", "a round", "of it training"], rows),
    ]


def _scaling(found: Found) -> list[str]:
    fitted = [
        [f"{s}", seconds(t), seconds(found["a"] + found["b"] * s)]
        for s, t in zip(found["shards"], found["rounds"], strict=True)
    ]
    training = 1000 * found["update"]
    rounds = []
    for n in model.WORKERS:
        beside = model.beside_training(found, n)
        share = training / (training + beside)
        mb = _mb(model.bytes_of_round(n))
        rounds.append([f"{n:,}", mb, seconds(beside), seconds(training + beside), f"{share:.0%}"])
    tables = []
    for n in model.TABLES:
        best = model.best_workers(found, n)
        alone, there = (model.seconds_of_epoch(found, n, k) for k in (1, best))
        tables.append([f"{n:,}", f"{best:,}", seconds(there), times(alone / there)])
    return [
        f"The model: a = {seconds(found['a'])} a round, s = {seconds(found['s'])} a task, c = "
        f"{seconds(found['c'])} a shard, {seconds(found['update'])} an update. What it was fitted "
        "to, rounds with one update on two workers:",
        table(["shards", "measured", "the model"], fitted),
        "Rounds of 1,000 updates on a worker for each shard, on paper, with an assumed network of "
        "10 Gbit/s:",
        table(["workers", "sent", "beside training", "a round", "of it training"], rounds),
        f"An epoch of {model.ROUNDS} rounds, on paper: more workers than these make it longer.",
        table(["rows", "workers at most", "an epoch", "times as fast as one"], tables),
    ]
