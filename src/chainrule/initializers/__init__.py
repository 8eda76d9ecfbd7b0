"""How weights start."""

from ..registry import Registry
from .base import Draw, Initializer
from .constant import Constant
from .glorot import Glorot
from .he import He
from .lecun import LeCun
from .normal import Normal
from .orthogonal import Orthogonal
from .scaled import VarianceScaling
from .uniform import Uniform

INITIALIZERS: Registry[Initializer] = Registry(
    "initializer",
    Initializer,  # type: ignore[type-abstract]
    {
        "zeros": Constant(0.0),
        "ones": Constant(1.0),
        "normal": Normal(),
        "uniform": Uniform(),
        "glorot_uniform": Glorot(),
        "glorot_normal": Glorot("normal"),
        "he_uniform": He(),
        "he_normal": He("normal"),
        "lecun_uniform": LeCun(),
        "lecun_normal": LeCun("normal"),
        "orthogonal": Orthogonal(),
    },
    aliases={"xavier": "glorot_uniform", "kaiming": "he_uniform"},
)

__all__ = [
    "INITIALIZERS",
    "Constant",
    "Draw",
    "Glorot",
    "He",
    "Initializer",
    "LeCun",
    "Normal",
    "Orthogonal",
    "Uniform",
    "VarianceScaling",
]
