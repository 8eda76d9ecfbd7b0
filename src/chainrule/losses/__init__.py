"""Losses: one small file each, the value beside its gradient."""

from ..registry import Registry
from .absolute_error import AbsoluteError
from .base import ElementwiseLoss, Loss, sum_of_weights, weighted_total
from .binary_cross_entropy import BinaryCrossEntropy
from .cross_entropy import CrossEntropy
from .from_logits import FromLogits, from_logits
from .hinge import Hinge
from .huber import Huber
from .log_cosh import LogCosh
from .poisson import Poisson
from .quantile import Quantile
from .squared_error import SquaredError

LOSSES: Registry[Loss] = Registry(
    "loss",
    Loss,  # type: ignore[type-abstract]
    {
        "mean_squared_error": SquaredError(),
        "half_mean_squared_error": SquaredError(factor=0.5),
        "sum_squared_error": SquaredError(reduction="sum"),
        "half_sum_squared_error": SquaredError(factor=0.5, reduction="sum"),
        "mean_absolute_error": AbsoluteError(),
        "huber": Huber(),
        "quantile": Quantile(),
        "log_cosh": LogCosh(),
        "poisson": Poisson(),
        "binary_cross_entropy": BinaryCrossEntropy(),
        "cross_entropy": CrossEntropy(),
        "hinge": Hinge(),
    },
    aliases={"mse": "mean_squared_error", "mae": "mean_absolute_error"},
)

__all__ = [
    "LOSSES",
    "AbsoluteError",
    "BinaryCrossEntropy",
    "CrossEntropy",
    "ElementwiseLoss",
    "FromLogits",
    "Hinge",
    "Huber",
    "LogCosh",
    "Loss",
    "Poisson",
    "Quantile",
    "SquaredError",
    "from_logits",
    "sum_of_weights",
    "weighted_total",
]
