"""What cannot be explained is refused, with the way out."""

import re

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import (
    DataError,
    InvalidTypeError,
    InvalidValueError,
    NotFittedError,
    ShapeError,
    UnknownNameError,
)
from chainrule.explain import explain, explain_batch, explain_prediction, largest_gradients
from chainrule.losses import LOSSES
from chainrule.subject import Subject


@pytest.fixture
def network():
    return cr.mlp(2, (3,), 1, "tanh")


def ask(network, weight="w1", x=(1.0, 2.0), y=1.0, parameters=None, loss="mse", **others):
    parameters = network.initial_parameters(0) if parameters is None else parameters
    return explain(network, parameters, x, y, weight=weight, loss=loss, **others)


def test_an_unknown_weight_gets_the_nearest_names_and_the_arrays(network):
    with pytest.raises(UnknownNameError) as caught:
        ask(network, "h1.w9")
    assert "h1 has w1 ... w2 and b." in str(caught.value)
    for array in ("layers[0].W (2, 3)", "layers[0].b (3,)", "layers[1].W (3, 1)"):
        assert array in str(caught.value)
    for wrong, says in {
        "w10": "the network has w1 ... w9 and b1 ... b4.",
        "b5": "the network has w1 ... w9 and b1 ... b4.",
        "h4.w1": "the units are h1 ... h3 and o1.",
        "layer[0].W": "did you mean 'layers[0].W'?",
    }.items():
        with pytest.raises(UnknownNameError, match=re.escape(says)):
            ask(network, wrong)
    with pytest.raises(UnknownNameError, match=r"layers\[0\].W has the shape \(2, 3\)"):
        ask(network, "layers[0].W[2, 0]")


def test_a_whole_array_is_no_weight(network):
    with pytest.raises(UnknownNameError, match=r"name one number of it, such as 'layers\[0\].W\[0"):
        ask(network, "layers[0].W")
    assert ask(network, "layers[1].b").weight.name == "layers[1].b[0]"
    with pytest.raises(InvalidTypeError, match="must be a name such as"):
        ask(network, 3)


@pytest.mark.parametrize("row", [4, 100])
def test_a_row_out_of_range(network, row):
    X, y = np.ones((4, 2)), np.ones(4)
    with pytest.raises(
        InvalidValueError, match=rf"row \(={row}\) must be from 0 to 3: there are 4"
    ):
        ask(network, x=X, y=y, row=row)
    with pytest.raises(InvalidValueError, match="row"):
        explain_prediction(network, network.initial_parameters(0), X, row=row)


def test_a_row_that_is_no_number(network):
    with pytest.raises(InvalidValueError, match="must be >= 0"):
        ask(network, x=np.ones((4, 2)), y=np.ones(4), row=-1)
    with pytest.raises(InvalidTypeError, match="must be an integer"):
        ask(network, x=np.ones((4, 2)), y=np.ones(4), row=1.5)


def test_several_rows_need_a_choice(network):
    with pytest.raises(InvalidValueError, match="x has 4 rows; name one with row=0, or ask"):
        ask(network, x=np.ones((4, 2)), y=np.ones(4))


def test_a_network_alone_is_not_fitted(network):
    with pytest.raises(NotFittedError, match=r"network.initial_parameters\(seed=0\)"):
        explain(network, x=[1, 2], y=1, loss="mse", weight="w1")

    class Estimator:
        def fit(self, X, y):
            return self

    with pytest.raises(NotFittedError, match="this Estimator is not fitted yet; call fit"):
        explain(Estimator(), x=[1, 2], y=1, weight="w1")


def test_an_estimator_is_found_by_what_it_has(network):
    class Estimator:
        def subject(self):
            return Subject(network, network.initial_parameters(0), LOSSES["mse"])

    found = explain(Estimator(), x=[1, 2], y=1, weight="w1")
    assert found.derivative == ask(network, x=[1, 2], y=1).derivative


def test_something_else_has_no_network():
    with pytest.raises(InvalidTypeError, match="must be a Network, an Objective, the result of"):
        explain(3, x=[1, 2], y=1, weight="w1")


def test_a_derivative_needs_a_loss_and_a_target(network):
    with pytest.raises(InvalidValueError, match=r"loss \(=None\) must be named"):
        ask(network, loss=None)
    with pytest.raises(InvalidTypeError, match=r"y \(=None\) must be given"):
        ask(network, y=None)
    with pytest.raises(InvalidTypeError, match=r"x \(=None\) must be given"):
        ask(network, x=None)
    with pytest.raises(UnknownNameError, match="mean_squared_error"):
        ask(network, loss="mean_squared_eror")


def test_shapes_and_numbers_are_checked(network):
    with pytest.raises(ShapeError, match=r"the network takes \(n_samples, 2\)"):
        ask(network, x=[1.0, 2.0, 3.0])
    with pytest.raises(DataError, match="must be finite"):
        ask(network, x=[1.0, np.nan])
    with pytest.raises(DataError, match="must be finite"):
        explain_prediction(network, network.initial_parameters(0), [1.0, np.inf])
    with pytest.raises(ShapeError, match="y has 2 rows, but X has 1"):
        ask(network, y=[1.0, 2.0])
    with pytest.raises(InvalidValueError, match="labels has 2 names, but there are 1 rows"):
        ask(network, labels=["a", "b"])
    with pytest.raises(InvalidValueError, match="sample_weight must be >= 0"):
        ask(network, sample_weight=-1.0)
    with pytest.raises(InvalidValueError, match=r"paths \(=0\) must be >= 1"):
        ask(network, paths=0)
    with pytest.raises(InvalidValueError, match=r"top \(=0\) must be >= 1"):
        largest_gradients(network, network.initial_parameters(0), [1, 2], 1, loss="mse", top=0)


def test_a_loss_that_does_not_fit_is_refused(network):
    with pytest.raises(InvalidValueError, match="BinaryCrossEntropy needs outputs in"):
        ask(network, loss="binary_cross_entropy")


def test_a_whole_batch_by_its_own_function(network):
    e = explain_batch(
        network, network.initial_parameters(0), np.ones((30, 2)), np.ones(30), weight="w1",
        loss="mse",
    )  # fmt: skip
    assert len(e.samples) == 30
    assert "10 more" in str(e)  # twenty rows are shown, the others summed up
