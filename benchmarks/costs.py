"""What comes on top of an epoch: the call, the first fit in a new process, memory."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from statistics import median
from time import perf_counter
from typing import Any

from .cores import stay_on
from .process import ROOT, Process, environment
from .rounds import Log, summary
from .workloads import WORKLOADS

_CALLS = 2000


def costs(contestants: Sequence[str], rounds: int, log: Log) -> dict[str, Any]:
    """All three, on one thread."""
    found: dict[str, Any] = {}
    if "chainrule" in contestants:
        found["call"] = call()
        log(f"  a call of train: {found['call'] * 1e6:.0f} us")
    seconds: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, answer in _fresh(contestants, "W5"):
            seconds.setdefault(name, []).append(answer["first"])
    found["first"] = {name: summary(times) for name, times in seconds.items()}
    data = WORKLOADS["W6"]()
    found["data"] = data.X.nbytes + data.y.nbytes
    del data
    found["memory"] = {name: answer["memory"] for name, answer in _fresh(contestants, "W6")}
    for name, times in found["first"].items():
        memory = found["memory"].get(name, 0) / 2**20
        log(f"  {name}: first fit {times['median']:.3g} s, memory of W6 {memory:.0f} MiB")
    return found


def _fresh(contestants: Sequence[str], workload: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The first run of each contestant in a new process."""
    for contestant in contestants:
        with Process(contestant, 1) as process:
            answer = process.ask("prepare", workload=workload)
        if "first" in answer:
            yield answer["name"], answer


def call() -> float:
    """Seconds of `cr.train` for one epoch of one neuron, minus those of the epoch."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.costs"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment(1),
    )
    return float(json.loads(done.stdout))


def _call() -> float:
    import numpy as np

    import chainrule as cr

    network = cr.Network([cr.Dense(1, 1)])
    start = network.initial_parameters(seed=0)
    X = y = np.ones((1, 1))
    rule, extra = cr.SGD(0.1), []
    for _ in range(_CALLS):
        before = perf_counter()
        result = cr.train(
            network,
            X,
            y,
            loss="mean_squared_error",
            optimizer=rule,
            epochs=1,
            seed=0,
            initial=start,
        )
        extra.append(perf_counter() - before - result.history.seconds[0])
    return median(extra[_CALLS // 10 :])


if __name__ == "__main__":
    stay_on(1)
    print(json.dumps(_call()))
