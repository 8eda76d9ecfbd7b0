"""The network and the numbers of whatever is fitted."""

from typing import Any

from ..errors import InvalidTypeError, NotFittedError, shown
from ..network import Network
from ..parameters import Parameters


def network_of(model: Any) -> tuple[Network, Parameters]:
    """The network of a result, a pipeline, an estimator or a `TrainedNetwork`, with its numbers.

    Raises
    ------
    InvalidTypeError, NotFittedError
        If it is none of these, or not fitted.
    """
    if isinstance(model, tuple) and len(model) == 2:
        network, parameters = model
    elif has(model, "get_params") and not has(model, "n_features_in_"):
        raise NotFittedError(f"{type(model).__name__} is not fitted yet; call fit first")
    elif has(model, "pipeline_"):
        return network_of(model.pipeline_)
    elif has(model, "others") and model.others:
        raise InvalidTypeError(
            f"model (={shown(model)}) is the mean of {len(model.others) + 1} networks: give one of "
            "its members"
        )
    elif has(model, "network_"):
        network, parameters = model.network_, model.parameters_
    else:
        network = model.network if has(model, "network") else None
        parameters = model.parameters if has(model, "parameters") else None
    if not (isinstance(network, Network) and isinstance(parameters, Parameters)):
        raise InvalidTypeError(
            f"model (={shown(model)}) must be fitted and have a network: a result of train, a "
            "Pipeline, an MLP or tabular estimator, a TrainedNetwork, or (network, parameters)"
        )
    return network, parameters


def has(model: Any, name: str) -> bool:
    """Whether an object has an attribute, whatever it does when it is asked."""
    try:
        return hasattr(model, name)
    except Exception:
        return False
