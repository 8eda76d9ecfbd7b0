"""The attack at full size: ``python -m tests.attack [share]``, with a share of the counts below."""

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tests.attack import processes
from tests.attack.callables import calls
from tests.attack.fuzz import fault, models, mutant
from tests.attack.strange import values
from tests.attack.sweep import functions, sweep, sweep_returned

MUTANTS, INTERRUPTS, KILLS, FITS, FORKS, EXITS, CUTS = 5000, 240, 240, 100, 120, 120, 10


def arguments(folder: Path) -> Iterator[str]:
    """Every strange argument of every callable, and every strange answer of a function given."""
    os.chdir(folder)
    for call in calls():
        yield from [""] * ((len(call.parameters()) + len(functions(call))) * len(values()))
        for p, v, wrong in chain(sweep(call), sweep_returned(call)):
            yield f"{call.name}({p}={v}): {wrong}"


def mutants(folder: Path, share: float) -> Iterator[str]:
    """Damaged model files."""
    files, rng = list(models(folder).values()), random.Random(0)
    for i in range(int(MUTANTS * share)):
        content, use = files[i % len(files)]
        yield fault(mutant(content, rng), use, folder / "mutant")


def main(share: float) -> int:
    """Print a line for each kind: how many trials, how many faults, and the first few of these."""

    def trials(function, names, n) -> Iterator[str]:
        names = list(names)
        for i in range(max(1, int(n * share))):
            wrong = function(names[i % len(names)], i)
            yield f"{names[i % len(names)]}: {wrong}" if wrong else ""

    total = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("arguments", "models", "kills", "fits"):
            (folder / part).mkdir()
        kinds = {
            "strange arguments": arguments(folder / "arguments"),
            "damaged model files": mutants(folder / "models", share),
            "interrupts": trials(processes.interrupt, processes.INTERRUPTED, INTERRUPTS),
            "kills": trials(processes.kill, [folder / "kills"], KILLS),
            "fits that are killed and go on": trials(processes.kill_fit, [folder / "fits"], FITS),
            "forks": trials(processes.fork, processes.FORKS, FORKS),
            "exits": trials(processes.leave, processes.EXITS, EXITS),
            "files that are cut": trials(processes.truncate, [folder / "models"], CUTS),
        }
        for kind, found in kinds.items():
            begun, n, wrong = time.monotonic(), 0, []
            for each in found:
                n += not each or kind != "strange arguments"
                wrong += [each] if each else []
            total += len(wrong)
            print(f"{kind}: {n} trials, {len(wrong)} faults, {time.monotonic() - begun:.0f} s")
            for line in wrong[:10]:
                print(f"  {line}", flush=True)
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
