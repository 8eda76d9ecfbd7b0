"""What each class of each target counts."""

from collections.abc import Mapping
from typing import Any, Literal

from ..errors import (
    DataError,
    InvalidValueError,
    require,
    require_mapping,
    require_number,
    shown,
)
from .target import ClassTarget, Target
from .target_group import TargetGroup, Targets

ClassWeight = Mapping[Any, Any] | Literal["balanced"] | None
"""Weights by label, or of several targets by their names; see `Pipeline.fit`."""


def weights_by_target(class_weight: ClassWeight, target: Targets) -> list[Any] | None:
    """What each class of each target counts; None for quantities, and where nothing was asked.

    Of several targets "balanced" holds for all that are classes, a mapping is by their names.
    """
    if class_weight is None:
        return None
    if not isinstance(target, TargetGroup):
        return [class_weights(class_weight, target)]
    classes = {part.name for part in target.parts if isinstance(part, ClassTarget)}
    chosen: Mapping[Any, Any] = (
        class_weight if isinstance(class_weight, Mapping) else dict.fromkeys(classes, class_weight)
    )
    strange = [name for name in chosen if name not in classes]
    if strange or not classes:
        raise InvalidValueError(
            f"class_weight (={class_weight!r}) must be 'balanced' or a mapping from targets that "
            f"are classes ({', '.join(sorted(classes)) or 'there is none'}) to their weights"
        )
    return [class_weights(chosen.get(part.name), part) for part in target.parts]


def class_weights(class_weight: ClassWeight, target: Target) -> list[float] | None:
    """What each class counts, in the order of the labels; 1 for labels that are not named."""
    if class_weight is None:
        return None
    if not isinstance(target, ClassTarget):
        raise InvalidValueError(
            f"class_weight (={shown(class_weight)}) must be None for a regression"
        )
    if not isinstance(class_weight, Mapping):
        if not isinstance(class_weight, str):
            require_mapping("class_weight", class_weight)
        require(
            class_weight == "balanced", "class_weight", class_weight, "name labels or 'balanced'"
        )
        return [sum(target.counts) / (target.n_out * count) for count in target.counts]
    by_text = {str(label): weight for label, weight in class_weight.items()}
    texts = [str(label) for label in target.labels]
    strange = [label for label in class_weight if str(label) not in texts]
    if strange:
        raise DataError(
            f"class_weight names {strange[0]!r}, which is no label; "
            f"labels: {', '.join(map(repr, target.labels))}"
        )
    for label, weight in by_text.items():
        require_number(f"class_weight[{label!r}]", weight, at_least=0)
    return [by_text.get(text, 1.0) for text in texts]
