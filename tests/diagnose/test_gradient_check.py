"""The check of one's own derivatives: right ones pass, each kind of mistake is named."""

from dataclasses import dataclass

import numpy as np
import pytest

import chainrule as cr
from chainrule.activations import ACTIVATIONS, ElementwiseActivation
from chainrule.domain import REALS, Interval
from chainrule.errors import ChainruleError
from chainrule.layers import Layer
from chainrule.losses import LOSSES, ElementwiseLoss, Loss
from chainrule.parameters import ParameterSpec

LAYERS = [
    cr.Dense(3, 2, "tanh"),
    cr.Dense(3, 2, "softmax"),
    cr.Dropout(0.4),
    cr.BatchNorm(3, "sigmoid"),
    cr.LayerNorm(3),
    cr.ParametricActivation(3, "mish"),
    cr.Scale(3),
    cr.PeriodicEmbedding(3),
    cr.ByColumn([((0, 2), cr.Scale(2)), ((1,), cr.Dense(1, 2, "tanh"))]),
    cr.OneHot((0, 2, 0)),
    cr.Embedding((3, 2, 1), 2),
    cr.Frozen(cr.Dense(3, 2, "gelu")),
]


@pytest.mark.parametrize("subject", [*ACTIVATIONS.values(), *LOSSES.values(), *LAYERS], ids=repr)
@pytest.mark.parametrize("seed", [0, 1])
def test_what_is_built_in_passes(subject, seed):
    check = cr.check_gradient(subject, seed=seed)
    assert check, str(check)
    assert check.passed
    assert "passed" in str(check)


class Own(ElementwiseActivation):
    """sin(z), with whatever derivative is asked for."""

    name = "own"
    range = Interval(-1, 1)

    def __init__(self, derivative):
        self.wrong = derivative

    def value(self, z):
        return np.sin(z)

    def derivative(self, z, a):
        return self.wrong(z, a)


def test_an_activation_of_ones_own():
    assert cr.check_gradient(Own(lambda z, a: np.cos(z)))
    assert not cr.check_gradient(Own(lambda z, a: np.cos(z) + 1e-4))
    check = cr.check_gradient(Own(lambda z, a: a), [[0.5, 1.0], [2.0, 3.0]])
    (comparison,) = check.comparisons
    assert comparison.place in np.ndindex(2, 2)
    z = np.array([[0.5, 1.0], [2.0, 3.0]])[comparison.place]
    ratio = comparison.derivative / comparison.difference
    assert ratio == pytest.approx(np.tan(z))
    assert "FAILED" in str(check)
    assert "but the central difference is" in str(check)


def test_shapes_numbers_and_arguments_are_looked_at():
    check = cr.check_gradient(Own(lambda z, a: np.ones(3)[:, None, None]))
    assert "it has the shape" in str(check)
    check = cr.check_gradient(Own(lambda z, a: np.full(z.shape, np.nan)))
    assert "it is nan at [0, 0]" in str(check)

    def writes(z, a):
        z += 1.0
        return np.cos(z)

    assert "writes to its argument" in str(cr.check_gradient(Own(writes)))


@dataclass(frozen=True, kw_only=True)
class Quartic(ElementwiseLoss):
    """(a - y)^4, for positive numbers."""

    power: int = 3
    targets = Interval(0, 5)
    domain = Interval(0, np.inf)

    def term(self, a, y):
        return (a - y) ** 4

    def derivative(self, a, y):
        return 4 * (a - y) ** self.power


class Mean(Loss):
    """A loss that forgets that it has one number for each row."""

    def value(self, a, y):
        return ((a - y) ** 2).sum(axis=1, keepdims=True)

    def gradient(self, a, y):
        return 2 * (a - y)


def test_a_loss_of_ones_own():
    assert cr.check_gradient(Quartic())
    assert cr.check_gradient(Quartic(), [[1.0, 2.0]], [[0.5, 2.5]])
    assert not cr.check_gradient(Quartic(power=2))
    assert not cr.check_gradient(Quartic(power=2, factor=0.5))
    assert "the value has the shape (24, 1), but must have (24,)" in str(cr.check_gradient(Mean()))


class Scale(Layer):
    """a = s X."""

    n_in = 2

    def __init__(self, mistake=""):
        self.mistake = mistake

    def specs(self):
        return {"s": ParameterSpec((2,))}

    def initial(self, seed, position):
        return {"s": np.array([1.0, 2.0])}

    def forward(self, views, X, key=None):
        return X * views["s"], X

    def backward(self, views, cache, grad_a):
        own = {"s": (grad_a * cache).sum(axis=0)}
        if self.mistake == "mean":
            own["s"] = (grad_a * cache).mean(axis=0)
        if self.mistake == "forgotten":
            own = {}
        return (grad_a if self.mistake == "input" else grad_a * views["s"]), own


@pytest.mark.parametrize(
    ("mistake", "wrong"),
    [("", ""), ("mean", "dL/ds in training"), ("input", "dL/dX in"), ("forgotten", "no gradient")],
)
def test_a_layer_of_ones_own(mistake, wrong):
    check = cr.check_gradient(Scale(mistake))
    assert check.passed == (not mistake)
    assert wrong in str(check)
    names = [c.name for c in check.comparisons if c.problem or c.error > 1e-6]
    assert len(names) == (2 if mistake else 0)  # in training and in evaluation


@pytest.mark.parametrize(
    "arguments",
    [
        ("tanh",),
        (None,),
        (cr.Adam(),),
        (cr.activations.Tanh(), [1.0]),
        (cr.activations.Tanh(), [["a"]]),
        (cr.losses.Hinge(), np.ones((2, 3)), np.ones((2, 2))),
        (cr.Dense(3, 1), np.ones((2, 2))),
    ],
)
def test_what_is_refused(arguments):
    with pytest.raises(ChainruleError):
        cr.check_gradient(*arguments)


@pytest.mark.parametrize("options", [{"tolerance": 0}, {"tolerance": "x"}, {"seed": -1}])
def test_bad_options(options):
    with pytest.raises(ChainruleError):
        cr.check_gradient(cr.activations.Tanh(), **options)


def test_the_domain_of_a_loss_is_kept():
    class Careful(Quartic):
        def term(self, a, y):
            assert (a > 0).all()
            assert ((y > 0) & (y < 5)).all()
            return super().term(a, y)

    assert cr.check_gradient(Careful())
    assert Careful.domain is not REALS
