"""Trained for n is trained for k, a checkpoint, and the rest: the same bits, wherever the cut."""

import shutil
from dataclasses import dataclass

import numpy as np
import pytest
import scipy.sparse as sp

import chainrule as cr
from chainrule.optimizers import OPTIMIZERS, ElementwiseOptimizer
from chainrule.plan import RuleState
from chainrule.schedules import SCHEDULES
from chainrule.training import StopRule

ELEMENTWISE = [name for name, o in OPTIMIZERS.items() if isinstance(o, ElementwiseOptimizer)]
ENGINES = ("compiled", pytest.param("reference", marks=pytest.mark.slow))
rng = np.random.default_rng(0)
X = rng.normal(size=(37, 3))
Y = np.c_[X[:, 0] * X[:, 1], X[:, 2] ** 2]
WEIGHTS = rng.uniform(0.5, 2, size=37)


@dataclass(frozen=True, eq=False)
class Slowing(RuleState):
    """What the rule below remembers, an array among it."""

    losses: np.ndarray = None

    def __eq__(self, other):
        return self.waited == other.waited and np.array_equal(self.losses, other.losses)


@dataclass(frozen=True)
class NoFall(StopRule):
    """A rule of one's own: the loss is no lower than three epochs ago."""

    def start(self):
        return Slowing(losses=np.empty(0))

    def check(self, history, state, memory):
        losses = np.append(memory.losses, history.loss[-1])[-4:]
        falls = len(losses) < 4 or losses[-1] < losses[0]
        return Slowing(losses=losses, waited=memory.waited + 1), "" if falls else "no fall"


def layers(kind):
    between = {
        "dense": (),
        "dropout": (cr.Dropout(0.3),),
        "batch": (cr.BatchNorm(5),),
        "layer": (cr.LayerNorm(5),),
        "frozen": (cr.Frozen(cr.Dense(5, 5, "tanh")),),
    }[kind]
    return cr.Network([cr.Dense(3, 5, "tanh"), *between, cr.Dense(5, 2)])


def train(epochs=9, kind="dense", rows=X, **options):
    given = {"loss": "mse", "seed": 4, "batch_size": 8, "epochs": epochs, **options}
    return cr.train(layers(kind), rows, Y, **given)


def assert_same(found, whole):
    assert found.state == whole.state
    assert found.parameters == whole.parameters
    assert (found.stopped, found.diverged) == (whole.stopped, whole.diverged)
    for curve in ("loss", "validation_loss", "gradient_norm", "learning_rate"):
        np.testing.assert_array_equal(
            getattr(found.history, curve), getattr(whole.history, curve), curve
        )
    assert found.history.metrics == whole.history.metrics


def check(moments, tmp_path, every="3 updates", **options):
    """Train with checkpoints, and go on from each of them; return how the whole one ended."""
    whole = train(**options)
    place = tmp_path / "run.checkpoint"
    assert_same(train(**options, checkpoint=cr.Checkpoint(place, every)), whole)
    assert len(moments) > 2
    for moment in [*moments]:
        shutil.copy(moment, place)
        again = cr.Checkpoint(place, "2 epochs", resume=True)
        assert_same(train(**options, checkpoint=again), whole)
    return whole


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("optimizer", ELEMENTWISE)
def test_every_optimizer(moments, tmp_path, optimizer, engine):
    check(moments, tmp_path, optimizer=optimizer, engine=engine, epochs=3)


@pytest.mark.parametrize("schedule", [*SCHEDULES.values(), cr.CosineDecay()], ids=repr)
def test_every_schedule(moments, tmp_path, schedule):
    check(moments, tmp_path, schedule=schedule, epochs=4)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", ["dropout", "batch", "layer", "frozen"])
def test_layers_with_masks_and_statistics(moments, tmp_path, kind, engine):
    check(moments, tmp_path, kind=kind, engine=engine, epochs=3)


OPTIONS = {
    "float32": {"dtype": np.float32},
    "unshuffled": {"shuffle": False},
    "full batches": {"batch_size": "full", "every": 2},
    "single rows": {"batch_size": 1, "epochs": 2, "every": "17 updates"},
    "clipping": {"clip_norm": 0.1},
    "weights": {"sample_weight": WEIGHTS},
    "penalties": {"penalties": ["l1", "l2"]},
    "sparse": {"rows": sp.csr_array(np.where(X > 0, X, 0))},
    "own order": {"order": lambda epoch, n: (np.arange(n) * 5 + epoch) % n},
    "an earlier state": {"initial": train(2).state},
    "many seconds": {"every": "0.000001 seconds", "epochs": 2},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=list(OPTIONS))
def test_options(moments, tmp_path, options):
    check(moments, tmp_path, **{"epochs": 5, **options})


VALIDATION = (X[:9], Y[:9])
RULES = {
    "early stopping": cr.EarlyStopping(patience=2, min_delta=0.02),
    "early stopping on a metric": cr.EarlyStopping("r2", patience=2, min_delta=0.01),
    "tolerance": cr.Tolerance(0.05, 2),
    "target": cr.Target(0.55, "validation_loss"),
    "one of one's own": NoFall(),
    "several": [cr.EarlyStopping(patience=30), NoFall(), cr.TimeLimit(1000)],
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("stop", RULES.values(), ids=list(RULES))
def test_every_stop_rule(moments, tmp_path, stop, engine):
    watched = {"validation": VALIDATION, "metrics": ["r2"] if "metric" in repr(stop) else []}
    if stop == RULES["early stopping on a metric"]:
        watched["metrics"] = ["r2", "mse"]
    whole = check(
        moments, tmp_path, stop=stop, engine=engine, epochs=25, every="4 updates",
        optimizer=cr.SGD(0.02), **watched,
    )  # fmt: skip
    assert len(whole.history) > 3


def test_what_had_ended_has_ended(tmp_path):
    place = tmp_path / "c"
    options = {"stop": cr.Target(1e9), "epochs": 20}
    first = train(**options, checkpoint=cr.Checkpoint(place))
    again = train(**options, checkpoint=cr.Checkpoint(place, resume=True))
    assert len(first.history) == len(again.history) == 1
    assert_same(again, first)


def test_a_training_that_is_done_may_be_longer(tmp_path):
    place = tmp_path / "c"
    train(4, checkpoint=place)
    assert_same(train(9, checkpoint=cr.Checkpoint(place, resume=True)), train(9))


def test_a_training_that_diverges(moments, tmp_path):
    with pytest.warns(cr.DivergenceWarning):
        whole = train(epochs=30, optimizer=cr.SGD(50.0), divergence="warn")
    assert whole.diverged
    check(moments, tmp_path, epochs=30, optimizer=cr.SGD(50.0), divergence="ignore")


@pytest.mark.parametrize("engine", ENGINES)
def test_callbacks_are_called_once_an_epoch(tmp_path, engine):
    place, epochs = tmp_path / "c", []

    def callback(progress):
        epochs.append(progress.epoch)
        if progress.epoch == 4 and len(epochs) == 4:
            raise ValueError("a mistake in a callback")

    with pytest.raises(ValueError, match="a mistake"):
        train(checkpoint=cr.Checkpoint(place, "2 updates"), callbacks=callback, engine=engine)
    again = cr.Checkpoint(place, "2 updates", resume=True)
    found = train(checkpoint=again, callbacks=callback, engine=engine)
    assert epochs == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert_same(found, train(engine=engine))


def test_a_seed_that_was_made_up_is_kept(tmp_path):
    place = tmp_path / "c"
    first = train(3, seed=None, checkpoint=place)
    again = train(6, seed=None, checkpoint=cr.Checkpoint(place, resume=True))
    assert again.plan.seed == first.plan.seed
    assert_same(again, train(6, seed=first.plan.seed))


# --- many at once ---------------------------------------------------------------------------------

SETTINGS = [
    *({"optimizer": cr.SGD(rate), "seed": k} for k, rate in enumerate((0.01, 0.1, 0.3))),
    {"optimizer": "adam", "epochs": 3},
    {"optimizer": "nadam", "metrics": ["r2"]},
    {"network": cr.Network([cr.Dense(3, 2)]), "rows": np.arange(20)},
]


def many(epochs=8, settings=SETTINGS, **options):
    common = {"loss": "mse", "seed": 9, "epochs": epochs, "validation": VALIDATION}
    common |= {"stop": cr.EarlyStopping(patience=3)}
    return cr.train_many(layers("dense"), X, Y, settings, **common, **options)


@pytest.mark.parametrize("every", [1, 3, "0.000001 seconds"])
def test_members_of_many(moments, tmp_path, every):
    whole = many()
    place = tmp_path / "many.checkpoint"
    checkpointed = many(checkpoint=cr.Checkpoint(place, every))
    for found, expected in zip(checkpointed, whole, strict=True):
        assert_same(found, expected)
    assert len(moments) > 4
    for moment in [*moments]:
        shutil.copy(moment, place)
        again = many(checkpoint=cr.Checkpoint(place, 2, resume=True))
        for found, expected in zip(again, whole, strict=True):
            assert_same(found, expected)


def test_members_that_are_others(tmp_path):
    place = tmp_path / "many.checkpoint"
    many(2, checkpoint=place)
    again = cr.Checkpoint(place, resume=True)
    with pytest.raises(cr.CheckpointError, match="it holds 6 fits, and here are 5"):
        many(settings=SETTINGS[:-1], checkpoint=again)
    with pytest.raises(cr.CheckpointError, match=r"optimizer is SGD\(.*0\.1.* there and .*0\.2"):
        many(settings=[SETTINGS[0], {"optimizer": cr.SGD(0.2), "seed": 1}, *SETTINGS[2:]],
             checkpoint=again)  # fmt: skip
    with pytest.raises(cr.ChainruleError, match="must be in epochs or seconds for train_many"):
        many(checkpoint=cr.Checkpoint(tmp_path / "other", "20 updates"))


# --- sessions -------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_states_of_a_session(tmp_path, engine):
    def begin():
        return cr.training_session(
            layers("dropout"), X, Y, loss="mse", batch_size=4, seed=2, engine=engine,
            validation=VALIDATION, stop=cr.EarlyStopping(patience=2),
        )  # fmt: skip

    session, start = begin()
    whole = session.advance(start, updates=61).state
    for update in (0, 1, 9, 10, 25):
        state = session.advance(start, updates=update).state
        cr.save_checkpoint(state, tmp_path / "c", session)
        other, _ = begin()
        again = cr.load_checkpoint(tmp_path / "c", other)
        assert again == state
        assert other.advance(again, updates=61 - update).state == whole
