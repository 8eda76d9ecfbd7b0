"""Optimizers: how a gradient becomes a step."""

from ..registry import Registry
from .adadelta import Adadelta
from .adagrad import Adagrad
from .adam import Adam, AdamW
from .adamax import Adamax
from .base import ElementwiseOptimizer, Optimizer
from .lbfgs import LBFGS
from .minimize import Path, minimize
from .nadam import Nadam
from .rmsprop import RMSprop
from .sgd import SGD

OPTIMIZERS: Registry[Optimizer] = Registry(
    "optimizer",
    Optimizer,  # type: ignore[type-abstract]
    {
        "sgd": SGD(),
        "momentum": SGD(momentum=0.9),
        "nesterov": SGD(momentum=0.9, nesterov=True),
        "adagrad": Adagrad(),
        "rmsprop": RMSprop(),
        "adadelta": Adadelta(),
        "adam": Adam(),
        "adamw": AdamW(),
        "adamax": Adamax(),
        "nadam": Nadam(),
        "lbfgs": LBFGS(),
    },
)

__all__ = [
    "LBFGS",
    "OPTIMIZERS",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "ElementwiseOptimizer",
    "Nadam",
    "Optimizer",
    "Path",
    "RMSprop",
    "minimize",
]
