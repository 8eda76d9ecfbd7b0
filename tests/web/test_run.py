"""The past of a run: whatever is gone back to has the bits that it had."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

import chainrule as cr
from chainrule.web.explaining import preview
from chainrule.web.exports import code
from chainrule.web.problem import changed_parameters, data_of, problem_of
from chainrule.web.refusal import RefusedError
from chainrule.web.run import MOST_BRANCHES, Run
from chainrule.web.session import PageSession
from chainrule.web.settings import Settings
from chainrule.web.starts import start
from chainrule.web.timeline import MOST_ROWS, MOST_STATES, Cause

DROPOUT = [
    {"kind": "dense", "units": 4, "activation": "relu"},
    {"kind": "dropout", "rate": 0.2},
    {"kind": "batch_norm"},
    {"kind": "dense", "units": 1, "activation": "sigmoid"},
]
HOW = {
    "sgd": {},
    "everything": {
        "layers": DROPOUT,
        "optimizer": {"type": "Adam", "learning_rate": 0.01},
        "schedule": {"type": "CosineDecay", "steps": 50},
        "penalties": [{"type": "L2", "strength": 0.01}],
        "clip_norm": 1.0,
    },
}


def problem(name="circle", **changes):
    settings = Settings().changed({**start(name), **changes})
    return problem_of(settings, data_of(settings.data, {}))


def to(run, update):
    """Advance to an update in pieces of random length."""
    pieces = np.random.default_rng(update).integers(1, 9, 10_000).tolist()
    while run.state.update < update:
        assert run.advance(min(pieces.pop(), update - run.state.update)) > 0
    assert run.state.update == update
    return run.state


@pytest.fixture(params=HOW.values(), ids=HOW)
def run(request):
    return Run(problem(**request.param))


def test_a_run_is_the_training_of_the_library(run):
    p = run.problem
    session, state = cr.training_session(
        p.network, *p.data.training(p.loss), loss=p.loss, optimizer=p.plan.optimizer,
        schedule=p.plan.schedule, batch_size=p.plan.batch_size, seed=p.plan.seed,
        penalties=p.objective.penalties, clip_norm=p.plan.clip_norm,
        validation=p.data.validation(p.loss),
    )  # fmt: skip
    report = session.advance(state, epochs=9)
    assert to(run, report.state.update) == report.state
    rows = run.branch.rows(np.inf)
    np.testing.assert_array_equal(rows[:, 2], report.losses)
    np.testing.assert_array_equal(rows[:, 3], report.validation_losses)
    np.testing.assert_array_equal(rows[:, 0], np.arange(1, 10) * p.n_batches)


def test_any_update_is_gone_back_to_with_its_bits(run):
    seen = {update: to(run, update) for update in range(0, 200, 7)}
    curve = run.branch.rows(np.inf)
    for update in np.random.default_rng(0).permutation(list(seen)).tolist():
        run.go_near(update)
        assert run.state.update <= update
        assert to(run, update) == seen[update]
    run.go_near(0)
    assert run.state == run.problem.start
    to(run, 196)
    np.testing.assert_array_equal(run.branch.rows(np.inf), curve)


def test_states_and_curves_are_thinned_and_stay_exact(monkeypatch):
    run = Run(problem("lesson_line"))
    seen = {}
    for update in range(1, 20_000, 13):
        state = to(run, update) if update < 100 else (run.advance(13), run.state)[1]
        seen[state.update] = state
    assert len(run.segment.kept.states) <= MOST_STATES
    assert len(run.segment.curve.rows) <= MOST_ROWS
    for update in (seen_update for k, seen_update in enumerate(seen) if k % 97 == 0):
        run.go_near(update)
        while run.state.update < update:
            run.advance(update - run.state.update)
        assert run.state == seen[update]


def test_an_edit_in_the_past_begins_a_branch(run):
    last = to(run, 120)
    run.go_near(50)
    before = to(run, 50)
    run.edit("h1.w1", 0.25)
    assert (run.branch.number, run.branch.parent, run.branch.last) == (1, 0, 50)
    expected = before.parameters.copy()
    expected["h1.w1"] = 0.25
    assert run.state.parameters == expected
    changed = to(run, 90)
    run.go_near(120, 0)
    assert to(run, 120) == last
    run.go_near(90, 1)
    assert to(run, 90) == changed
    run.go_near(49, 1)  # the part that both have
    assert to(run, 49).update == 49
    assert [m.label for m in run.branch.pieces[-1].segment.causes] == ["h1.w1 = 0.25"]


def test_a_change_in_the_present_goes_on_in_the_same_branch(run):
    to(run, 40)
    new = run.problem.settings.changed({"optimizer": {"type": "SGD", "learning_rate": 0.01}})
    run.change(problem_of(new, run.problem.data), Cause("settings", "rate"))
    after = to(run, 80)
    assert len(run.branches) == 1
    run.go_near(20)
    assert to(run, 80) == after


def test_branches_are_bounded():
    run = Run(problem("xor"))
    for k in range(MOST_BRANCHES + 3):
        to(run, 10)
        run.go_near(5)
        to(run, 5)
        run.edit("o1.b", float(k))
    assert len(run.branches) == MOST_BRANCHES
    with pytest.raises(RefusedError, match="branch"):
        run.go_near(0, 0)
    with pytest.raises(RefusedError, match="from 0 to 5"):
        run.go_near(6)


def test_an_edit_is_refused_where_nothing_has_that_name():
    run = Run(problem("xor"))
    with pytest.raises(cr.errors.UnknownNameError, match="unknown parameter 'h9"):
        run.edit("h9.w1", 0.0)
    with pytest.raises(RefusedError, match="names an array"):
        run.edit("layers[0].W", 0.0)


def test_units_that_stay_keep_their_numbers():
    old = problem("circle")
    run = Run(old)
    to(run, 30)
    layers = [{"kind": "dense", "units": n, "activation": "tanh"} for n in (5, 2)]
    layers.append({"kind": "dense", "units": 1, "activation": "sigmoid"})
    new = problem_of(old.settings.changed({"layers": layers}), old.data)
    vector = changed_parameters(old, run.state, new)
    before, after = run.state.parameters, cr.Parameters(new.network.layout, vector)
    np.testing.assert_array_equal(after["layers[0].W"][:, :4], before["layers[0].W"])
    np.testing.assert_array_equal(after["layers[1].W"][:4], before["layers[1].W"])
    np.testing.assert_array_equal(after["layers[2].W"], before["layers[2].W"])
    fresh = new.start.parameters
    np.testing.assert_array_equal(after["layers[0].W"][:, 4], fresh["layers[0].W"][:, 4])


def test_the_rows_of_the_next_batch_are_those_that_it_is_made_of():
    run = Run(problem("circle"))
    p = run.problem
    X, y = p.data.training(p.loss)
    for update in (0, 4, 8, 9, 10, 17, 18):  # 9 batches in an epoch, the last one of 12 rows
        state = to(run, update)
        told = preview(p, state, 1)
        rows = told["rows"]
        assert len(rows) == (12 if update % 9 == 8 else 16)
        value, _ = cr.value_and_gradient(p.objective, state.parameters, X[rows], y[rows])
        np.testing.assert_allclose(told["batch_loss"], value, rtol=1e-12)


def test_divergence_keeps_the_weights_from_before():
    run = Run(problem("lesson_line", optimizer={"type": "SGD", "learning_rate": 1e200}))
    while not run.ended:
        run.advance(10)
    assert run.ended == "diverged"
    assert "lower learning rate" in run.message
    assert np.isfinite(run.state.parameters.vector).all()
    assert run.branch.last == run.state.update


def test_a_rule_and_a_number_of_epochs_end_it():
    run = Run(problem("lesson_line", stop=[{"type": "Target", "value": 0.01}]))
    while not run.ended:
        run.advance(50)
    assert (run.ended, run.message) == ("stopped", "loss has reached 0.01")
    losses = run.branch.rows(np.inf)[:, 2]
    assert losses[-1] <= 0.01 < losses[-2]
    run = Run(problem("circle", epochs=3))
    while not run.ended:
        run.advance(50)
    assert (run.ended, run.state.epoch) == ("done", 3)


@pytest.mark.parametrize("name", ["iris_perceptron", "equation", "equation_in_turn"])
def test_learners_without_gradients_are_walked_through(name):
    run = Run(problem(name))
    while not run.ended:
        run.advance(3)
    assert run.ended == "stopped"
    last, p = run.state, run.problem
    if name == "iris_perceptron":
        fit = cr.gradient_free.perceptron_rule(p.data.X, p.data.y, learning_rate=0.01)
        assert fit.separated
        np.testing.assert_array_equal(last.parameters.vector[:2], fit.weights[-1])
        assert run.branch.rows(np.inf)[-1, 2] == 0
    else:
        assert 256 * last.parameters["w1"] + 212 * last.parameters["w2"] == 1492
    run.go_near(1)
    assert to(run, 1).update == 1


def test_the_lessons_losses_are_reached():
    people = Run(problem("lesson_people"))
    to(people, 4 * 10)
    people.advance(4 * 990)
    p = people.problem
    X, y = p.data.training(p.loss)
    names = ["w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3"]
    draw = np.random.RandomState(44)
    result = cr.train(
        p.network, X, y, loss="mean_squared_error", optimizer=cr.SGD(0.1), epochs=1000,
        batch_size=1, shuffle=False, initial={name: draw.normal() for name in names},
    )  # fmt: skip
    assert people.state.parameters == result.parameters


CHANGES = {
    "plain": [],
    "edit": [("edit", "h1.w2", 0.1)],
    "rate": [("optimizer", {"type": "SGD", "learning_rate": 0.05, "momentum": 0.9})],
    "other optimizer": [("optimizer", {"type": "Adam"}), ("edit", "o1.b", -0.5)],
    "layers": [("layers", 6), ("edit", "h6.w1", 2.0)],
    "all": [("edit", "w1", 1.5), ("optimizer", {"type": "RMSprop"}), ("layers", 3)],
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("first", [0, 23])
def test_the_code_repeats_the_run_to_the_bit(changes, first, tmp_path):
    run = Run(problem("circle"))
    to(run, first)
    for change in changes:
        if change[0] == "edit":
            run.edit(*change[1:])
        elif change[0] == "optimizer":
            new = run.problem.settings.changed({"optimizer": change[1]})
            run.change(problem_of(new, run.problem.data), Cause("settings", "optimizer"))
        else:
            old = run.problem
            layers = [{"kind": "dense", "units": n} for n in (change[1], 2)]
            layers.append({"kind": "dense", "units": 1, "activation": "sigmoid"})
            new = problem_of(old.settings.changed({"layers": layers}), old.data)
            run.change(new, Cause("layers", "layers"), changed_parameters(old, run.state, new))
        to(run, run.state.update + 11)
    file = tmp_path / "run.py"
    file.write_text(code(run) + "np.save('end.npy', state.parameters.vector)\n")
    subprocess.run(
        [sys.executable, "-W", "error", file], check=True, cwd=tmp_path, capture_output=True,
        env={**os.environ},
    )  # fmt: skip
    np.testing.assert_array_equal(np.load(tmp_path / "end.npy"), run.state.parameters.vector)


def test_a_second_run_catches_up_without_holding_the_page_up(monkeypatch):
    monkeypatch.setattr("chainrule.web.session.PATIENCE", 0.01)
    one = PageSession("one", Settings().changed(start("circle")))
    try:
        one.ask(lambda: one.run.advance(50_000)).result(60)
        one.ask(lambda: one.compare({"seed": 1})).result(60)
        assert one.moment.other[1].update < 50_000
        end = time.monotonic() + 60
        while one.moment.other[1].update < 50_000:
            assert time.monotonic() < end, "it never caught up"
            time.sleep(0.01)
        alone = Run(problem(seed=1))
        assert to_end(alone, 50_000).parameters == one.moment.other[1].parameters
        one.ask(lambda: one.step(9)).result(60)
        assert one.moment.other[1].update == one.moment.state.update == 50_009
    finally:
        one.close()


def to_end(run, update):
    while run.state.update < update:
        run.advance(update - run.state.update)
    return run.state
