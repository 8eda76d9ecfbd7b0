"""The rows that a model is most wrong about."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import require_instance, require_integer
from ..tables import ClassTarget
from ..tables.scoring import Judged


@dataclass(frozen=True)
class WorstRow:
    """A row that is predicted badly.

    Attributes
    ----------
    row : int
        Its number in the table, from 0.
    true, predicted : str or float
        A label, or a value in the target's own unit.
    badness : float
        The probability of the true label, or predicted - true.
    """

    row: int
    true: Any
    predicted: Any
    badness: float


def worst_rows(judged: Judged, most: int = 10) -> list[WorstRow]:
    """The rows whose true label has the least probability, or with the largest errors, worst first.

    Parameters
    ----------
    judged : Judged
        Outputs beside the truth, as `chainrule.tables.scoring.judge` returns them.
    most : int, default 10
    """
    require_instance("judged", judged, Judged, "what judge returned")
    require_integer("most", most, at_least=0)
    a, y, target = judged.a, judged.y, judged.target
    if isinstance(target, ClassTarget):
        p = (a * y).sum(axis=1)
        order = np.argsort(p, kind="stable")[:most]
        labels = target.labels
        return [
            WorstRow(int(judged.rows[i]), labels[y[i].argmax()], labels[a[i].argmax()], float(p[i]))
            for i in order
        ]
    errors = (a - y)[:, 0]
    order = np.argsort(-np.abs(errors), kind="stable")[:most]
    return [
        WorstRow(int(judged.rows[i]), float(y[i, 0]), float(a[i, 0]), float(errors[i]))
        for i in order
    ]
