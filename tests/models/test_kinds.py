import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning

import chainrule as cr
from chainrule import estimators
from chainrule.activations import ACTIVATIONS, ElementwiseActivation
from chainrule.errors import (
    ChainruleError,
    DivergenceWarning,
    InvalidTypeError,
    InvalidValueError,
    ModelFileError,
)
from chainrule.estimators import MLPRegressor
from chainrule.models import TrainedNetwork, load_model, load_pipeline, save_model
from chainrule.models.values import from_data, to_data
from chainrule.optimizers import OPTIMIZERS, SGD
from chainrule.schedules import SCHEDULES
from chainrule.training import EarlyStopping

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 3))
Y = np.c_[X[:, 0] - X[:, 1], X[:, 2]]
LABELS = np.array(["no", "yes", "maybe"])[rng.integers(0, 3, 40)]
QUICK = {"max_iter": 2, "n_iter_no_change": 5, "random_state": 0}


def trained(**options):
    network = cr.mlp(3, (4,), 2, "tanh")
    arguments = {"epochs": 3, "seed": 0, "optimizer": "adam", **options}
    return cr.train(network, X, Y, loss="mse", **arguments)


@pytest.fixture
def again(tmp_path):
    """A function that saves a model, and loads it again."""

    def through_a_file(model):
        save_model(model, tmp_path / "m")
        return load_model(tmp_path / "m")

    return through_a_file


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_network_with_its_parameters(again, dtype):
    network = cr.mlp(3, (4, 4), 2, "selu")
    model = TrainedNetwork(network, network.initial_parameters(0, dtype))
    loaded = again(model)
    assert loaded == model
    assert type(loaded) is TrainedNetwork
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


def test_a_network_takes_what_fits_it():
    network = cr.mlp(3, (4,), 2)
    other = cr.mlp(3, (5,), 2).initial_parameters(0)
    with pytest.raises(ChainruleError, match="belong to a network with other layers"):
        TrainedNetwork(network, other)
    with pytest.raises(InvalidTypeError, match="must be a Network"):
        TrainedNetwork(other, other)
    with pytest.raises(InvalidTypeError, match="must be Parameters"):
        TrainedNetwork(network, other.vector)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_result_goes_on_as_if_it_had_never_been_saved(again, optimizer):
    options = {"batch_size": "full"} if optimizer == "lbfgs" else {}
    result = trained(optimizer=optimizer, **options)
    loaded = again(result)
    assert repr(loaded.history.loss) == repr(result.history.loss)  # nan is not nan
    assert repr(loaded.history.learning_rate) == repr(result.history.learning_rate)
    assert loaded.plan == result.plan
    assert (loaded.stopped, loaded.diverged) == (result.stopped, result.diverged)
    np.testing.assert_array_equal(loaded.predict(X), result.predict(X))
    arrays = [{}, {}]
    assert to_data(loaded.state, arrays[0], "") == to_data(result.state, arrays[1], "")
    np.testing.assert_equal(*arrays)
    further = [
        trained(optimizer=optimizer, initial=r.state, **options).parameters
        for r in (result, loaded)
    ]
    assert further[0] == further[1]


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_comes_back(again, schedule):
    result = trained(schedule=schedule)
    assert again(result).plan == result.plan


def test_a_result_with_early_stopping_and_penalties(again):
    result = trained(
        validation=(X, Y), stop=[EarlyStopping("validation_loss", 2)], penalties=["l1", "l2"]
    )
    loaded = again(result)
    assert loaded.parameters == result.parameters
    assert loaded.plan == result.plan
    assert loaded.history.validation_loss == result.history.validation_loss


def test_results_of_many(again):
    settings = [
        {"seed": 3, "rows": np.arange(20)},
        {"optimizer": SGD(0.1)},
        {"network": cr.Network([cr.Dense(3, 2)]), "stop": cr.Tolerance()},
    ]
    results = cr.train_many(cr.mlp(3, (4,), 2), X, Y, settings, loss="mse", epochs=2, seed=0)
    loaded = again(results)
    assert type(loaded) is cr.TrainingResults
    for found, expected in zip(loaded, results, strict=True):
        assert found.state == expected.state
        assert found.plan == expected.plan
        np.testing.assert_array_equal(found.predict(X), expected.predict(X))
    np.testing.assert_array_equal(loaded.settings[0].pop("rows"), settings[0]["rows"])
    assert loaded.settings[0] == {"seed": 3}
    assert list(loaded.settings[1:]) == settings[1:]


def test_a_result_that_diverged(again):
    with pytest.warns(DivergenceWarning, match="no longer finite"):
        result = trained(optimizer=SGD(1e9), epochs=50)
    loaded = again(result)
    assert loaded.diverged
    assert np.isnan(loaded.history.loss[-1])


ESTIMATORS = {
    "classifier": (estimators.MLPClassifier(5, **QUICK), X, LABELS),
    "two classes": (estimators.MLPClassifier(5, **QUICK), X, LABELS == "no"),
    "multilabel": (estimators.MLPClassifier(5, **QUICK), X, (Y > 0).astype(int)),
    "early stopping": (estimators.MLPClassifier(5, early_stopping=True, **QUICK), X, LABELS),
    "objects as labels": (estimators.MLPClassifier(5, **QUICK), X, LABELS.astype(object)),
    "regressor": (
        MLPRegressor(hidden_layer_sizes=(5, 4), activation="tanh", **QUICK),
        X,
        Y,
    ),
    "lbfgs": (
        MLPRegressor(hidden_layer_sizes=5, solver="lbfgs", max_iter=2),
        X,
        Y[:, 0],
    ),
    "perceptron": (estimators.Perceptron(random_state=0), X, LABELS == "yes"),
    "table, classes": (
        estimators.TabularClassifier(epochs=2, random_state=0, preset="plain"),
        X,
        LABELS,
    ),
    "table, numbers": (
        estimators.TabularRegressor(epochs=2, random_state=0, preset="plain"),
        X,
        Y[:, 0],
    ),
}


def test_every_estimator_is_here():
    assert {type(e).__name__ for e, _, _ in ESTIMATORS.values()} == set(estimators.__all__)


@pytest.mark.parametrize(("estimator", "X", "y"), ESTIMATORS.values(), ids=list(ESTIMATORS))
def test_estimators(again, tmp_path, estimator, X, y):
    estimator.fit(X, y)
    loaded = again(estimator)
    assert type(loaded) is type(estimator)
    assert loaded.get_params() == estimator.get_params()
    np.testing.assert_array_equal(loaded.predict(X), estimator.predict(X))
    assert loaded.predict(X).dtype == estimator.predict(X).dtype
    if hasattr(estimator, "predict_proba"):
        np.testing.assert_array_equal(loaded.predict_proba(X), estimator.predict_proba(X))
    # What was fitted goes on alike, too.
    if hasattr(estimator, "partial_fit"):
        for each in (loaded, estimator):
            each.early_stopping = False
            each.partial_fit(X, y)
        np.testing.assert_array_equal(loaded.predict(X), estimator.predict(X))
    first = (tmp_path / "m").read_bytes()
    save_model(load_model(tmp_path / "m"), tmp_path / "n")
    assert (tmp_path / "n").read_bytes() == first


def test_names_of_columns_come_back(again):
    import pandas as pd

    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    loaded = again(MLPRegressor(hidden_layer_sizes=3, **QUICK).fit(frame, Y))
    assert loaded.feature_names_in_.tolist() == ["a", "b", "c"]
    with pytest.raises(ValueError, match="feature names"):
        loaded.predict(frame[["b", "a", "c"]])


class Sine(ElementwiseActivation):
    name = "sine"
    range = ACTIVATIONS["tanh"].range

    def value(self, z):
        return np.sin(z)

    def derivative(self, z, a):
        return np.cos(z)


def test_what_only_python_can_describe_is_named(tmp_path):
    fitted = estimators.MLPRegressor(
        hidden_layer_sizes=3, callbacks=[lambda progress: None], **QUICK
    ).fit(X, Y)
    with pytest.raises(InvalidTypeError, match=r"callbacks\[0\] .* cannot be written"):
        save_model(fitted, tmp_path / "m")
    generator = np.random.RandomState(0)
    fitted = estimators.Perceptron(random_state=generator).fit(X, LABELS)
    with pytest.raises(InvalidTypeError, match=r"random_state .* it is a RandomState"):
        save_model(fitted, tmp_path / "m")
    result = trained(order=lambda epoch, n: np.arange(n))
    with pytest.raises(InvalidTypeError, match=r"result\.plan\.order .* it is a function"):
        save_model(result, tmp_path / "m")
    network = cr.Network([cr.Dense(3, 2, Sine())])
    with pytest.raises(InvalidValueError, match="activation Sine is not built in"):
        save_model(TrainedNetwork(network, network.initial_parameters(0)), tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


def test_numbers_that_are_not_finite(tmp_path):
    result = trained()
    broken = result.parameters.copy()
    broken.vector[3] = np.nan
    model = TrainedNetwork(result.network, broken)
    with pytest.raises(ModelFileError, match="parameters are not finite; it cannot be saved"):
        save_model(model, tmp_path / "m")


def test_a_model_without_a_table_is_no_pipeline(tmp_path):
    save_model(trained(), tmp_path / "m")
    with pytest.raises(ModelFileError, match="m holds a TrainingResult, which has no table"):
        load_pipeline(tmp_path / "m")


def test_parameters_of_another_network(tmp_path):
    result = trained()
    other = cr.mlp(3, (5,), 2, "tanh").initial_parameters(0)
    save_model(replace(result, parameters=other), tmp_path / "m")
    with pytest.raises(ModelFileError, match="the parameters do not fit the network"):
        load_model(tmp_path / "m")


@pytest.mark.parametrize(
    "change", [{"optimizer": "RMSprop"}, {"optimizer_state": np.zeros((1, 26))}]
)
def test_the_memory_of_another_optimizer(tmp_path, change):
    result = trained()
    save_model(replace(result, state=replace(result.state, **change)), tmp_path / "m")
    with pytest.raises(ModelFileError, match="belongs to another optimizer"):
        load_model(tmp_path / "m")


def test_networks_and_results_need_no_table(tmp_path):
    result = trained()
    save_model(result, tmp_path / "result")
    save_model(TrainedNetwork(result.network, result.parameters), tmp_path / "network")
    code = (
        "import sys; from chainrule.models import load_model, save_model\n"
        "for path in sys.argv[1:]:\n"
        "    model = load_model(path); save_model(model, path); model.predict([[1.0, 2.0, 3.0]])\n"
        "print([m for m in ('pyarrow', 'narwhals', 'sklearn', 'pandas') if m in sys.modules])"
    )
    paths = [tmp_path / "result", tmp_path / "network"]
    before = [path.read_bytes() for path in paths]
    done = subprocess.run([sys.executable, "-c", code, *paths], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
    assert [path.read_bytes() for path in paths] == before
    assert sorted(os.listdir(tmp_path)) == ["network", "result"]


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contents")
    models = [trained(), estimators.MLPClassifier(5, max_iter=2, n_iter_no_change=9)]
    models[1].set_params(solver="lbfgs", random_state=0)
    with pytest.warns(ConvergenceWarning, match="failed to converge"):
        models[1].fit(X, LABELS)
    found = []
    for model in models:
        save_model(model, folder / "m")
        found.append((folder / "m").read_bytes())
    return found


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_changed_byte_is_an_error_or_another_model(contents, tmp_path_factory, data):
    content = bytearray(data.draw(st.sampled_from(contents)))
    header = 8 + int.from_bytes(content[:8], "little")
    content[data.draw(st.integers(0, header))] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("changed") / "m"
    path.write_bytes(content)
    try:
        load_model(path)
    except ModelFileError:
        return


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.integers() | st.text(), inner)
    ),
)


@given(PLAIN)
def test_plain_values_come_back(value):
    arrays = {}
    assert repr(from_data(to_data(value, arrays, "x"), arrays)) == repr(value)
    assert arrays == {}


@given(st.lists(st.floats(), min_size=1))
def test_arrays_come_back_with_what_is_not_finite(numbers):
    arrays = {}
    array = np.array(numbers).reshape(-1, 1)
    back = from_data(to_data(array, arrays, "x"), arrays)
    np.testing.assert_array_equal(back, array)
    assert np.isfinite(arrays["x"]).all()
