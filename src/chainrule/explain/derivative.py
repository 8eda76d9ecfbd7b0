"""What is known of the derivative of the loss by one weight."""

from dataclasses import dataclass

from .check import Check
from .parts import Factor, Fused, Gradient, Matrix, Path, Step, Value, Weight


@dataclass(frozen=True, eq=False)
class Derivative:
    """The numbers of an `Explanation`, which says what each of them is."""

    weight: Weight
    row: str
    forward: tuple[Value, ...]
    loss: float
    notes: tuple[str, ...]
    derivative: float | None = None
    reason: str = ""
    factors: tuple[Factor, ...] = ()
    unfused: tuple[Factor, ...] = ()
    product: float | None = None
    paths: tuple[Path, ...] = ()
    n_paths: int = 0
    path_total: float | None = None
    remainder: float | None = None
    delta_form: Factor | None = None
    gradients: tuple[Gradient, ...] = ()
    jacobian: Matrix | None = None
    fused: Fused | None = None
    penalties: tuple[Factor, ...] = ()
    check: Check | None = None
    step: Step | None = None
