"""L-BFGS on the page: whole iterations, the past as exact as with any other optimizer."""

import os
import subprocess
import sys

import numpy as np
import pytest

import chainrule as cr
from chainrule.web.explaining import next_rows, preview
from chainrule.web.exports import code
from chainrule.web.problem import data_of, problem_of
from chainrule.web.refusal import RefusedError
from chainrule.web.run import Run
from chainrule.web.settings import Settings
from chainrule.web.starts import start
from chainrule.web.timeline import Cause


def problem(**changes):
    settings = Settings().changed({**start("circle"), "optimizer": {"type": "LBFGS"}, **changes})
    return problem_of(settings, data_of(settings.data, {}))


def trained(p, **changes):
    """What the library does without a page."""
    given = {"optimizer": p.plan.optimizer, "seed": p.settings.seed, **changes}
    return cr.train(
        p.network, *p.data.training(p.loss), loss=p.loss, divergence="ignore",
        validation=p.data.validation(p.loss), **given,
    )  # fmt: skip


def test_each_update_is_an_iteration_of_the_library_s_solver():
    run = Run(problem())
    for k in (1, 2, 7, 20):
        run.advance(k - run.state.update)
        assert run.state.update == run.state.epoch == k
        result = trained(run.problem, epochs=k)
        assert run.state.parameters == result.parameters
        rows = run.branch.rows(np.inf)
        np.testing.assert_array_equal(rows[:, 2], result.history.loss)
        np.testing.assert_array_equal(rows[:, 3], result.history.validation_loss)


def test_any_iteration_is_gone_back_to_also_by_a_solver_that_is_new():
    run = Run(problem())
    seen = [run.state]
    for _ in range(12):
        run.advance(1)
        seen.append(run.state)
    for update in (3, 11, 0, 7):
        run.problem.release()
        run.go_near(update)
        run.advance(update - run.state.update)
        assert run.state.parameters == seen[update].parameters
        run.advance(1)
        assert run.state.parameters == seen[update + 1].parameters


def test_it_ends_where_the_solver_ends():
    run = Run(problem())
    while not run.ended:
        run.advance(50)
    result = trained(run.problem, epochs=10_000)
    assert (run.ended, run.message) == ("stopped", result.stopped)
    assert run.state.update == len(result.history)
    assert run.state.parameters == result.parameters
    assert run.advance(1) == 0


def test_a_stop_rule_ends_it():
    run = Run(problem(stop=[{"type": "Target", "value": 0.5}]))
    while not run.ended:
        run.advance(5)
    result = trained(run.problem, epochs=10_000, stop=cr.Target(0.5))
    assert (run.message, run.state.update) == (result.stopped, len(result.history))


def test_code_gives_the_same_bits_after_an_edit_and_another_optimizer(tmp_path):
    run = Run(problem())
    run.advance(4)
    run.edit("h1.w1", 0.5)
    run.advance(3)
    adam = problem_of(
        run.problem.settings.changed({"optimizer": {"type": "Adam", "learning_rate": 0.01}}),
        run.problem.data,
    )
    run.change(adam, Cause("settings", "Adam"))
    run.advance(10)
    script = code(run) + "np.save('end.npy', state.parameters.vector)\n"
    subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, check=True, env={**os.environ}, timeout=60
    )
    assert np.load(tmp_path / "end.npy").tobytes() == run.state.parameters.vector.tobytes()


def test_an_update_is_foreseen_without_being_done():
    run = Run(problem())
    run.advance(2)
    before = run.state
    seen = preview(run.problem, run.state, 1)
    assert run.state is before
    assert seen["learning_rate"] is None
    assert next_rows(run.problem, run.state) is None
    run.advance(1)
    assert seen["parameters"] == run.state.parameters.vector.tolist()


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"clip_norm": 1.0}, "clip_norm", "line search"),
        (
            {
                "layers": [
                    {"kind": "dropout"},
                    {"kind": "dense", "units": 1, "activation": "sigmoid"},
                ]
            },
            "optimizer.type",
            "Dropout",
        ),
        ({"optimizer": {"type": "LBFGS", "memory": 0}}, "optimizer.memory", "memory"),
    ],
)
def test_what_it_cannot_do_is_said_beside_the_field(changes, field, word):
    with pytest.raises(RefusedError, match=word) as refused:
        problem(**changes)
    assert refused.value.field == field


def test_samples_are_refused(page):
    page.ask("configure", settings={**start("circle"), "optimizer": {"type": "LBFGS"}})
    said = page.refused("step", by="sample")
    assert (said["field"], said["message"]) == (
        "by", "L-BFGS sees all rows in each iteration; step by batch",
    )  # fmt: skip
    page.ask("step", by="batch", count=3)
    page.frame_at(3)
    page.ask("step", by="back")
    page.frame_at(2)
