"""Orthogonal weights."""

from dataclasses import dataclass
from typing import final

import numpy as np

from ..errors import require_number
from ..typing import Array
from .base import Draw, Initializer


@final
@dataclass(frozen=True)
class Orthogonal(Initializer):
    """A random matrix with orthonormal columns (or rows, where it has fewer), times a gain.

    Parameters
    ----------
    gain : float, default 1
        What the matrix is multiplied by; sqrt 2 suits relu.
    """

    gain: float = 1.0

    source = "Saxe, McClelland & Ganguli 2014"

    def __post_init__(self) -> None:
        require_number("gain", self.gain, above=0)

    def sample(self, shape: tuple[int, int], draw: Draw) -> Array:
        """Q of a normal matrix's QR decomposition; R's signs make it uniform over rotations."""
        tall = (max(shape), min(shape))
        q, r = np.linalg.qr(draw.normal(shape[0] * shape[1]).reshape(tall))
        q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
        return self.gain * (q if tall == shape else q.T)
