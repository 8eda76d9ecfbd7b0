"""Batch normalisation over one row: beta, whatever the row; it is said."""

import warnings

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import DataWarning

X = np.arange(10.0)[:, None]
NORMALISED = cr.Network([cr.Dense(1, 3, "tanh"), cr.BatchNorm(3), cr.Dense(3, 1)])
OTHERS = {
    "layer norm": cr.Network([cr.Dense(1, 3), cr.LayerNorm(3), cr.Dense(3, 1)]),
    "frozen": cr.Network([cr.Dense(1, 3), cr.Frozen(cr.BatchNorm(3)), cr.Dense(3, 1)]),
}
OPTIONS = {"loss": "mse", "seed": 0}


@pytest.mark.parametrize(
    ("rows", "batch_size", "match"),
    [
        (10, 1, r"layers\[1\] .*, but batches have one row"),
        (10, 3, r"but the last batch of an epoch has one row \(batch_size=3, 10 rows\)"),
        (10, 9, "the last batch"),
        (1, "full", "batches have one row"),
        (1, 32, "batches have one row"),
    ],
)
def test_one_row_is_said(rows, batch_size, match):
    options = {**OPTIONS, "batch_size": batch_size}
    with pytest.warns(DataWarning, match=match):
        cr.train(NORMALISED, X[:rows], X[:rows], epochs=1, **options)
    with pytest.warns(DataWarning, match=match):
        cr.training_session(NORMALISED, X[:rows], X[:rows], **options)
    with pytest.warns(DataWarning, match=match):
        cr.train_many(NORMALISED, X[:rows], X[:rows], [{}, {}], epochs=1, **options)


@pytest.mark.parametrize("batch_size", [2, 4, 5, 10, 32, "full"])
def test_several_rows_are_fine(batch_size):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cr.train(NORMALISED, X, X, epochs=1, batch_size=batch_size, **OPTIONS)


@pytest.mark.parametrize("network", OTHERS.values(), ids=OTHERS)
def test_what_does_not_look_at_the_batch_may_have_one_row(network):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cr.train(network, X, X, epochs=1, batch_size=1, **OPTIONS)


def test_the_output_is_beta():
    # What the warning says, from the layer itself.
    layer = cr.BatchNorm(3)
    views = layer.initial(0, 0) | {"beta": np.array([1.0, 2.0, 3.0])}
    for row in ([[1.0, 2.0, 3.0]], [[9.0, -9.0, 0.0]]):
        a, _ = layer.forward(views, np.array(row), cr.random.Key(0, 0, 0))
        np.testing.assert_allclose(a, [[1.0, 2.0, 3.0]])
