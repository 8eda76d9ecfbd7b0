"""`History`: curves that become lists when somebody asks for one."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest

import chainrule as cr

CURVES = np.array([[3.0, 2.0], [0.5, 0.25], [0.1, 0.1], [1e-3, 2e-3]])
NAMES = ("loss", "gradient_norm", "learning_rate", "seconds")
LISTS = cr.History(**dict(zip(NAMES, CURVES.tolist(), strict=True)))


def recorded(*parts):
    history = cr.History()
    for part in parts or (CURVES,):
        history.record(part)
    return history


@pytest.mark.parametrize("name", NAMES)
def test_a_curve_is_a_list_of_floats_whichever_is_asked_for_first(name):
    history = recorded()
    curve = getattr(history, name)
    assert type(curve) is list
    assert {type(number) for number in curve} == {float}
    assert curve == CURVES.tolist()[NAMES.index(name)]
    assert getattr(history, name) is curve
    assert history == LISTS


def test_before_anybody_asks_it_is_what_it_is_afterwards():
    assert len(recorded()) == 2
    assert recorded() == LISTS
    assert repr(recorded()) == repr(LISTS)
    assert recorded().curve("gradient_norm") == [0.5, 0.25]
    assert replace(recorded(), rising={"r2"}) == replace(LISTS, rising={"r2"})


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda h: pickle.loads(pickle.dumps(h))]
)
def test_copies_have_all_curves(copied):
    history = recorded()
    assert copied(history) == LISTS  # while it has no lists,
    assert history.loss == [3.0, 2.0]
    assert copied(history) == LISTS  # and when it has


@pytest.mark.parametrize("cut", [0, 1, 2])
def test_parts_follow_each_other(cut):
    history = recorded(CURVES[:, :cut], CURVES[:, cut:])
    assert len(history) == 2
    assert history == LISTS


def test_a_list_that_was_handed_out_grows_on():
    history = recorded(CURVES[:, :1])
    loss = history.loss
    history.record(CURVES[:, 1:])
    assert loss == [3.0, 2.0]
    assert history.loss is loss


def test_what_a_callback_has_kept_is_the_curve_of_the_result():
    kept = []
    result = cr.train(
        cr.Network([cr.Dense(1, 1)]),
        [[1.0], [2.0]],
        [2.0, 4.0],
        loss="mse",
        epochs=3,
        seed=0,
        callbacks=[lambda progress: kept.append(progress.history.loss)],
    )
    assert all(loss is result.history.loss for loss in kept)
    assert len(kept) == len(result.history.loss) == 3


def test_another_history_is_put_behind():
    later = recorded()
    later.validation_loss += [1.5, 1.0]
    later.metrics["r2"] = [0.5, 0.75]
    history = recorded(CURVES[:, :1])
    history.extend(later)
    assert history.loss == [3.0, 3.0, 2.0]
    assert history.validation_loss == [1.5, 1.0]
    assert history.metrics == {"r2": [0.5, 0.75]}
    assert later.loss == [3.0, 2.0]


def test_who_asks_meanwhile_in_another_thread_gets_the_same_list():
    meanwhile = []

    class Curves(np.ndarray):
        def tolist(self):
            if not meanwhile:
                meanwhile.append(None)
                meanwhile[0] = history.loss
            return super().tolist()

    history = recorded(CURVES.view(Curves))
    assert history.loss is meanwhile[0]
    assert history == LISTS


def test_its_names_are_there_before_anybody_asks():
    assert set(dir(recorded())) >= {*NAMES, "validation_loss", "metrics", "curve"}


def test_it_has_no_other_names():
    history = recorded()
    with pytest.raises(AttributeError, match="History has no attribute 'losses'"):
        _ = history.losses
