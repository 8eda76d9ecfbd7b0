"""He initialization."""

from typing import final

from .scaled import VarianceScaling


@final
class He(VarianceScaling):
    """Variance 2 / n_in: makes up for the half of the signal that relu drops."""

    source = "He, Zhang, Ren & Sun 2015"

    def variance(self, n_in: int, n_out: int) -> float:
        """2 / n_in."""
        return 2.0 / n_in
