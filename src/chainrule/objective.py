"""What is minimised: the loss of a network's outputs, and the price of its weights."""

from dataclasses import dataclass
from typing import Any

from .errors import InvalidTypeError, InvalidValueError
from .layers import ActivatedLayer
from .losses import LOSSES, Canonical, Loss, canonical
from .network import Network
from .penalties import PENALTIES, Penalty


@dataclass(frozen=True)
class Objective:
    """A network, a loss and penalties.

    Parameters
    ----------
    network : Network
    loss : Loss or str
        Names: ``mean_squared_error``, ``cross_entropy``, ...
    penalties : Penalty or sequence of penalties, default ()
        `L1` and `L2` on the weights.

    Raises
    ------
    InvalidValueError
        If the output's range does not lie in the loss's domain.
    """

    network: Network
    loss: Loss
    penalties: tuple[Penalty, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.network, Network):
            raise InvalidTypeError(f"network must be a Network, not {type(self.network).__name__}")
        object.__setattr__(self, "loss", LOSSES.get_object(self.loss))
        given: Any = self.penalties
        penalties = (given,) if isinstance(given, Penalty | str) else tuple(given)
        object.__setattr__(self, "penalties", tuple(PENALTIES.get_object(p) for p in penalties))
        last = self.network.layers[-1]
        if isinstance(last, ActivatedLayer):
            output, loss = last.activation, self.loss
            if not loss.domain.includes(output.range):
                raise InvalidValueError(
                    f"{type(loss).__name__} needs outputs in {loss.domain}, but "
                    f"{output.name} gives {output.range}{_way_out(loss)}"
                )

    @property
    def canonical(self) -> Canonical | None:
        """The loss as a function of the last pre-activations, where it has such a form."""
        last = self.network.layers[-1]
        return canonical(self.loss, last.activation) if isinstance(last, ActivatedLayer) else None


def _way_out(loss: Loss) -> str:
    from .activations import ACTIVATIONS

    fitting = [a.name for a in ACTIVATIONS.values() if loss.domain.includes(a.range)]
    return f"; activations that fit: {', '.join(fitting)}" if fitting else ""
