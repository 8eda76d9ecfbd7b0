"""Activations: one small file each, the value beside its derivative."""

from ..registry import Registry
from .base import Activation, ElementwiseActivation, Kink
from .elu import ELU
from .exp import Exp
from .gelu import GELU
from .identity import Identity
from .leaky_relu import LeakyReLU
from .mish import Mish
from .relu import ReLU
from .selu import SELU
from .sigmoid import Sigmoid
from .silu import SiLU
from .softmax import Softmax
from .softplus import Softplus
from .step import Step
from .tanh import Tanh

_ALL: tuple[Activation, ...] = (
    Identity(),
    Step(),
    Sigmoid(),
    Tanh(),
    ReLU(),
    LeakyReLU(),
    ELU(),
    SELU(),
    Softplus(),
    SiLU(),
    GELU(),
    Mish(),
    Exp(),
    Softmax(),
)

ACTIVATIONS: Registry[Activation] = Registry(
    "activation",
    Activation,  # type: ignore[type-abstract]
    {activation.name: activation for activation in _ALL},
    aliases={"logistic": "sigmoid", "linear": "identity", "swish": "silu"},
)

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "GELU",
    "SELU",
    "Activation",
    "ElementwiseActivation",
    "Exp",
    "Identity",
    "Kink",
    "LeakyReLU",
    "Mish",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Step",
    "Tanh",
]
