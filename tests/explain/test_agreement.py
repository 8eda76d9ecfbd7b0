"""All ways to a derivative agree: factors, paths, delta form, both engines, differences."""

from itertools import product as combinations
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.explain.problems import Problem, problems, weights

import chainrule as cr
from chainrule.backprop import value_and_gradient
from chainrule.engines.choose import compiled_engine
from chainrule.explain import explain, explain_batch
from chainrule.explain.derivation.jacobians import rounding_of, stages_of
from chainrule.explain.derivation.loss_gradient import LOST
from chainrule.objective import Objective
from chainrule.plan import Data, Plan


def asked(problem: Problem, weight: str, **others):
    o = problem.objective
    return explain(
        o, problem.parameters, problem.X, problem.y, weight=weight,
        sample_weight=problem.sample_weight, **others,
    )  # fmt: skip


def every_path(problem: Problem, weight: str, in_one_step: bool) -> list[float]:
    """The contributions of all paths, one by one: no dynamic programming, no vectors."""
    view, index = problem.network.layout.locate(weight)
    stages = stages_of(problem.network, problem.parameters, problem.X)
    k0 = next(k for k, stage in enumerate(stages) if stage.layer == view.layer)
    later = [s.jacobian() for s in stages[k0 + 1 :]]
    later = [np.diag(j) if j.ndim == 1 else j for j in later]
    start = stages[k0].by_parameter(view.key, index)[0]
    end = problem.objective.loss.gradient(stages[-1].after, problem.y)[0]
    if in_one_step:
        end = problem.objective.from_logits.gradient(stages[-1].before, problem.y)[0]
        stages, later = stages[:-1], later[:-1]
    w = 1.0 if problem.sample_weight is None else float(problem.sample_weight[0])
    scale = w if problem.objective.loss.reduction == "sum" else 1.0
    found = []
    for units in combinations(*(range(len(s.after[0])) for s in stages[k0:])):
        steps = [j[b, a] for j, a, b in zip(later, units[:-1], units[1:], strict=True)]
        found.append(start[units[0]] * prod(steps) * end[units[-1]] * scale)
    return found


def close(a: float, b: float, noise: float = 0.0) -> None:
    # The same numbers in another order: some eps of what is added up.
    assert abs(a - b) <= 1e-12 * max(abs(a), abs(b)) + noise + 1e-300


def noise_of(problem: Problem, weight: str) -> float:
    """How far rounding may take a sum over all paths, loss and activation in one step or in two.

    Two steps are taken only where they miss the one by less than `LOST` of it.
    """
    view, index = problem.network.layout.locate(weight)
    loss, form, noise = problem.objective.loss, problem.objective.from_logits, 0.0
    w = 1.0 if problem.sample_weight is None else max(float(problem.sample_weight.max()), 1.0)
    for x, y in zip(problem.X, problem.y, strict=True):
        stages = stages_of(problem.network, problem.parameters, x[None])
        k0 = next(k for k, stage in enumerate(stages) if stage.layer == view.layer)
        start, a = stages[k0].by_parameter(view.key, index)[0], stages[-1].after
        if form is None:
            end = loss.gradient(a, y[None])[0] * w
            noise += rounding_of(stages[k0:], start, end, a[0], y, w * loss.factor)
            continue
        end = form.gradient(stages[-1].before, y[None])[0] * w
        noise += rounding_of(stages[k0:-1], start, end, a[0], y, w * loss.factor)
        reached = np.abs(start)
        for stage in stages[k0 + 1 : -1]:
            j = np.abs(stage.jacobian())
            reached = j * reached if j.ndim == 1 else j @ reached
        noise += LOST * float(reached @ np.abs(end))
    return noise


@settings(max_examples=60)
@given(st.data())
def test_all_ways_agree_on_one_row(data):
    check_all_ways(data)


@pytest.mark.slow
@settings(max_examples=400)
@given(st.data())
def test_all_ways_agree_on_any_row(data):
    check_all_ways(data)


def check_all_ways(data):
    problem = data.draw(problems())
    weight = data.draw(weights(problem))
    e = asked(problem, weight, paths=4)
    paths = every_path(problem, weight, in_one_step=bool(e.unfused))
    noise = noise_of(problem, weight)
    close(e.path_total, sum(paths), noise)
    close(e.product, prod(f.value for f in e.factors))
    if e.delta_form is not None:
        close(e.delta_form.value, e.path_total)
    # The k largest, exactly: the same sizes as sorting all of them gives.
    largest = sorted((abs(p) for p in paths if p != 0), reverse=True)[:4]
    np.testing.assert_allclose([abs(p.contribution) for p in e.paths], largest, rtol=1e-12)
    for path in e.paths:
        close(path.contribution, prod(path.factors))
    close(e.remainder + sum(p.contribution for p in e.paths), e.path_total, noise)
    assert e.n_paths == _count(problem, weight, in_one_step=bool(e.unfused))
    # Backpropagation by the fused form, with the penalties.
    view, index = problem.network.layout.locate(weight)
    _, gradient = value_and_gradient(
        problem.objective, problem.parameters, problem.X, problem.y, problem.sample_weight
    )
    assert e.derivative == view.of(gradient.vector)[index]
    close(e.path_total + sum(f.value for f in e.penalties), e.derivative, noise)
    assert e.check.verdict in ("agrees", "kink", "hidden by rounding")


def _count(problem: Problem, weight: str, in_one_step: bool) -> int:
    """Paths that lead from a weight's own unit to the loss and go on from unit to unit."""
    view, index = problem.network.layout.locate(weight)
    stages = stages_of(problem.network, problem.parameters, problem.X)
    k0 = next(k for k, stage in enumerate(stages) if stage.layer == view.layer)
    reach = np.zeros(len(stages[k0].after[0]), dtype=int)
    reach[index[-1]] = 1
    for stage in stages[k0 + 1 : -1 if in_one_step else None]:
        j = stage.jacobian()
        reach = reach if j.ndim == 1 else np.full(len(j), reach.sum())
    return int(reach.sum())


@settings(max_examples=60)
@given(st.data())
def test_the_compiled_engine_agrees(data):
    problem = data.draw(problems())
    weight = data.draw(weights(problem))
    engine, why = compiled_engine(1)
    assert engine is not None, why
    rows = Data(problem.X, problem.y, problem.sample_weight)
    plan = Plan(problem.objective, "sgd", seed=0)
    assert engine.why_not(plan, rows) == ""
    _, gradient = engine.value_and_gradient(problem.objective, problem.parameters, rows)
    view, index = problem.network.layout.locate(weight)
    e = asked(problem, weight)
    size = max(abs(gradient.vector).max(), 1.0)
    # Other exponentials and orders of sums: some hundred eps of the largest gradient.
    assert e.derivative == pytest.approx(
        view.of(gradient.vector)[index], rel=1e-9, abs=1e-11 * size
    )


@settings(max_examples=60)
@given(st.data())
def test_a_batch_sums_to_the_gradient(data):
    problem = data.draw(problems(rows=5))
    weight = data.draw(weights(problem))
    e = explain_batch(
        problem.objective, problem.parameters, problem.X, problem.y, weight=weight,
        sample_weight=problem.sample_weight,
    )  # fmt: skip
    sizes = [abs(s.share) for s in e.samples]
    assert sizes == sorted(sizes, reverse=True)
    noise = noise_of(problem, weight)
    close(e.total, sum(s.share for s in e.samples), noise)
    close(e.total + sum(f.value for f in e.penalties), e.derivative, noise)
    # Each row's product is what explaining that row alone gives.
    plain = Objective(problem.network, problem.objective.loss)
    for r in range(5):
        alone = explain(plain, problem.parameters, problem.X, problem.y, weight=weight, row=r)
        sample = next(s for s in e.samples if s.label == f"x[{r}]")
        close(sample.product, alone.path_total, noise)


@settings(max_examples=40)
@given(st.data())
def test_the_vectors_lead_back_to_the_weight(data):
    problem = data.draw(problems())
    weight = data.draw(weights(problem))
    e = asked(problem, weight)
    view, index = problem.network.layout.locate(weight)
    stages = stages_of(problem.network, problem.parameters, problem.X)
    k0 = next(k for k, stage in enumerate(stages) if stage.layer == view.layer)
    maps = stages[k0:-1] if e.unfused else stages[k0:]
    assert [g.shape for g in e.gradients] == [s.after[0].shape for s in reversed(maps)]
    start = stages[k0].by_parameter(view.key, index)[0]
    close(float(start @ e.gradients[-1].values), e.path_total)
    if e.fused is not None and not e.unfused:
        np.testing.assert_allclose(e.fused.unfused, e.fused.values, rtol=LOST)


@pytest.mark.slow
def test_ten_layers_of_a_thousand_units():
    network = cr.mlp(1000, [1000] * 9, 10, "tanh", "softmax")
    x, y = np.linspace(-1, 1, 1000), np.eye(10)[3]
    e = explain(network, network.initial_parameters(0), x, y, loss="cross_entropy", weight="h2.w5")
    assert e.n_paths == 1000**8 * 10 * 10
    assert e.check.verdict == "agrees"
    sizes = [abs(path.contribution) for path in e.paths]
    assert len(sizes) == 5
    assert sizes == sorted(sizes, reverse=True)
    # Ten sums of a thousand products each, once for each loss form.
    assert e.path_total == pytest.approx(e.derivative, rel=1e-8)
