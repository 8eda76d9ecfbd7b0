"""What is minimised: the loss of a network's outputs, and the price of its weights."""

from collections.abc import Iterable
from dataclasses import dataclass

from .domain import REALS
from .errors import InvalidTypeError, InvalidValueError, ShapeError, items_of
from .layers import ActivatedLayer, Dropout
from .losses import LOSSES, FromLogits, Loss, from_logits
from .network import Network
from .penalties import PENALTIES, Penalty


@dataclass(frozen=True, init=False)
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
    ShapeError
        If the loss is for another number of outputs.
    """

    network: Network
    loss: Loss
    penalties: tuple[Penalty, ...]

    def __init__(
        self,
        network: Network,
        loss: Loss | str,
        penalties: Penalty | str | Iterable[Penalty | str] = (),
    ) -> None:
        if not isinstance(network, Network):
            raise InvalidTypeError(f"network must be a Network, not {type(network).__name__}")
        if type(penalties) is not tuple or penalties:
            given = (penalties,) if isinstance(penalties, Penalty | str) else penalties
            given = items_of("penalties", given, "penalties such as L2(1e-4)")
            penalties = tuple(map(PENALTIES.get_object, given))
        self.__dict__.update(network=network, loss=LOSSES.get_object(loss), penalties=penalties)
        self._check_output()

    def _check_output(self) -> None:
        loss, network = self.loss, self.network
        if loss.n_out is not None and loss.n_out != network.n_out:
            raise ShapeError(
                f"{loss!r} is for {loss.n_out} outputs, the network has {network.n_out}"
            )
        if loss.domain is REALS:
            return
        layers = list(network.layers)
        while isinstance(layers[-1], Dropout) and layers[-1].rate > 0:
            if loss.domain != REALS:
                raise InvalidValueError(
                    f"{type(loss).__name__} needs outputs in {loss.domain}, but Dropout after the "
                    "output scales them; put it before the last layer"
                )
            layers.pop()
        last = layers[-1].inner
        if isinstance(last, ActivatedLayer) and not loss.domain.includes(last.activation.range):
            output = last.activation
            raise InvalidValueError(
                f"{type(loss).__name__} needs outputs in {loss.domain}, but {output.name} gives "
                f"{output.range}{_way_out(loss)}"
            )

    @property
    def from_logits(self) -> FromLogits | None:
        """The loss as a function of the last pre-activations, where it has such a form."""
        activation = self.network.layers[-1].last_activation
        return None if activation is None else from_logits(self.loss, activation)


def _way_out(loss: Loss) -> str:
    from .activations import ACTIVATIONS

    fitting = [a.name for a in ACTIVATIONS.values() if loss.domain.includes(a.range)]
    return f"; activations that fit: {', '.join(fitting)}" if fitting else ""
