"""The derivative of the loss by one weight, explained."""

from dataclasses import dataclass
from typing import ClassVar, final

from .derivation.check import Check
from .derivation.records import Factor, Fused, Gradient, Matrix, Path, Step, Value, Weight
from .report.derivative import derivative_document
from .report.document import Document
from .report.explained import Explained


@final
@dataclass(frozen=True, eq=False, repr=False)
class Explanation(Explained):
    """Every factor of dL/dw on one row, with its numbers.

    Attributes
    ----------
    weight : Weight
        By which the derivative is taken.
    row : str
        What the row is called; "" if it is the only one.
    forward : tuple of Value
        The forward pass: all of it in a small network, else the units on the path of `factors`.
    factors : tuple of Factor
        The chain rule along the path with the largest contribution, from the loss to the weight.
    unfused : tuple of Factor
        Where the first factor is the derivative by z, of loss and activation in one step: the two
        factors that it stands for, which lose precision here. Else empty.
    product : float
        The product of the factors.
    paths : tuple of Path
        The paths with the largest contributions, the largest first, none that is 0.
    n_paths : int
        How many paths there are.
    path_total : float
        The sum over all paths: delta times what the weight multiplies.
    delta_form : Factor or None
        The same as delta of the weight's unit times what the weight multiplies.
    remainder : float
        `path_total` without the paths shown.
    gradients : tuple of Gradient
        The derivative of the loss by each vector on the way, from the loss back to the weight.
    jacobian : Matrix or None
        The Jacobian of an output activation such as softmax.
    fused : Fused or None
        The fused form of loss and activation, where there is one.
    penalties : tuple of Factor
        What each penalty adds to the derivative.
    derivative : float or None
        dL/dw by backpropagation, penalties included; None where it was not computed.
    reason : str
        Why it was not computed.
    loss : float
        L: the row's loss with its sample weight and the penalties.
    check : Check or None
        Central differences.
    step : Step or None
        What one update does.
    notes : tuple of str
        What else is worth knowing.
    """

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

    kind: ClassVar[str] = "derivative"

    def document(self, zoom: str = "scalar") -> Document:
        """What it says, block by block.

        Parameters
        ----------
        zoom : {"scalar", "paths", "matrix", "all"}, default "scalar"
            One path with all its factors; the largest paths; the vectors of each layer; or all
            three.

        Raises
        ------
        UnknownNameError
            If there is no such zoom level.
        """
        return derivative_document(self, zoom)
