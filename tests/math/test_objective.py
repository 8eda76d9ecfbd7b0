"""What may be minimised: which losses fit which outputs."""

from dataclasses import dataclass

import numpy as np
import pytest

import chainrule as cr
from chainrule.activations import Sigmoid
from chainrule.errors import InvalidTypeError, InvalidValueError, ShapeError
from chainrule.losses import from_logits
from chainrule.objective import Objective


def test_an_output_outside_the_loss_s_domain_is_refused_by_name():
    network = cr.mlp(2, (3,), 1, output="tanh")
    with pytest.raises(InvalidValueError, match=r"needs outputs in \(0, 1\), but tanh gives"):
        Objective(network, "binary_cross_entropy")
    with pytest.raises(InvalidValueError, match="activations that fit: sigmoid"):
        Objective(network, "binary_cross_entropy")


def test_a_frozen_output_is_looked_at_too():
    network = cr.Network([cr.Dense(2, 2), cr.Frozen(cr.Dense(2, 2))])
    with pytest.raises(InvalidValueError, match="identity gives all real numbers"):
        Objective(network, "cross_entropy")
    fits = cr.Network([cr.Dense(2, 2), cr.Frozen(cr.Dense(2, 2, "softmax"))])
    assert Objective(fits, "cross_entropy").loss == cr.CrossEntropy()


def test_dropout_after_a_bounded_output_is_refused():
    network = cr.Network([cr.Dense(2, 2, "softmax"), cr.Dropout(0.5)])
    with pytest.raises(InvalidValueError, match="Dropout after the output"):
        Objective(network, "cross_entropy")
    assert Objective(network, "mean_squared_error").penalties == ()


def test_quantiles_must_be_as_many_as_outputs():
    with pytest.raises(ShapeError, match="for 3 outputs, the network has 2"):
        Objective(cr.mlp(2, (), 2), cr.Quantile((0.1, 0.5, 0.9)))
    assert Objective(cr.mlp(2, (), 3), cr.Quantile((0.1, 0.5, 0.9))).loss.n_out == 3


def test_penalties_are_checked():
    network = cr.mlp(2, (), 1)
    with pytest.raises(InvalidTypeError, match="penalties"):
        Objective(network, "huber", 3)
    assert Objective(network, "huber", "l2").penalties == (cr.L2(1e-4),)


class SteepSigmoid(Sigmoid):
    """A user's own: sigmoid(3 z)."""

    def value(self, z):
        return super().value(3.0 * z)

    def derivative(self, z, a):
        return 3.0 * a * (1.0 - a)


@dataclass(frozen=True)
class Nothing(cr.CrossEntropy):
    """A user's own: always 0."""

    def term(self, a, y):
        return 0.0 * a

    def derivative(self, a, y):
        return 0.0 * a


def test_a_subclass_never_gets_its_parent_s_fused_form():
    assert from_logits(cr.BinaryCrossEntropy(), SteepSigmoid()) is None
    assert from_logits(Nothing(), cr.activations.ACTIVATIONS["softmax"]) is None
    network = cr.Network([cr.Dense(2, 1, SteepSigmoid())])
    X, y = np.array([[0.3, -0.2], [1.0, 0.5]]), np.array([[1.0], [0.0]])
    result = cr.train(
        network, X, y, loss="binary_cross_entropy", epochs=1, batch_size="full", seed=0
    )
    start = network.initial_parameters(seed=0)
    a = 1.0 / (1.0 + np.exp(-3.0 * (X @ start["layers[0].W"] + start["layers[0].b"])))
    expected = -(y * np.log(a) + (1 - y) * np.log(1 - a)).mean()
    assert result.history.loss[0] == pytest.approx(expected, rel=1e-12)
