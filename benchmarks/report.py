"""The results as Markdown: tables over all workloads, one for each, what a fit costs besides."""

from collections.abc import Iterable, Sequence
from typing import Any

from .contestants import CONTESTANTS, OWN
from .rounds import why_left_out

Results = dict[str, Any]


HOW_TO_READ = """\
Every contestant gets the same arrays, the same first weights, the same number of updates and the
same number of threads. Who ends with another loss than a plain loop in NumPy is left out, and named
with its loss. What is timed is a whole fit or prediction after a first one that does not count:
imports and compilation have a table of their own. The workloads are small networks, of our choice;
chainrule was tuned with them in view, the peers have one configuration each, which their files in
`benchmarks/contestants/` show."""


def markdown(results: Results) -> str:
    """The whole page."""
    parts = ["# Benchmarks", _machine(results), HOW_TO_READ, "## What is computed"]
    titles = {name: workload["title"] for name, workload in results["workloads"].items()}
    parts += [table(["", "workload"], titles.items()), "## Times", overview(results)]
    parts += ["## How many times as long as chainrule the others take", ratios(results)]
    if results["costs"]:
        parts += ["## Besides the epochs", cost_table(results["costs"])]
    parts += ["## Each workload"]
    for name, workload in results["workloads"].items():
        parts += [f"### {name}: {workload['title']}", details(workload)]
    return "\n\n".join(parts) + "\n"


def _machine(results: Results) -> str:
    machine = results["machine"]
    rates = [
        f"{rate:.0f} GFLOP/s {dtype} on {count(n, 'thread')}"
        for dtype, by_threads in results["peak"].items()
        for n, rate in by_threads.items()
    ]
    lines = [
        f"{machine['date']}, {machine['processor']} ({count(machine['cores'], 'core')}), "
        f"{machine['system']}, Python {machine['python']}; {', '.join(results['versions'])}.",
        f"Multiply-add peak, measured beside the workloads: {', '.join(rates)}."
        if rates
        else f"Multiply-add peak: {results['no_peak'] or 'not measured for these workloads'}.",
        f"{count(results['rounds'], 'round')}, contestants in turn, each in a process of its own "
        "kept on as many cores as it has threads; medians.",
    ]
    if results["missing"]:
        lines.append(f"Not installed, and left out: {', '.join(results['missing'])}.")
    if results["load"] > 0.5:
        lines.append(
            f"The machine was not quiet: a load of {results['load']:.1f} when the run began."
        )
    return "\n".join(f"- {line}" for line in lines)


def count(n: int | str, noun: str) -> str:
    """How many there are: "1 thread", "2 threads"."""
    return f"{n} {noun}" if str(n) == "1" else f"{n} {noun}s"


def overview(results: Results) -> str:
    """Medians: a row for each workload and number of threads, a column for each contestant."""
    runs = _runs(results)
    columns = _columns(runs)
    rows = []
    for name, threads, run in runs:
        times = {e["name"]: seconds(e["median"]) for e in run["entries"] if "median" in e}
        cells = [times.get(column, "-") for column in columns]
        rows.append([name, threads, *cells, against_peers(run["entries"]), _share(run)])
    text = table(["", "threads", *columns, "best peer / chainrule", "of peak"], rows)
    legend = (
        "Of peak: the multiply-adds of chainrule's matrix products in a second, by what the same "
        "cores can do. Where there is no time, the workload's own section says why."
    )
    return "\n\n".join([text, legend, *notes(runs)])


def ratios(results: Results) -> str:
    """The median of each contestant by chainrule's, at the same number of threads."""
    runs = _runs(results)
    columns = [column for column in _columns(runs) if column != "chainrule"]
    rows = []
    for name, threads, run in runs:
        medians = {e["name"]: e["median"] for e in run["entries"] if "median" in e}
        own = medians.get("chainrule")
        cells = [times(medians[c] / own) if own and c in medians else "-" for c in columns]
        rows.append([name, threads, *cells])
    return table(["", "threads", *columns], rows)


def _runs(results: Results) -> list[tuple[str, str, Results]]:
    """Workload, threads and what was measured."""
    return [
        (name, threads, run)
        for name, workload in results["workloads"].items()
        for threads, run in workload["threads"].items()
    ]


def _columns(runs: Iterable[tuple[str, str, Results]]) -> list[str]:
    """The names of those who have times, in the order of all contestants."""
    names = {
        e["contestant"]: e["name"] for _, _, run in runs for e in run["entries"] if "median" in e
    }
    return [names[contestant] for contestant in CONTESTANTS if contestant in names]


def notes(runs: Iterable[tuple[str, str, Results]]) -> list[str]:
    """What a reader of the times must know, each remark with its contestant and workloads."""
    remarks: dict[str, dict[str, None]] = {}
    for name, _, run in runs:
        for e in run["entries"]:
            if "median" in e and e["note"]:
                remarks.setdefault(f"{e['name']}: {e['note']}", {})[name] = None
    return [f"{remark} ({', '.join(names)})." for remark, names in remarks.items()]


def against_peers(entries: Sequence[dict[str, Any]]) -> str:
    """How many times as long the fastest peer takes as chainrule."""
    timed = {e["contestant"]: e for e in entries if "median" in e}
    peers = [e for contestant, e in timed.items() if contestant not in OWN]
    if "chainrule" not in timed or not peers:
        return "-"
    best = min(peers, key=lambda e: float(e["median"]))
    return f"{times(best['median'] / timed['chainrule']['median'])} ({best['name']})"


def _share(run: Results) -> str:
    shares = [e["share"] for e in run["entries"] if e["contestant"] == "chainrule" and "share" in e]
    return f"{shares[0]:.0%}" if shares else "-"


def details(workload: Results) -> str:
    """Every contestant's times, and who is left out, and why."""
    rows = []
    left_out: dict[tuple[str, str], list[str]] = {}
    for threads, run in workload["threads"].items():
        own = [
            e["median"] for e in run["entries"] if e["contestant"] == "chainrule" and "median" in e
        ]
        for e in run["entries"]:
            if "median" not in e:
                left_out.setdefault((e.get("name", e["contestant"]), why_left_out(e)), []).append(
                    threads
                )
                continue
            rows.append(
                [
                    e["name"],
                    threads,
                    seconds(e["median"]),
                    seconds(e["min"]),
                    f"{e['spread']:.0%}",
                    str(len(e["seconds"])),
                    times(e["median"] / own[0]) if own else "-",
                    f"{e['share']:.0%}" if "share" in e else "-",
                    f"{e['loss']:.7g}",
                    e["note"],
                ]
            )
    head = ["", "threads", "median", "fastest", "spread", "rounds", "/ chainrule", "of peak"]
    text = table([*head, "final loss", "note"], rows)
    lines = [
        f"- {name} (threads: {', '.join(threads)}): {why}"
        for (name, why), threads in left_out.items()
    ]
    return "\n\n".join([text, *(["Left out:", "\n".join(lines)] if lines else [])])


def cost_table(costs: Results) -> str:
    """The call, the first fit, the memory."""
    lines = []
    if "call" in costs:
        lines.append(
            f"A call of `cr.train` costs {seconds(costs['call'])} besides its epochs (one neuron, "
            "one row, one epoch, minus the epoch's own time)."
        )
    lines.append(
        "First fit of W5 in a new process, from after `import numpy` on: import, compilation, "
        "fit. Memory: the peak of W6 above that of NumPy with its data, which take "
        f"{mebibytes(costs['data'])}. One thread."
    )
    rows = [
        [name, seconds(first["median"]), f"{first['spread']:.0%}", mebibytes(memory)]
        for name, first in costs["first"].items()
        if (memory := costs["memory"].get(name)) is not None
    ]
    return "\n\n".join([*lines, table(["", "first fit of W5", "spread", "memory of W6"], rows)])


def seconds(value: float) -> str:
    """Three digits and a unit: "6.52 µs", "122 ms", "1.39 s"."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= 0.9995 * size:
            return f"{_three_digits(value / size)} {unit}"
    return f"{_three_digits(value / 1e-9)} ns"


def times(ratio: float) -> str:
    """A ratio with three digits: "1.32", "15.2", "1,070"."""
    return _three_digits(ratio)


def _three_digits(value: float) -> str:
    if value < 0.9995:
        return f"{value:.3g}"
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:,.0f}"


def mebibytes(value: float) -> str:
    """Bytes in MiB."""
    return f"{_three_digits(value / 2**20)} MiB"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table whose columns line up in a terminal, too."""
    lines = [list(head), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |"
        for line in lines
    )
