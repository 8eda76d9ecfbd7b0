"""Equal fits give equal pickles, and equal files once times are left out."""

import pickle

import numpy as np
import pytest

import chainrule as cr
from chainrule import models
from chainrule.errors import ChainruleError, ModelFileError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
y = X[:, :1] * 0.5
CLASSES = np.array([0, 1] * 20)
TABLE = {"a": X[:, 0].tolist(), "b": ["u", "v"] * 20, "t": ["y", "n", "n", "y"] * 10}
INPUTS = {name: TABLE[name] for name in "ab"}
NETWORK = cr.mlp(3, (2,), 1)
SHORT = {"max_iter": 2, "hidden_layer_sizes": (2,), "random_state": 0}

MADE = {
    "network": lambda: models.TrainedNetwork(NETWORK, NETWORK.initial_parameters(0)),
    "result": lambda: cr.train(NETWORK, X, y, loss="mse", epochs=3, seed=0),
    "L-BFGS": lambda: cr.train(NETWORK, X, y, loss="mse", optimizer="lbfgs", epochs=3, seed=0),
    "stopped early": lambda: cr.train(
        NETWORK, X, y, loss="mse", epochs=3, seed=0, validation=(X, y), stop=cr.EarlyStopping()
    ),
    "classifier": lambda: cr.MLPClassifier(**SHORT).fit(X, CLASSES),
    "regressor": lambda: cr.MLPRegressor(**SHORT).fit(X, y[:, 0]),
    "perceptron": lambda: cr.Perceptron(max_iter=2, tol=None).fit(X, CLASSES),
    "pipeline": lambda: cr.Pipeline.fit(TABLE, "t", epochs=2, hidden=(2,), seed=0, preset="plain"),
    "tabular": lambda: cr.TabularClassifier(
        epochs=2, hidden=(2,), random_state=0, preset="plain"
    ).fit(INPUTS, TABLE["t"]),
}


@pytest.mark.filterwarnings("ignore::UserWarning")  # fits of two epochs have not converged
@pytest.mark.parametrize("name", MADE)
def test_equal_fits_are_equal_bytes(name, tmp_path):
    one, other = MADE[name](), MADE[name]()
    assert pickle.dumps(one) == pickle.dumps(other)
    for path, model in (("one", one), ("other", other)):
        cr.save_model(model, tmp_path / path, times=False)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_times_are_kept_unless_they_are_left_out(tmp_path):
    result = MADE["result"]()
    cr.save_model(result, tmp_path / "with")
    cr.save_model(result, tmp_path / "without", times=False)
    assert cr.load_model(tmp_path / "with").history.seconds == result.history.seconds
    assert np.isnan(cr.load_model(tmp_path / "without").history.seconds).all()
    assert all(seconds >= 0 for seconds in result.history.seconds)
    with pytest.raises(ChainruleError, match=r"times \(=1\) must be True or False"):
        cr.save_model(result, tmp_path / "with", times=1)


def test_a_file_of_something_else_is_said_to_be_none(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a,b,target\n" + "1,2,3\n" * 10)
    with pytest.raises(ModelFileError) as error:
        cr.load_model(path)
    assert str(error.value).startswith(f"{path} is no model file")
    assert "it does not begin as one does" in str(error.value)
    assert not any(len(word) > 8 and word.isdigit() for word in str(error.value).split())
