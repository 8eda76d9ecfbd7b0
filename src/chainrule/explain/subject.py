"""Whatever can be explained, as an objective with parameters in float64."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import InvalidTypeError, InvalidValueError, NotFittedError
from ..losses import LOSSES, Loss
from ..network import Network
from ..objective import Objective
from ..parameters import Parameters, as_parameters
from ..penalties import PENALTIES, Penalty
from ..plan import Plan, State
from .estimators import Reader, after_steps, is_fitted, reader_of

Penalties = Penalty | str | Sequence[Penalty | str]


@dataclass(frozen=True)
class Subject:
    """A network with its numbers, and what else is known about it.

    Attributes
    ----------
    network : Network
    parameters : Parameters
        In float64.
    loss : Loss or None
        None where nothing says which: enough for a prediction.
    penalties : tuple of Penalty
    plan : Plan or None
        How it was trained, where that is known.
    state : State or None
        How far training has come, where that is known.
    pipeline : Pipeline or None
        What reads the rows of a table for it.
    reader : Reader or None
        What reads rows and labels for it, of an estimator.
    """

    network: Network
    parameters: Parameters
    loss: Loss | None
    penalties: tuple[Penalty, ...] = ()
    plan: Plan | None = None
    state: State | None = None
    pipeline: Any = None
    reader: Reader | None = None

    @property
    def objective(self) -> Objective:
        """Network, loss and penalties.

        Raises
        ------
        InvalidValueError
            If no loss was given.
        """
        if self.loss is None:
            raise InvalidValueError(
                "loss (=None) must be named, such as loss='mean_squared_error': a derivative of "
                "the loss needs one"
            )
        return Objective(self.network, self.loss, self.penalties)

    @property
    def columns(self) -> tuple[str, ...]:
        """The inputs' own names."""
        if self.pipeline is not None:
            return tuple(self.pipeline.encoder.feature_names)
        return () if self.reader is None else self.reader.columns

    @property
    def outputs(self) -> tuple[str, ...]:
        """The outputs' own names."""
        if self.pipeline is None:
            return () if self.reader is None else self.reader.outputs(self.network.n_out)
        target = self.pipeline.target
        labels = getattr(target, "labels", None)
        return (target.name,) if labels is None else tuple(f"{target.name} = {v}" for v in labels)


def subject_of(
    model: Any,
    parameters: Any = None,
    loss: Loss | str | None = None,
    penalties: Penalties = (),
) -> Subject:
    """What is to be explained.

    Parameters
    ----------
    model : Network, Objective, TrainingResult, Pipeline or estimator
        Anything with the attributes ``network`` and ``parameters``, or with a fitted attribute
        ``result_`` or ``pipeline_`` that has them.
    parameters : Parameters, State, mapping or vector, optional
        The numbers, where the model has none itself.
    loss : Loss or str, optional
        In place of the model's own.
    penalties : Penalty or sequence of penalties, default ()
        In place of the model's own.

    Raises
    ------
    NotFittedError
        If there are no parameters yet.
    InvalidTypeError
        If it is nothing that has a network.
    """
    found = _find(model, parameters)
    if loss is not None:
        found = replace(found, loss=LOSSES.get_object(loss))
    if penalties:
        given = (penalties,) if isinstance(penalties, Penalty | str) else penalties
        found = replace(found, penalties=tuple(PENALTIES.get_object(p) for p in given))
    return found


def _find(model: Any, parameters: Any) -> Subject:
    if isinstance(model, Network | Objective):
        network = model if isinstance(model, Network) else model.network
        loss = None if isinstance(model, Network) else model.loss
        penalties = () if isinstance(model, Network) else model.penalties
        state = parameters if isinstance(parameters, State) else None
        numbers = parameters.parameters if isinstance(parameters, State) else parameters
        if numbers is None:
            raise NotFittedError(
                "parameters (=None) must be given with a network: those that were learned, or "
                "network.initial_parameters(seed=0)"
            )
        numbers = as_parameters(network.layout, numbers, np.float64)
        return Subject(network, numbers, loss, penalties, state=state)
    for name in ("pipeline_", "result_"):
        inner = getattr(model, name, None)
        if inner is not None:
            found = _find(inner, parameters)
            return found if found.pipeline else replace(found, reader=reader_of(model))
    if isinstance(getattr(model, "steps", None), list) and len(model.steps) > 1:
        found = _find(model.steps[-1][1], parameters)
        if found.pipeline is None:
            return replace(found, reader=after_steps(model, found.reader))
    inner_network: Any = getattr(model, "network", None)
    numbers = getattr(model, "parameters", None) if parameters is None else parameters
    if isinstance(inner_network, Network) and numbers is not None:
        plan = getattr(model, "plan", None)
        pipeline = model if hasattr(model, "encoder") and hasattr(model, "target") else None
        result = getattr(model, "result", None)
        plan = getattr(result, "plan", None) if plan is None else plan
        known = Subject(
            inner_network, as_parameters(inner_network.layout, numbers, np.float64), None
        )
        known = replace(known, pipeline=pipeline, plan=plan if isinstance(plan, Plan) else None)
        state = getattr(model, "state", getattr(result, "state", None))
        if isinstance(state, State):
            known = replace(known, state=state)
        if known.plan is not None:
            objective = known.plan.objective
            return replace(known, loss=objective.loss, penalties=objective.penalties)
        own = getattr(model, "loss", None) or getattr(getattr(model, "target", None), "loss", None)
        return known if own is None else replace(known, loss=LOSSES.get_object(own))
    name = type(model).__name__
    if hasattr(model, "fit") and not isinstance(inner_network, Network) and is_fitted(model):
        raise InvalidTypeError(
            f"model must be a Network, an Objective, the result of train, a Pipeline or an "
            f"estimator with a network; this {name} is fitted, but has no network and no gradient"
        )
    if isinstance(inner_network, Network) or hasattr(model, "fit"):
        raise NotFittedError(f"this {name} is not fitted yet; call fit before explaining it")
    raise InvalidTypeError(
        f"model (={model!r}) must be a Network, an Objective, the result of train, a Pipeline or "
        f"a fitted estimator, not {type(model).__name__}"
    )
