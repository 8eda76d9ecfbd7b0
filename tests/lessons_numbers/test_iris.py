"""One sigmoid neuron tells setosa from versicolor by sepal and petal length."""

import numpy as np
import pytest
from sklearn.datasets import load_iris

import chainrule as cr

NETWORK = cr.Network([cr.Dense(2, 1, "sigmoid", initializer="zeros")])
# As printed: eight decimals for the parameters, eight for costs of the full batch.
PRINTED = 5.5e-9


@pytest.fixture(scope="module")
def flowers():
    """100 rows of sepal and petal length; 1 for versicolor."""
    iris = load_iris()
    return iris.data[:100][:, [0, 2]], iris.target[:100].astype(float)


def weights_and_bias(result):
    return [*result.parameters["layers[0].W"][:, 0], result.parameters["b1"]]


@pytest.mark.parametrize(
    ("loss", "first", "last", "expected"),
    [
        ("mean_absolute_error", 0.5, 0.02928623, (-1.56068966, 3.30178160, -0.59942593)),
        ("half_mean_squared_error", 0.125, 0.00926297, (-0.81404638, 1.72203964, -0.31261289)),
    ],
)
def test_full_batch(engine, flowers, loss, first, last, expected):
    X, y = flowers
    result = cr.train(
        NETWORK,
        X,
        y,
        loss=loss,
        optimizer=cr.SGD(0.5),
        epochs=100,
        batch_size="full",
        metrics=["accuracy"],
        seed=0,
        engine=engine,
    )
    history = result.history
    assert history.loss[0] == first
    assert history.loss[-1] == pytest.approx(last, abs=PRINTED)
    assert (np.diff(history.loss) < 0).all()
    np.testing.assert_allclose(weights_and_bias(result), expected, atol=PRINTED)
    assert history.metrics["accuracy"][-1] == 1.0
    if loss == "half_mean_squared_error":  # the line on which the neuron says 1/2
        w1, w2, b = weights_and_bias(result)
        assert (f"{-w1 / w2:.4f}", f"{-b / w2:.4f}") == ("0.4727", "0.1815")


class EachFromTheLast:
    """Each epoch permutes the rows as the last epoch left them."""

    def __init__(self, n):
        self.rng, self.order = np.random.RandomState(0), np.arange(n)

    def __call__(self, epoch, n):
        self.order = self.order[self.rng.permutation(n)]
        return self.order


def minibatches(engine, flowers, loss, learning_rate, order):
    return cr.train(
        NETWORK,
        *flowers,
        loss=loss,
        optimizer=cr.SGD(learning_rate),
        epochs=50,
        batch_size=32,
        order=order,
        seed=0,
        engine=engine,
    )


def test_minibatches(engine, flowers):
    order = EachFromTheLast(100)
    result = minibatches(engine, flowers, "half_mean_squared_error", 0.5, order)
    expected = (-1.02377909, 2.14593714, -0.38826028)
    np.testing.assert_allclose(weights_and_bias(result), expected, atol=PRINTED)
    assert f"{result.history.loss[0]:.5f}" == "0.12287"
    assert f"{result.history.loss[-1]:.5f}" == "0.00475"


def test_a_fresh_order_each_epoch_ends_elsewhere(engine, flowers):
    rng = np.random.RandomState(0)
    result = minibatches(
        engine, flowers, "half_mean_squared_error", 0.5, lambda epoch, n: rng.permutation(n)
    )
    np.testing.assert_allclose(weights_and_bias(result)[:2], (-1.0442, 2.1373), atol=5e-5)


def test_the_articles_minibatches(engine, flowers):
    # It divides the last batch of 4 by 32 as well and adds the batches' means: a sum, over 32.
    half_sum = cr.SquaredError(factor=0.5, reduction="sum")
    result = minibatches(engine, flowers, half_sum, 0.5 / 32, EachFromTheLast(100))
    expected = (-0.94248617, 1.99435664, -0.36248477)
    np.testing.assert_allclose(weights_and_bias(result), expected, atol=PRINTED)
    assert f"{result.history.loss[0] / 32:.5f}" == "0.38398"
    assert f"{result.history.loss[-1] / 32:.5f}" == "0.01874"


def test_the_sigmoid_does_not_overflow():
    far = cr.Neuron([1.0], 0, "sigmoid")
    assert far([-710.0]) == pytest.approx(4.47628622567513e-309, rel=1e-10)
    assert far([-1e300]) == 0.0
    assert far([1e300]) == 1.0
