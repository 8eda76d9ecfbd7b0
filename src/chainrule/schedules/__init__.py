"""How the learning rate changes while training goes on."""

from ..registry import Registry
from .base import Schedule, Unit
from .constant import ConstantRate
from .cosine import CosineDecay
from .coslog import CosLog
from .exponential import ExponentialDecay
from .inverse_scaling import InverseScaling
from .linear import LinearDecay
from .step import StepDecay
from .warm_up import WarmUp

SCHEDULES: Registry[Schedule] = Registry(
    "schedule",
    Schedule,  # type: ignore[type-abstract]
    {
        "constant": ConstantRate(),
        "exponential": ExponentialDecay(),
        "step": StepDecay(),
        "linear": LinearDecay(100),
        "cosine": CosineDecay(100),
        "coslog": CosLog(100),
        "inverse_scaling": InverseScaling(),
        "warm_up": WarmUp(100),
    },
    aliases={"invscaling": "inverse_scaling", "coslog4": "coslog"},
)

__all__ = [
    "SCHEDULES",
    "ConstantRate",
    "CosLog",
    "CosineDecay",
    "ExponentialDecay",
    "InverseScaling",
    "LinearDecay",
    "Schedule",
    "StepDecay",
    "Unit",
    "WarmUp",
]
