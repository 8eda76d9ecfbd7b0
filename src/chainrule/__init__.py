"""Neurons and small neural networks: fast enough to use, clear enough to see through."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from . import (
        activations,
        diagnose,
        initializers,
        layers,
        losses,
        optimizers,
        penalties,
        plots,
        schedules,
        search,
    )
    from .activations import Activation, ElementwiseActivation
    from .backprop import value_and_gradient
    from .errors import (
        ChainruleError,
        ConvergenceWarning,
        DivergenceWarning,
        TrainingInterrupted,
    )
    from .layers import BatchNorm, Dense, Dropout, Frozen, Layer, LayerNorm
    from .losses import (
        AbsoluteError,
        BinaryCrossEntropy,
        CrossEntropy,
        Hinge,
        Huber,
        LogCosh,
        Loss,
        Poisson,
        Quantile,
        SquaredError,
    )
    from .models import load_model, save_model
    from .network import Network, mlp
    from .neuron import Neuron
    from .objective import Objective
    from .optimizers import (
        LBFGS,
        SGD,
        Adadelta,
        Adagrad,
        Adam,
        Adamax,
        AdamW,
        Nadam,
        Optimizer,
        RMSprop,
        minimize,
    )
    from .parameters import Parameters
    from .penalties import L1, L2, Penalty
    from .plan import Data, Plan, State
    from .schedules import (
        ConstantRate,
        CosineDecay,
        ExponentialDecay,
        InverseScaling,
        LinearDecay,
        Schedule,
        StepDecay,
        WarmUp,
    )
    from .tables import Pipeline, Schema, read_table
    from .training import (
        EarlyStopping,
        History,
        Metric,
        Progress,
        Target,
        TimeLimit,
        Tolerance,
        TrainingResult,
    )
    from .training.train import train

# Where each public name lives: a name is loaded when it is first asked for, so that
# `import chainrule` costs next to nothing. A test holds this table equal to the imports above.
_HOMES = {
    "activations": ["Activation", "ElementwiseActivation"],
    "backprop": ["value_and_gradient"],
    "errors": [
        "ChainruleError",
        "ConvergenceWarning",
        "DivergenceWarning",
        "TrainingInterrupted",
    ],
    "initializers": [],
    "layers": ["BatchNorm", "Dense", "Dropout", "Frozen", "Layer", "LayerNorm"],
    "losses": [
        "AbsoluteError",
        "BinaryCrossEntropy",
        "CrossEntropy",
        "Hinge",
        "Huber",
        "LogCosh",
        "Loss",
        "Poisson",
        "Quantile",
        "SquaredError",
    ],
    "models": ["load_model", "save_model"],
    "network": ["Network", "mlp"],
    "neuron": ["Neuron"],
    "objective": ["Objective"],
    "optimizers": [
        "LBFGS",
        "SGD",
        "Adadelta",
        "Adagrad",
        "Adam",
        "AdamW",
        "Adamax",
        "Nadam",
        "Optimizer",
        "RMSprop",
        "minimize",
    ],
    "parameters": ["Parameters"],
    "penalties": ["L1", "L2", "Penalty"],
    "plan": ["Data", "Plan", "State"],
    "schedules": [
        "ConstantRate",
        "CosineDecay",
        "ExponentialDecay",
        "InverseScaling",
        "LinearDecay",
        "Schedule",
        "StepDecay",
        "WarmUp",
    ],
    "tables": ["Pipeline", "Schema", "read_table"],
    "training": [
        "EarlyStopping",
        "History",
        "Metric",
        "Progress",
        "Target",
        "TimeLimit",
        "Tolerance",
        "TrainingResult",
    ],
    "training.train": ["train"],
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_ROOMS = (
    "activations",
    "diagnose",
    "initializers",
    "layers",
    "losses",
    "optimizers",
    "penalties",
    "plots",
    "schedules",
    "search",
)

__all__ = sorted([*_HOME_OF, *_ROOMS, "__version__"])


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        value = getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
    elif name in _ROOMS:
        value = import_module(f".{name}", __name__)
    else:
        from .registry import nearest

        raise AttributeError(f"chainrule has no attribute {name!r}{nearest(name, __all__)}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
