"""LeCun initialization."""

from typing import final

from .scaled import VarianceScaling


@final
class LeCun(VarianceScaling):
    """Variance 1 / n_in: keeps the variance of the weighted sums; what selu is derived for."""

    source = "LeCun, Bottou, Orr & Müller 1998"

    def variance(self, n_in: int, n_out: int) -> float:
        """1 / n_in."""
        return 1.0 / n_in
