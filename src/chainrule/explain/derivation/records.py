"""The pieces that explanations are made of."""

from dataclasses import dataclass, field

from ...typing import Array
from ..formula import Math


def partial(over: Math, under: Math) -> Math:
    """The symbol of a partial derivative."""
    return Math(
        f"∂{over.text}/∂{under.text}",
        rf"\dfrac{{\partial {over.latex}}}{{\partial {under.latex}}}",
    )


NOTHING = Math("", "")


@dataclass(frozen=True)
class Value:
    """One number, and how it follows from others.

    Attributes
    ----------
    symbol : Math
        What it is called.
    formula, substituted : Math
        How it follows from others: with the symbols of this place, and with their numbers.
    value : float
        In full precision.
    origin : str
        The object that it comes from.
    """

    symbol: Math
    formula: Math
    substituted: Math
    value: float
    origin: str
    rule: Math = field(default=NOTHING, repr=False)


@dataclass(frozen=True)
class Factor(Value):
    """One factor of the chain rule: a local derivative.

    Attributes
    ----------
    rule : Math
        The general formula, as its object states it.
    """

    rule: Math = NOTHING


@dataclass(frozen=True)
class Weight:
    """The weight that a derivative is taken by.

    Attributes
    ----------
    symbol : Math
        w1 in a small network, h1.w2 in a larger one.
    name : str
        Its full name: ``layers[0].W[0, 0]``.
    unit_name : str
        Its name by its unit: ``h1.w1``.
    value : float
    trainable : bool
        Whether updates change it.
    """

    symbol: Math
    name: str
    unit_name: str
    value: float
    trainable: bool


@dataclass(frozen=True)
class Path:
    """One path from the weight to the loss.

    Attributes
    ----------
    units : tuple of str
        The units it passes, from the weight on.
    factors : tuple of float
        The local derivatives along it, from the loss back to the weight; the first one is that of
        the loss, times what the row counts.
    contribution : float
        Their product.
    """

    units: tuple[str, ...]
    factors: tuple[float, ...]
    contribution: float


@dataclass(frozen=True)
class Gradient:
    """The derivative of the loss by a vector of the network.

    Attributes
    ----------
    symbol : Math
        δ of a layer, or ∂L/∂a.
    formula : Math
        How it follows from the one before it.
    shape : tuple of int
    values : ndarray
    """

    symbol: Math
    formula: Math
    shape: tuple[int, ...]
    values: Array


@dataclass(frozen=True)
class Matrix:
    """A full Jacobian, of an activation whose outputs depend on all pre-activations."""

    symbol: Math
    formula: Math
    shape: tuple[int, ...]
    values: Array


@dataclass(frozen=True)
class Fused:
    """The loss's derivative by the last pre-activations in one step, beside the product.

    Attributes
    ----------
    formula : Math
    values : ndarray
        By the fused formula, which is what training uses.
    unfused : ndarray
        By the product of the derivatives of loss and activation.
    difference : float
        The largest between the two.
    """

    formula: Math
    values: Array
    unfused: Array
    difference: float


@dataclass(frozen=True)
class Step:
    """What one update makes of the weight and the loss.

    Attributes
    ----------
    optimizer : str
    learning_rate : float or None
    fresh : bool
        Whether the optimizer starts without a memory, because no state was given.
    weight : float or None
        The weight after the update; None where it was not computed.
    loss_if_alone : float or None
        The loss if only this weight moves.
    loss : float or None
        The loss if all weights move.
    reason : str
        Why it was not computed.
    """

    optimizer: str
    learning_rate: float | None
    fresh: bool
    weight: float | None
    loss_if_alone: float | None
    loss: float | None
    reason: str = ""
