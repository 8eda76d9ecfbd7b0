"""L-BFGS: a quasi-Newton method for full batches."""

from dataclasses import dataclass
from typing import final

from ..errors import require_integer, require_number
from .base import Optimizer


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
        Stops once no component of the gradient is larger.
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

    def __post_init__(self) -> None:
        require_integer("memory", self.memory, at_least=1, at_most=9999)
        require_number("tolerance", self.tolerance, at_least=0)
        require_integer("max_evaluations", self.max_evaluations, at_least=1)
