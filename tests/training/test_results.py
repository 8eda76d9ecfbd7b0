"""`TrainingResults`: many fits at once as arrays and as a table; histories as data frames."""

import pickle

import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnose import diagnose, learning_rate_finder
from chainrule.errors import ChainruleError, MissingLibraryError, ShapeError, UnknownNameError
from chainrule.optimizers import SGD

X = np.linspace(-1, 1, 12)[:, None]
Y = 2 * X[:, 0] + 1
NETWORK = cr.Network([cr.Dense(1, 3, "tanh"), cr.Dense(3, 1)])
COMMON = {"loss": "mean_squared_error", "epochs": 6}
SETTINGS = [
    {"seed": 3, "optimizer": SGD(0.1)},
    {"seed": 4, "optimizer": SGD(0.2), "rows": [0, 1, 2]},
    {"seed": 5, "epochs": 2},
]


@pytest.fixture(scope="module")
def results():
    return cr.train_many(NETWORK, X, Y, SETTINGS, validation=(X, Y), **COMMON)


def test_it_is_a_list_of_results(results):
    assert isinstance(results, list)
    assert [type(result) for result in results] == [cr.TrainingResult] * 3
    assert isinstance(results[1:], cr.TrainingResults)
    assert results[1:].settings == results.settings[1:]
    assert [own["seed"] for own in results.settings] == [3, 4, 5]
    assert "3 fits, last loss " in repr(results)


def test_parameters_and_predictions_are_stacked(results):
    assert results.parameters.shape == (3, NETWORK.layout.size)
    assert results.predict(X).shape == (3, 12, 1)
    for k, result in enumerate(results):
        np.testing.assert_array_equal(results.parameters[k], result.parameters.vector)
        np.testing.assert_array_equal(results.predict(X)[k], result.predict(X))


def test_curves_have_nan_after_their_end(results):
    losses = results.curve("loss")
    assert losses.shape == (3, 6)
    assert np.isnan(losses).sum() == 4
    for k, result in enumerate(results):
        assert losses[k, : len(result.history)].tolist() == result.history.loss
    with pytest.raises(UnknownNameError, match="did you mean 'loss'"):
        results.curve("los")


def test_a_table_of_all_fits(results):
    frame = results.to_frame()
    assert frame.index.name == "fit"
    assert frame["seed"].tolist() == [3, 4, 5]
    assert frame["epochs"].tolist() == [6, 6, 2]
    assert frame["optimizer"].tolist()[:2] == [SGD(0.1), SGD(0.2)]
    assert "rows" not in frame
    assert frame["loss"].tolist() == [result.history.loss[-1] for result in results]
    for k, result in enumerate(results):
        curve = result.history.validation_loss
        assert frame["best_validation_loss"][k] == min(curve)
        assert curve[frame["best_epoch"][k] - 1] == min(curve)
    assert not frame["diverged"].any()


def test_networks_that_differ_have_no_common_array():
    others = [{"network": cr.mlp(1, (2,), 1)}, {"network": cr.mlp(1, (4,), 1)}]
    fits = cr.train_many(NETWORK, X, Y, others, seed=0, **COMMON)
    with pytest.raises(ShapeError, match="the networks differ"):
        _ = fits.parameters
    assert fits.predict(X).shape == (2, 12, 1)
    with pytest.raises(ShapeError, match="1 settings for 2 results"):
        cr.TrainingResults(fits, [{}])


def test_copies(results):
    again = pickle.loads(pickle.dumps(results))
    assert isinstance(again, cr.TrainingResults)
    assert again.settings == results.settings
    np.testing.assert_array_equal(again.parameters, results.parameters)


def test_none_at_all():
    nothing = cr.train_many(NETWORK, X, Y, [], **COMMON)
    assert nothing.curve("loss").shape == (0, 0)
    assert len(nothing.to_frame()) == 0
    assert repr(nothing) == "TrainingResults(0 fits)"


def test_a_history_as_a_frame(results):
    frame = results[0].history.to_frame()
    assert frame.index.tolist() == [1, 2, 3, 4, 5, 6]
    assert frame.index.name == "epoch"
    for name in ("loss", "validation_loss", "gradient_norm", "learning_rate", "seconds"):
        assert frame[name].tolist() == list(results[0].history.curve(name))
    scored = cr.train(NETWORK, X, Y, metrics=["r2"], seed=0, **COMMON)
    assert scored.history.to_frame()["r2"].tolist() == scored.history.metrics["r2"]


def test_without_pandas(results, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr("chainrule.training.frames.import_module", missing)
    for ask in (results.to_frame, results[0].history.to_frame):
        with pytest.raises(
            MissingLibraryError, match=r"pip install 'chainrule\[pandas\]'"
        ) as error:
            ask()
        assert isinstance(error.value, ChainruleError)
        assert isinstance(error.value, ImportError)


# --- what things say of themselves ----------------------------------------------------------------


def test_a_repr_has_a_few_lines():
    network = cr.Network([cr.Dense(64, 100, "relu"), cr.Dropout(0.3), cr.Dense(100, 10, "softmax")])
    assert repr(network) == (
        "Network([\n    Dense(n_in=64, n_out=100, activation=ReLU()),\n    Dropout(rate=0.3),\n"
        "    Dense(n_in=100, n_out=10, activation=Softmax()),\n])"
    )
    assert network.sizes == "64 -> 100 -> 10"
    objective = cr.Objective(network, "cross_entropy", cr.L2(0.01))
    plan = cr.Plan(objective, SGD(0.5), cr.CosineDecay(9), batch_size=4, seed=1)
    assert repr(plan) == (
        "Plan(64 -> 100 -> 10: CrossEntropy(), L2(strength=0.01);\n"
        "     SGD(learning_rate=0.5), CosineDecay(steps=9, floor=0.0, unit='epoch'), "
        "batch_size=4, seed=1, float64)"
    )
    history = cr.History(loss=[3.0, 2.0], metrics={"r2": [0.1, 0.5]})
    assert repr(history) == "History(2 epochs, loss=2, r2=0.5)"


def test_a_layer_of_ones_own_is_shown_with_what_it_needs():
    assert repr(cr.Dropout()) == "Dropout()"
    assert repr(cr.Frozen(cr.Dropout(0.2))) == "Frozen(layer=Dropout(rate=0.2))"
    he = cr.Dense(2, 3, "relu", initializer="he_uniform")
    assert repr(he) == "Dense(n_in=2, n_out=3, activation=ReLU())"  # what relu has by itself
    glorot = cr.Dense(2, 3, "relu", initializer="glorot_uniform")
    assert "initializer=Glorot" in repr(glorot)


def test_explanations_and_findings_say_what_they_are(results):
    e = cr.explain(results[0], X[0], Y[0], weight="w1")
    assert repr(e) == f"<Explanation: {str(e).splitlines()[0]}>"
    found = diagnose(results[0], X, Y)
    assert repr(found) == (
        f"Diagnosis({len(found.findings)} findings, {len(found.problems)} problems)"
    )
    test = learning_rate_finder(NETWORK, X, Y, loss="mean_squared_error", seed=0, steps=20)
    assert repr(test).startswith(f"LearningRateRange(suggestion={test.suggestion:.3g}, lowest=")
    assert "\n" not in repr(test)
