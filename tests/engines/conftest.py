"""Both engines, and what it means that they agree.

They compute the same formulas; they differ in the order of sums and in the last bits of exp, tanh
and log. Those differences are of a few eps (2.2e-16, or 1.2e-7 in float32) times the size of what
is added up, and a dozen updates of a small network carry them on by a factor of some hundreds.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

import chainrule as cr
from chainrule.activations import ACTIVATIONS
from chainrule.domain import Interval, Points, Simplex
from chainrule.engines import ReferenceEngine, Report
from chainrule.engines.compiled import CompiledEngine
from chainrule.losses import LOSSES, Loss
from chainrule.plan import Data, Plan, State
from chainrule.random import Key
from chainrule.typing import Array

# (relative, absolute): one evaluation, and a dozen updates.
ONCE = {np.float64: (1e-12, 1e-13), np.float32: (2e-5, 2e-6)}
TRAINED = {np.float64: (1e-9, 1e-11), np.float32: (2e-3, 2e-5)}


@dataclass
class Both:
    """The reference and the compiled engine, asked the same questions."""

    reference: ReferenceEngine
    compiled: CompiledEngine

    def advance(self, plan: Plan, data: Data, epochs: int = 3) -> Report:
        """What the compiled engine reports, which must be what the reference reports."""
        state = State.start(plan, plan.objective.network.initial_parameters(7))
        assert self.compiled.why_not(plan, data) == ""
        ours = self.compiled.session(plan, data).advance(state, epochs=epochs)
        theirs = self.reference.session(plan, data).advance(state, epochs=epochs)
        rtol, atol = TRAINED[plan.dtype.type]
        close = {"rtol": rtol, "atol": atol}
        assert (ours.ended, theirs.ended) == ("done", "done")
        assert (ours.state.update, ours.state.epoch) == (theirs.state.update, theirs.state.epoch)
        np.testing.assert_allclose(
            ours.state.parameters.vector, theirs.state.parameters.vector, **close
        )
        np.testing.assert_allclose(
            ours.state.optimizer_state, theirs.state.optimizer_state, **close
        )
        np.testing.assert_allclose(ours.losses, theirs.losses, **close)
        np.testing.assert_allclose(ours.gradient_norms, theirs.gradient_norms, **close)
        np.testing.assert_array_equal(ours.learning_rates, theirs.learning_rates)
        assert ours.seconds.shape == (epochs,)
        assert ours.state.parameters.vector.dtype == ours.state.optimizer_state.dtype == plan.dtype
        return ours

    def evaluate(self, plan: Plan, data: Data) -> None:
        """Value, gradient (in training and at evaluation) and outputs must agree."""
        objective = plan.objective
        parameters = objective.network.initial_parameters(7, plan.dtype)
        rtol, atol = ONCE[plan.dtype.type]
        close = {"rtol": rtol, "atol": atol}
        for key in (None, Key(plan.seed, 5, 0)):
            value, gradient = self.compiled.value_and_gradient(objective, parameters, data, key)
            v, g = self.reference.value_and_gradient(objective, parameters, data, key)
            np.testing.assert_allclose(value, v, **close)
            np.testing.assert_allclose(gradient.vector, g.vector, **close)
            assert gradient.layout is parameters.layout
        np.testing.assert_allclose(
            self.compiled.value(objective, parameters, data),
            self.reference.value(objective, parameters, data),
            **close,
        )
        outputs = self.compiled.predictor(objective.network, parameters)(data.X)
        np.testing.assert_allclose(
            outputs, self.reference.predictor(objective.network, parameters)(data.X), **close
        )
        assert outputs.dtype == plan.dtype


@pytest.fixture(scope="session")
def both() -> Both:
    """The two engines."""
    return Both(ReferenceEngine(), CompiledEngine())


@pytest.fixture(scope="session")
def table() -> Callable[..., Data]:
    """Rows for a plan: inputs around 0, targets that its loss takes, weights on demand."""

    def of(plan: Plan, n: int = 23, seed: int = 0, weighted: bool = False) -> Data:
        rng = np.random.default_rng(seed)
        objective = plan.objective
        X = rng.normal(size=(n, objective.network.n_in))
        y = targets(objective.loss, n, objective.network.n_out, rng)
        weight = rng.integers(0, 4, size=n) * 0.5 if weighted else None
        return Data.check(objective, X, y, weight, dtype=plan.dtype)

    return of


def targets(loss: Loss, n: int, n_out: int, rng: np.random.Generator) -> Array:
    """Random targets from the set that a loss declares, its corners and what is between them."""
    corner = np.arange(n)[:, None] % 2 == 0
    match loss.targets:
        case Points(values):
            return rng.choice(values, size=(n, n_out))
        case Simplex():
            one_hot = np.eye(n_out)[rng.integers(n_out, size=n)]
            return np.where(corner, one_hot, rng.dirichlet(np.ones(n_out), size=n))
        case Interval(low, high) if np.isfinite([low, high]).all():
            ends = rng.choice([low, high], size=(n, n_out))
            return np.where(corner, ends, rng.uniform(low, high, size=(n, n_out)))
        case Interval(low) if np.isfinite(low):
            return low + rng.poisson(2.0, size=(n, n_out)).astype(float)
    return rng.normal(size=(n, n_out))


@pytest.fixture(scope="session")
def fitting_pairs() -> list[tuple[Loss, str]]:
    """Every listed loss and some more, with each activation whose range lies in its domain."""
    kinds: list[Loss] = [
        *LOSSES.values(),
        cr.Huber(delta=0.4),
        cr.Quantile(quantile=(0.1, 0.5, 0.8)),
        cr.Quantile(quantile=0.3),
        cr.BinaryCrossEntropy(label_smoothing=0.1, factor=2.0),
        cr.CrossEntropy(label_smoothing=0.1, factor=2.0, reduction="sum"),
    ]
    return [
        (loss, activation.name)
        for loss in kinds
        for activation in ACTIVATIONS.values()
        if loss.domain.includes(activation.range)
    ]
