"""Half the sum of squared weights."""

from typing import final

import numpy as np

from ..typing import Array
from .base import Penalty


@final
class L2(Penalty):
    """sum w^2 / 2, derivative w: keeps every weight small. The 1/2 is scikit-learn's, too."""

    latex = r"\frac{\lambda}{2} \sum_i w_i^2"
    latex_derivative = r"\lambda w_i"
    source = "Hoerl & Kennard 1970; Krogh & Hertz 1992"

    def value(self, w: Array) -> float:
        """sum w^2 / 2."""
        return 0.5 * float(np.vdot(w, w))

    def gradient(self, w: Array) -> Array:
        """w."""
        return w
