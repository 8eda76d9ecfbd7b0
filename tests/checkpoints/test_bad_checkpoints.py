"""A checkpoint that cannot be gone on from is refused by name, and nothing is lost."""

import json
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save, save_file

import chainrule as cr
from chainrule.errors import (
    DataWarning,
    InvalidTypeError,
    InvalidValueError,
    ModelFileError,
    WriteError,
)
from chainrule.training import keeper

X = np.random.default_rng(0).normal(size=(20, 2))
Y = X[:, :1] * X[:, 1:]


def train(checkpoint=None, rows=X, targets=Y, **options):
    given = {"loss": "mse", "seed": 0, "epochs": 3, "batch_size": 4, **options}
    network = given.pop("network", cr.mlp(2, (3,), 1))
    return cr.train(network, rows, targets, checkpoint=checkpoint, **given)


@pytest.fixture
def place(tmp_path):
    """A checkpoint after three epochs."""
    train(tmp_path / "run.checkpoint")
    return tmp_path / "run.checkpoint"


OTHERS = {
    "network": {"network": cr.mlp(2, (4,), 1)},
    "loss": {"loss": "huber"},
    "penalties": {"penalties": cr.L2(0.1)},
    "optimizer": {"optimizer": cr.Adam(0.01)},
    "schedule": {"schedule": cr.CosineDecay(9)},
    "batch_size": {"batch_size": 5},
    "shuffle": {"shuffle": False},
    "seed": {"seed": 1},
    "clip_norm": {"clip_norm": 1.0},
    "dtype": {"dtype": np.float32},
    "order": {"order": lambda epoch, n: np.arange(n)},
    "rows": {"rows": X + 1e-12},
    "validation": {"validation": (X, Y)},
    "metrics": {"metrics": ["r2"]},
    "stop": {"stop": cr.Tolerance()},
    "first epoch": {"initial": train().state},
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_training_is_named(place, name):
    before = place.read_bytes()
    with pytest.raises(cr.CheckpointError, match=f"{name} is .* there and .* here"):
        train(cr.Checkpoint(place, resume=True), **OTHERS[name])
    assert place.read_bytes() == before


def test_weights_and_targets_are_rows_too(place):
    again = cr.Checkpoint(place, resume=True)
    for others in ({"sample_weight": np.ones(20)}, {"targets": Y * 2}):
        with pytest.raises(cr.CheckpointError, match=r"rows is 20 x 2 .*another path"):
            train(again, **others)


def test_what_a_user_says_it_belongs_to(tmp_path):
    train(cr.Checkpoint(tmp_path / "c", belongs_to={"table": "v1"}))
    message = "table is v1 there and v2 here"
    with pytest.raises(cr.CheckpointError, match=message):
        train(cr.Checkpoint(tmp_path / "c", resume=True, belongs_to={"table": "v2"}))
    with pytest.raises(cr.CheckpointError, match="table is v1 there and nothing here"):
        train(cr.Checkpoint(tmp_path / "c", resume=True))


def test_what_is_compared_in_any_case_is_not_named_again(tmp_path):
    for name in ("seed", "metrics", "rows"):
        with pytest.raises(InvalidValueError, match=f"must not name '{name}', which is compared"):
            train(cr.Checkpoint(tmp_path / "c", belongs_to={name: "mine"}))
    for strange in ({"a": 1}, {1: "a"}, ["a"], None):
        with pytest.raises(InvalidTypeError, match="belongs_to"):
            cr.Checkpoint(tmp_path / "c", belongs_to=strange)
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_that_is_there_is_not_lost(place):
    before = place.read_bytes()
    with pytest.raises(InvalidValueError, match="is there already: resume=True goes on from it"):
        train(place)
    assert place.read_bytes() == before


def test_lbfgs_is_refused_by_name(tmp_path):
    with pytest.raises(InvalidValueError, match="checkpoint must be None for L-BFGS: SciPy"):
        train(tmp_path / "c", optimizer="lbfgs", batch_size="full")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("every", "kind"),
    [
        ("soon", InvalidValueError),
        ("1.5 epochs", InvalidValueError),
        ("0 updates", InvalidValueError),
        ("-3 epochs", InvalidValueError),
        ("1e3 epochs", InvalidValueError),
        ("5 parsecs", InvalidValueError),
        ("9" * 30 + " epochs", InvalidValueError),
        ("x" * 1000, InvalidValueError),
        (0, InvalidValueError),
        (2.5, InvalidTypeError),
        (True, InvalidTypeError),
        (None, InvalidTypeError),
    ],
)
def test_intervals_that_are_none(every, kind):
    with pytest.raises(kind, match=r"every \(=.*\) must"):
        cr.Checkpoint("c", every)


@pytest.mark.parametrize(
    ("every", "number", "unit"),
    [
        (3, 3, "epochs"),
        ("1 epoch", 1, "epochs"),
        ("500 updates", 500, "updates"),
        ("2.5 seconds", 2.5, "seconds"),
        ("30s", 30, "seconds"),
        ("2 min", 120, "seconds"),
        ("1 hour", 3600, "seconds"),
    ],
)
def test_intervals(every, number, unit):
    assert cr.Checkpoint("c", every).interval == (number, unit)


@pytest.mark.parametrize("path", [None, 3, "", "a\0b", b"c"])
def test_paths_that_are_none(path):
    with pytest.raises(cr.ChainruleError, match="path"):
        cr.Checkpoint(path)


def test_a_place_that_cannot_be_written_is_known_at_once(tmp_path):
    with pytest.raises(WriteError, match="there is no folder"):
        train(tmp_path / "none" / "c")


def test_a_full_disk_later_on_does_not_end_the_training(tmp_path, monkeypatch):
    write, calls = keeper.write_snapshots, []

    def full(path, snapshots):
        calls.append(path)
        if len(calls) > 2:
            raise WriteError(f"cannot write {path}: No space left on device")
        write(path, snapshots)

    monkeypatch.setattr(keeper, "write_snapshots", full)
    with pytest.warns(DataWarning, match="No space left on device; training goes on") as warned:
        result = train(cr.Checkpoint(tmp_path / "c", 1))
    assert len(warned) == 1
    assert result.parameters == train().parameters
    monkeypatch.undo()
    again = train(cr.Checkpoint(tmp_path / "c", resume=True))
    assert again.parameters == result.parameters


def test_another_engine_goes_on_with_a_word(place):
    again = cr.Checkpoint(place, resume=True)
    with pytest.warns(DataWarning, match="by the engine 'compiled', and 'reference' goes on"):
        found = train(again, epochs=5, engine="reference")
    np.testing.assert_allclose(found.parameters.vector, train(epochs=5).parameters.vector)


def test_what_is_no_checkpoint(tmp_path, place):
    def resume(content):
        (tmp_path / "c").write_bytes(content)
        train(cr.Checkpoint(tmp_path / "c", resume=True))

    content = place.read_bytes()
    with pytest.raises(cr.CheckpointError, match="is no checkpoint, or is truncated"):
        resume(b"a,b\n1,2\n")
    with pytest.raises(cr.CheckpointError, match="is no checkpoint, or is truncated"):
        resume(content[:-3])
    save_file({"w": X}, tmp_path / "foreign")
    with pytest.raises(cr.CheckpointError, match="but no checkpoint of chainrule; a training"):
        resume((tmp_path / "foreign").read_bytes())
    cr.save_model(train(), tmp_path / "model")
    with pytest.raises(cr.CheckpointError, match=r"it has the format 'chainrule-1'"):
        resume((tmp_path / "model").read_bytes())
    with pytest.raises(ModelFileError, match=r"it has the format 'chainrule-checkpoint-1'"):
        cr.load_model(place)
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])["__metadata__"]
    newer = {**header, "format": "chainrule-checkpoint-2", "versions": '{"chainrule": "9.0.0"}'}
    with pytest.raises(cr.CheckpointError, match=r"written by chainrule 9\.0\.0"):
        resume(save({}, newer))
    (tmp_path / "folder").mkdir()
    with pytest.raises(cr.CheckpointError, match="is no file; name the checkpoint itself"):
        train(cr.Checkpoint(tmp_path / "folder", resume=True))


@settings(max_examples=60)
@given(st.data())
def test_a_changed_byte_is_found(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("changed")
    train(folder / "c", epochs=1)
    content = bytearray((folder / "c").read_bytes())
    length = 8 + int.from_bytes(content[:8], "little")
    place = data.draw(st.integers(0, data.draw(st.sampled_from([length, len(content)])) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    (folder / "c").write_bytes(content)
    with pytest.raises(cr.CheckpointError):
        train(cr.Checkpoint(folder / "c", resume=True), epochs=2)
    assert (folder / "c").read_bytes() == content


def test_a_rule_that_remembers_what_is_no_data(tmp_path):
    from dataclasses import dataclass

    from chainrule.plan import RuleState
    from chainrule.training import StopRule

    @dataclass(frozen=True)
    class Odd(RuleState):
        thing: object = None

    @dataclass(frozen=True)
    class Rule(StopRule):
        def start(self):
            return Odd()

        def check(self, history, state, memory):
            return Odd(thing=object()), ""

    with pytest.raises(InvalidTypeError, match=r"rules\.Rule\.thing .* is no number, word or"):
        train(tmp_path / "c", stop=Rule())


def test_sessions_of_others(tmp_path):
    def begin(**options):
        given = {"loss": "mse", "seed": 0, "batch_size": 4, **options}
        return cr.training_session(cr.mlp(2, (3,), 1), X, Y, **given)

    session, start = begin()
    place = tmp_path / "c"
    cr.save_checkpoint(session.advance(start, updates=3).state, place, session)
    other, _ = begin(batch_size=5)
    with pytest.raises(cr.CheckpointError, match="batch_size is 4 there and 5 here"):
        cr.load_checkpoint(place, other)
    with pytest.raises(cr.CheckpointError, match="there is no checkpoint"):
        cr.load_checkpoint(tmp_path / "none", session)
    with pytest.raises(InvalidTypeError, match="must be a Session"):
        cr.load_checkpoint(place, None)
    with pytest.raises(InvalidTypeError, match="must be a State"):
        cr.save_checkpoint(None, place, session)
    sgd, _ = begin(optimizer="sgd")
    with pytest.raises(InvalidValueError, match="belongs to another optimizer"):
        cr.save_checkpoint(start, place, sgd)
    assert os.listdir(tmp_path) == ["c"]


def test_estimators_need_an_integer_and_one_fit(tmp_path):
    model = cr.MLPRegressor(hidden_layer_sizes=3, max_iter=2)
    with pytest.raises(ValueError, match=r"random_state \(=None\) must be an integer with checkp"):
        model.fit(X, Y[:, 0], checkpoint=tmp_path / "c")
    model.set_params(random_state=0, solver="sgd", learning_rate="adaptive")
    with pytest.raises(ValueError, match=r"learning_rate \(='adaptive'\) must be another with"):
        model.fit(X, Y[:, 0], checkpoint=tmp_path / "c")
    model.set_params(solver="lbfgs", learning_rate="constant")
    with pytest.raises(ValueError, match="checkpoint must be None for L-BFGS"):
        model.fit(X, Y[:, 0], checkpoint=tmp_path / "c")
    table = cr.TabularRegressor(epochs=2, preset="plain")
    with pytest.raises(ValueError, match=r"random_state \(=None\) must be an integer with checkp"):
        table.fit({"a": X[:, 0]}, Y[:, 0], checkpoint=tmp_path / "c")
    assert list(tmp_path.iterdir()) == []
