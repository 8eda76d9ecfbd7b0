"""L-BFGS: a quasi-Newton method for full batches."""

from dataclasses import dataclass
from sys import float_info
from typing import final

from ..errors import require_integer, require_number
from .base import Optimizer

_SCIPYS = 1e7 * float_info.epsilon
"""SciPy's default of ``ftol``, 2.2e-9."""


@final
@dataclass(frozen=True)
class LBFGS(Optimizer):
    """Newton's method with a Hessian guessed from the last few gradients, and a line search.

    It sees all samples at every step, takes no learning rate, and suits small tables. An epoch is
    one iteration. The solver is SciPy's.

    Parameters
    ----------
    memory : int, default 10
        How many past gradients shape the guess.
    tolerance : float, default 1e-5
        Stops once no component of the gradient is larger (SciPy's ``gtol``), or once an iteration
        lowers the loss by less than min(tolerance / 4500, 2.2e-9) of its size (SciPy's ``ftol``,
        which is 2.2e-9 there). With 0 neither stops it: it goes on for as long as the line search
        finds a lower loss, which is as exact as the type of the numbers allows.
    max_evaluations : int, default 15000
        Stops after that many evaluations of the loss.
    """

    memory: int = 10
    tolerance: float = 1e-5
    max_evaluations: int = 15_000

    source = "Liu & Nocedal 1989; Zhu, Byrd, Lu & Nocedal 1997"

    @property
    def latex(self) -> str:
        """The update."""
        return r"p \leftarrow p - \alpha H_k g"

    @property
    def loss_tolerance(self) -> float:
        """The share of the loss by which an iteration has to lower it, SciPy's ``ftol``."""
        return min(float(self.tolerance) / 4500.0, _SCIPYS)

    def __post_init__(self) -> None:
        require_integer("memory", self.memory, at_least=1, at_most=9999)
        require_number("tolerance", self.tolerance, at_least=0)
        require_integer("max_evaluations", self.max_evaluations, at_least=1)
