"""chainrule's reference engine: readable NumPy, the definition of the results."""

from collections.abc import Callable
from typing import Any

from ..workloads import Workload
from . import chainrule
from .chainrule import VERSION

NAME = "reference engine"

__all__ = ["NAME", "VERSION", "prepare", "why_not"]


def why_not(task: Workload, threads: int) -> str:
    if threads > 1:
        return "uses one thread but for BLAS"
    return "takes too long" if task.kind == "many" else ""


def prepare(task: Workload, threads: int) -> Callable[[], Any]:
    return chainrule.prepare(task, threads, engine="reference")
