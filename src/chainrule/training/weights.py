"""Class weights, as sample weights."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from ..errors import InvalidValueError, ShapeError, require, require_number, shown
from ..typing import Array, float_array

ClassWeight = Mapping[int, float] | Sequence[float] | Literal["balanced"]


def class_sample_weight(y: Array, class_weight: ClassWeight) -> Array:
    """What each sample counts when its class counts that much.

    Parameters
    ----------
    y : ndarray, shape (n, n_out)
        One-hot rows (or probabilities: a row counts the mean of its classes' weights), or one
        column with 0 and 1 or -1 and 1.
    class_weight : mapping, sequence or "balanced"
        The weight of each class, by its number; classes that a mapping does not name count 1.
        "balanced" is n / (n_classes * the number of samples of the class), so that every class
        counts the same in sum.

    Raises
    ------
    InvalidValueError, ShapeError
        If a weight is negative or a class does not exist.
    """
    y = float_array("y", y)
    if y.ndim != 2 or not y.size:
        raise ShapeError(f"y has the shape {y.shape}, but must have rows and columns")
    if not (y.min() >= 0 and y.max() <= 1) and not np.isin(y, (-1.0, 1.0)).all():
        raise InvalidValueError(
            "class_weight needs classes, one-hot or 0 and 1 or -1 and 1, but y has numbers from "
            f"{y.min():g} to {y.max():g}; sample_weight takes a weight for each row"
        )
    upper = (y > 0).astype(y.dtype) if y.shape[1] == 1 and y.min() < 0 else y
    shares = np.hstack([1.0 - upper, upper]) if y.shape[1] == 1 else upper
    n_classes = shares.shape[1]
    if isinstance(class_weight, str):
        require(class_weight == "balanced", "class_weight", class_weight, "be 'balanced'")
        counts = shares.sum(axis=0)
        weights = np.where(counts > 0, len(y) / (n_classes * np.maximum(counts, 1e-300)), 0.0)
    elif isinstance(class_weight, Mapping):
        weights = np.ones(n_classes)
        for key, weight in class_weight.items():
            if key not in range(n_classes):
                raise InvalidValueError(
                    f"class_weight names the class {key!r} of 0..{n_classes - 1}"
                )
            require_number(f"class_weight[{key!r}]", weight, at_least=0)
            weights[key] = weight
    else:
        weights = float_array("class_weight", class_weight, np.float64)
        if weights.shape != (n_classes,):
            raise ShapeError(f"class_weight has the shape {weights.shape}, for {n_classes} classes")
    if not (np.isfinite(weights).all() and weights.min() >= 0):
        raise InvalidValueError(f"class_weight (={shown(class_weight)}) must be finite and >= 0")
    return (shares @ weights).astype(y.dtype)
