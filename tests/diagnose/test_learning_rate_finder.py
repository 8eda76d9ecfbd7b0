import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnose import curvature, learning_rate_finder
from chainrule.errors import InvalidTypeError, InvalidValueError

SIZES = {"low": 1e-4, "high": 100.0, "steps": 120}


def test_full_batches_of_the_line_suggest_less_than_the_stability_limit(line):
    test = learning_rate_finder(
        line.network, line.X, line.y, loss=line.loss, batch_size="full",
        initial=line.parameters, **SIZES,
    )  # fmt: skip
    limit = curvature(line.look()).stability_limit
    assert test.losses[0] == pytest.approx(0.14547024199785316, rel=1e-12)
    np.testing.assert_array_equal(test.losses, test.smoothed)
    # Beyond the limit the loss climbs, but only once the steep direction has grown back.
    assert test.lowest > limit
    assert test.suggestion == test.lowest / 10
    assert test.suggestion < limit
    assert test.learning_rates[-1] < 100


def test_each_step_is_one_of_the_optimizer(line):
    test = learning_rate_finder(
        line.network, line.X, line.y, loss=line.loss, batch_size="full",
        initial=line.parameters, optimizer="adam", low=1e-3, high=1e-1, steps=3,
    )  # fmt: skip
    np.testing.assert_allclose(test.learning_rates, [1e-3, 1e-2, 1e-1], rtol=1e-12)
    objective = cr.Objective(line.network, line.loss)
    p = np.array(line.parameters)
    optimizer_state = cr.Adam().start(p)
    for t, rate in enumerate(test.learning_rates, 1):
        at = cr.Parameters(line.network.layout, p)
        value, g = cr.value_and_gradient(objective, at, line.X, line.y)
        assert test.losses[t - 1] == pytest.approx(value, rel=1e-12)
        p, optimizer_state = cr.Adam().update(g.vector, optimizer_state, p, t, rate)


def noisy():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4))
    return X, np.sin(X @ [1.0, 2.0, -1.0, 0.5])


def test_minibatches_are_averaged_and_the_seed_decides():
    X, y = noisy()
    network = cr.mlp(4, (16,), 1, "tanh")
    one, same, other = (
        learning_rate_finder(network, X, y, loss="mean_squared_error", seed=s, **SIZES)
        for s in (0, 0, 1)
    )
    np.testing.assert_array_equal(one.losses, same.losses)
    assert one.losses[0] != other.losses[0]
    assert one.smoothed[0] == pytest.approx(one.losses[0], rel=1e-12)
    k = np.arange(5)
    expected = (0.9 ** (4 - k) @ one.losses[:5]) * 0.1 / (1 - 0.9**5)
    assert one.smoothed[4] == pytest.approx(expected, rel=1e-12)
    # Training with the suggestion learns more than with a hundredth or a hundred times of it.
    ends = [
        cr.train(
            network,
            X,
            y,
            loss="mean_squared_error",
            optimizer=cr.SGD(share * one.suggestion),
            epochs=10,
            seed=0,
        ).history.loss[-1]
        for share in (0.01, 1.0)
    ]
    assert ends[1] < ends[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"low": 0.0}, "low"), ({"high": 1e-7}, "high"), ({"steps": 1}, "steps")],
)
def test_bad_input_is_refused_by_name(line, arguments, message):
    with pytest.raises(InvalidValueError, match=message):
        learning_rate_finder(line.network, line.X, line.y, loss=line.loss, **arguments)
    with pytest.raises(InvalidTypeError, match="LBFGS"):
        learning_rate_finder(line.network, line.X, line.y, loss=line.loss, optimizer=cr.LBFGS())
