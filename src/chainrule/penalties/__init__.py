"""Penalties on weights, added to the loss."""

from ..registry import Registry
from .base import Penalty
from .l1 import L1
from .l2 import L2

PENALTIES: Registry[Penalty] = Registry(
    "penalty",
    Penalty,  # type: ignore[type-abstract]
    {"l1": L1(1e-4), "l2": L2(1e-4)},
)

__all__ = ["L1", "L2", "PENALTIES", "Penalty"]
