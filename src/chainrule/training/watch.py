"""What is looked at while a network is trained."""

from collections.abc import Sequence
from typing import Any

from ..errors import InvalidTypeError, items_of, require_function
from ..plan import Data, Monitor, Plan
from ..typing import ArrayLike
from .metrics import METRICS, Metric
from .progress import Callback
from .stopping import StopRule, as_rules, check_monitored, rule_names


class Watch:
    """Validation rows, metrics, stop rules and callbacks: checked, and who looks at what.

    Engines evaluate the validation loss and the rules that watch a loss. A metric, a callback or
    any other rule needs Python after every epoch; then Python evaluates all rules.

    Parameters
    ----------
    plan : Plan, optional
        What validation rows are checked against.
    validation : (X, y) or (X, y, sample_weight), optional
    metrics : str, Metric or sequence of them
    stop : StopRule or sequence of rules
    callbacks : callable or sequence of callables
    engine_evaluates : bool, default True
        Whether the training has epochs of an engine; L-BFGS has none.
    """

    def __init__(
        self,
        plan: Plan | None = None,
        validation: Sequence[ArrayLike] | None = None,
        metrics: str | Metric | Sequence[str | Metric] = (),
        stop: StopRule | Sequence[StopRule] = (),
        callbacks: Callback | Sequence[Callback] = (),
        *,
        engine_evaluates: bool = True,
    ) -> None:
        self.validation = None
        if validation is not None and plan is not None:
            self.validation = _validation(plan, validation)
        names = (metrics,) if isinstance(metrics, str | Metric) else metrics
        if type(names) is not tuple:
            names = items_of("metrics", names, "names or Metrics")
        self.metrics = list(map(METRICS.get_object, names))
        self.rules = rule_names(as_rules(stop))
        if self.rules:
            curves = {"loss", "gradient_norm", *(m.name for m in self.metrics)}
            if self.validation is not None:
                curves.add("validation_loss")
            check_monitored(tuple(self.rules.values()), curves)
        self.callbacks = _callbacks(callbacks)

        in_numbers = {name: rule.loss_rule() for name, rule in self.rules.items()}
        others = [rule for name, rule in self.rules.items() if in_numbers[name] is None]
        python = not engine_evaluates or any(rule.every_epoch for rule in others)
        self.every_epoch = bool(self.callbacks or self.metrics or (python and self.rules))
        """Whether Python must look after every single epoch."""
        self.in_between = bool(others)
        """Whether it must look now and then."""
        self.monitor = Monitor(
            self.validation if engine_evaluates else None,
            {name: rule for name, rule in in_numbers.items() if rule and not python},
        )
        """What an engine evaluates by itself."""


def _validation(plan: Plan, validation: Any) -> Data:
    if not isinstance(validation, tuple | list) or len(validation) not in (2, 3):
        raise InvalidTypeError("validation must be (X, y) or (X, y, sample_weight)")
    X, y, *weights = validation
    weight = weights[0] if weights else None
    return Data.check(plan.objective, X, y, weight, plan.dtype, "validation ")


def _callbacks(callbacks: Any) -> list[Callback]:
    if type(callbacks) is tuple and not callbacks:
        return []
    given = (callbacks,) if callable(callbacks) else callbacks
    given = items_of("callbacks", given, "functions of a Progress")
    for callback in given:
        require_function("callbacks", callback, "a Progress")
    return list(given)
