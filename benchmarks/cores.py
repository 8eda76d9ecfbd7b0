"""Which processors a contestant may use."""

import os
from pathlib import Path


def cores(threads: int) -> list[int]:
    """The first logical processors of so many different cores; fewer on a smaller machine.

    Two logical processors of one core share its arithmetic units, and would spoil a comparison of
    one thread with two.
    """
    if not hasattr(os, "sched_getaffinity"):
        return list(range(min(threads, os.cpu_count() or 1)))
    first_of = {}
    for cpu in sorted(os.sched_getaffinity(0)):
        siblings = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        core = siblings.read_text().strip() if siblings.exists() else str(cpu)
        first_of.setdefault(core, cpu)
    return list(first_of.values())[:threads]


def stay_on(threads: int) -> None:
    """Keep this process on so many cores, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores(threads))
