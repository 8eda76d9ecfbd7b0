"""Stop rules that the compiled engine watches itself: as Python's own, epoch by epoch."""

import numpy as np
import pytest

import chainrule as cr

RNG = np.random.default_rng(5)
X = RNG.normal(size=(80, 3))
Y = np.sin(2 * X[:, :1]) + 0.3 * RNG.normal(size=(80, 1))
HELD = (RNG.normal(size=(40, 3)), RNG.normal(size=(40, 1)))
NETWORK = cr.mlp(3, [12], 1, "tanh")

RULES = {
    "early": cr.EarlyStopping(patience=3),
    "early, last parameters": cr.EarlyStopping(patience=3, restore_best=False),
    "early, on the loss": cr.EarlyStopping("loss", patience=1, min_delta=5e-3),
    "early, not at first": cr.EarlyStopping(patience=2, start_from_epoch=9),
    "early, never better": cr.EarlyStopping(patience=2, min_delta=1e9),
    "tolerance": cr.Tolerance(1e-2, 3),
    "target": cr.Target(0.4),
    "target, validation": cr.Target(0.9, "validation_loss"),
    "not reached": cr.Target(-1.0),
    "two": (cr.Tolerance(1e-2, 3), cr.EarlyStopping(patience=4)),
    "two, the other first": (cr.EarlyStopping(patience=50), cr.Target(0.4)),
    "with a time limit": (cr.TimeLimit(1e3), cr.EarlyStopping(patience=3)),
}


def fit(rules, callbacks=(), epochs=60, **changes):
    return cr.train(
        NETWORK,
        X,
        Y,
        **{
            "loss": "mean_squared_error",
            "optimizer": cr.Adam(0.03),
            "epochs": epochs,
            "batch_size": 16,
            "seed": 2,
            "validation": HELD,
            "stop": rules,
            "callbacks": callbacks,
            **changes,
        },
    )


def assert_same(a, b):
    assert a.stopped == b.stopped
    assert a.history.loss == b.history.loss
    assert a.history.validation_loss == b.history.validation_loss
    assert a.parameters == b.parameters
    assert a.state.parameters == b.state.parameters
    assert a.state.rules == b.state.rules


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_the_same_as_one_epoch_at_a_time(rules):
    # A callback makes Python ask for every epoch by itself.
    assert_same(fit(rules), fit(rules, [lambda progress: None]))


class Own(cr.training.StopRule):
    """A rule in Python, which makes all rules run in Python."""

    def check(self, history, state, memory):
        return ""


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_the_same_as_the_rules_in_python(rules):
    given = (*rules, Own()) if isinstance(rules, tuple) else (rules, Own())
    assert_same(fit(rules), fit(given))


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_a_fit_goes_on_where_it_stopped(rules):
    whole = fit(rules, epochs=20)
    if len(whole.history) == 20:
        half = fit(rules, epochs=8)
        rest = fit(rules, epochs=12, initial=half.state)
        assert rest.state.parameters == whole.state.parameters
        assert rest.parameters == whole.parameters
        assert half.history.loss + rest.history.loss == whole.history.loss


def test_the_order_is_asked_for_in_parts(monkeypatch):
    from chainrule.engines.compiled import session

    rules = cr.EarlyStopping(patience=4)
    turned = {"order": lambda epoch, n: (np.arange(n) + epoch) % n}
    whole = fit(rules, **turned)
    monkeypatch.setattr(session, "_NUMBERS", 3 * len(X))  # three epochs at a time
    assert_same(fit(rules, **turned), whole)


def test_a_validation_loss_that_is_not_finite():
    held = (np.full((1, 3), 1e300), np.zeros((1, 1)))
    network = cr.Network([cr.Dense(3, 1)])
    result = cr.train(
        network, X, Y, loss="mean_squared_error", epochs=4, seed=0, validation=held,
        stop=cr.EarlyStopping(patience=2),
    )  # fmt: skip
    assert len(result.history) == 2
    assert not np.isfinite(result.history.validation_loss).any()
    assert result.stopped == "validation_loss has not improved since epoch 0"


def test_python_is_not_asked_in_between(monkeypatch):
    calls = []
    session = cr.engines.compiled.session.CompiledSession
    advance = session.advance_checked

    def counted(self, state, epochs, updates):
        calls.append(epochs)
        return advance(self, state, epochs, updates)

    monkeypatch.setattr(session, "advance_checked", counted)
    fit((cr.EarlyStopping(patience=59), cr.Tolerance(0.0, 59)))
    assert calls == [60]
