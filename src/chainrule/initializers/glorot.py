"""Glorot initialization."""

from typing import final

from .scaled import VarianceScaling


@final
class Glorot(VarianceScaling):
    """Variance 2 / (n_in + n_out): keeps signals and gradients alike from layer to layer."""

    source = "Glorot & Bengio 2010"

    def variance(self, n_in: int, n_out: int) -> float:
        """2 / (n_in + n_out)."""
        return 2.0 / (n_in + n_out)
