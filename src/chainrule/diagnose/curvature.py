"""The curvature of the objective, and how large a learning rate it allows."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import numpy as np

from ..backprop import value_and_gradient
from ..errors import require_instance, require_integer, require_number
from ..optimizers import SGD
from ..parameters import Parameters
from ..typing import Array
from .finding import Finding
from .snapshot import Snapshot, require_snapshot

_STEP = np.finfo(np.float64).eps ** (1 / 3)
"""Central differences: the error h^2 of the formula meets that of rounding, eps / h."""
EXACT_UP_TO = 50
"""Networks with at most this many trainable parameters get all eigenvalues."""


@dataclass(frozen=True)
class Curvature(Finding):
    """Eigenvalues of the Hessian of the objective, over all samples at once.

    Gradient descent multiplies the distance to the minimum along an eigenvector by 1 - eta lambda,
    so it diverges above eta = 2 / lambda_max. Away from a minimum this holds near the point alone.
    Where layers have learning rate factors F, the eigenvalues are those of F^(1/2) H F^(1/2).

    Attributes
    ----------
    eigenvalues : ndarray
        All of them in ascending order if `exact`, else the smallest and the largest.
    exact : bool
        Whether all were computed.
    optimizer : SGD or None
        Whose learning rate is held against the limit, where there is one.
    """

    title = "stability"
    remedy = "a learning rate below the limit; smaller or scaled inputs raise the limit"

    eigenvalues: Array
    exact: bool
    optimizer: SGD | None = None

    @property
    def largest(self) -> float:
        """The largest eigenvalue."""
        return float(self.eigenvalues[-1])

    @property
    def smallest(self) -> float:
        """The smallest eigenvalue; negative where the objective curves downwards."""
        return float(self.eigenvalues[0])

    @property
    def condition(self) -> float:
        """lambda_max / lambda_min; infinite unless all eigenvalues are positive."""
        return self.largest / self.smallest if self.smallest > 0 else inf

    @property
    def best_learning_rate(self) -> float:
        """2 / (lambda_max + lambda_min), the fastest for plain descent on a convex quadratic."""
        return 2.0 / (self.largest + max(self.smallest, 0.0)) if self.largest > 0 else inf

    @property
    def stability_limit(self) -> float:
        """The learning rate above which gradient descent diverges.

        2 (1 + mu) / lambda_max with the optimizer's momentum mu, 2 (1 + mu) / ((1 + 2 mu)
        lambda_max) in Nesterov's form; infinite where nothing curves upwards.
        """
        if self.largest <= 0:
            return inf
        mu = self.optimizer.momentum if self.optimizer else 0.0
        ahead = 1.0 + 2.0 * mu if self.optimizer and self.optimizer.nesterov else 1.0
        return 2.0 * (1.0 + mu) / (ahead * self.largest)

    @property
    def problem(self) -> bool:
        """The optimizer's learning rate lies above the limit."""
        return self.optimizer is not None and self.optimizer.learning_rate > self.stability_limit

    def __str__(self) -> str:
        text = (
            f"eigenvalues of the Hessian from {self.smallest:.6g} to {self.largest:.6g}; descent "
            f"on all samples is stable here up to a learning rate of {self.stability_limit:.6g}"
        )
        used = f"; {self.optimizer.learning_rate:g} was used" if self.optimizer else ""
        return text + used


def curvature(
    look: Snapshot,
    optimizer: SGD | None = None,
    *,
    max_steps: int = 100,
    tolerance: float = 1e-6,
) -> Curvature:
    """The Hessian's eigenvalues: all for a tiny network, the extreme ones for a larger one.

    Products of the Hessian with a vector are central differences of the exact gradient. Up to 50
    trainable parameters they build the whole matrix. Beyond, Lanczos' method finds the ends of the
    spectrum: power iteration that keeps every direction it has seen (Lanczos 1950).

    Parameters
    ----------
    look : Snapshot
        The network, its parameters and the data.
    optimizer : SGD, optional
        Its momentum shifts the limit, and its learning rate is held against it.
    max_steps : int, default 100
        The most products for a larger network.
    tolerance : float, default 1e-6
        When both ends change by less than this share of the larger one, they are taken.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.diagnose import curvature, snapshot
    >>> line = cr.Network([cr.Dense(1, 1)])
    >>> look = snapshot(line, [[-1.0], [3.0]], [0.0, 1.0], loss="half_mean_squared_error",
    ...     parameters=[0.0, 0.0])
    >>> print(curvature(look).eigenvalues.round(6))
    [0.763932 5.236068]
    """
    require_snapshot(look)
    if optimizer is not None:
        require_instance("optimizer", optimizer, SGD, "SGD")
    require_integer("max_steps", max_steps, at_least=1)
    require_number("tolerance", tolerance, above=0)
    product, n = _hessian_product(look)
    if n <= EXACT_UP_TO:
        H = np.stack([product(e) for e in np.eye(n)])
        return Curvature(np.linalg.eigvalsh((H + H.T) / 2), True, optimizer)
    return Curvature(_lanczos(product, n, max_steps, tolerance), False, optimizer)


def _hessian_product(look: Snapshot) -> tuple[Callable[[Array], Array], int]:
    """V -> F^(1/2) H F^(1/2) v over the trainable parameters, and their number."""
    layout, p = look.parameters.layout, look.parameters.vector
    trainable = layout.trainable
    root = np.sqrt(layout.learning_rate_factor[trainable])
    scale = max(1.0, float(np.abs(p[trainable]).max(initial=0.0)))

    def gradient(vector: Array) -> Array:
        at = Parameters(layout, vector)
        _, g = value_and_gradient(look.objective, at, look.data.X, look.data.y)
        return g.vector[trainable]

    def product(v: Array) -> Array:
        direction = np.zeros_like(p)
        direction[trainable] = root * v
        # The longest component moves by h.
        h = _STEP * scale / max(float(np.abs(direction).max()), 1e-300)
        difference = gradient(p + h * direction) - gradient(p - h * direction)
        return root * difference / (2.0 * h)

    return product, int(trainable.sum())


def _lanczos(product: Callable[[Array], Array], n: int, max_steps: int, tolerance: float) -> Array:
    """The smallest and the largest eigenvalue of a symmetric matrix, from its products.

    From a start q_1: w = H q_k - beta_k q_(k-1), alpha_k = w . q_k, and what remains of w, made
    orthogonal to all q, is beta_(k+1) q_(k+1). The ends of the tridiagonal matrix of all alpha and
    beta approach those of H.
    """
    q = np.random.default_rng(0).normal(size=n)
    basis = [q / np.linalg.norm(q)]
    alpha: list[float] = []
    beta: list[float] = []
    ends = np.array([np.nan, np.nan])
    for k in range(min(max_steps, n)):
        w = product(basis[k])
        alpha.append(float(w @ basis[k]))
        Q = np.array(basis)
        for _ in range(2):  # twice is enough (Parlett 1980)
            w = w - Q.T @ (Q @ w)
        T = np.diag(alpha) + np.diag(beta, 1) + np.diag(beta, -1)
        before, ends = ends, np.linalg.eigvalsh(T)[[0, -1]]
        size = float(np.abs(ends).max())
        rest = float(np.linalg.norm(w))
        if k >= 5 and np.abs(ends - before).max() <= tolerance * size:
            break
        if rest <= 1e-10 * size or rest == 0.0:
            break
        beta.append(rest)
        basis.append(w / rest)
    return ends
