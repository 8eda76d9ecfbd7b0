"""Whatever is fitted offers one subject, which explanations, diagnoses and plots share."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import chainrule as cr
from chainrule.errors import InvalidTypeError, InvalidValueError, NotFittedError
from chainrule.explain import explain, explain_prediction
from chainrule.models import load_model, save_model
from chainrule.plots import FitLineDisplay, NetworkDiagram
from chainrule.subject import HasSubject, Subject, subject_of

pd = pytest.importorskip("pandas")
pytestmark = pytest.mark.filterwarnings("ignore::chainrule.ConvergenceWarning")

rng = np.random.default_rng(0)
X = pd.DataFrame({"wing": rng.normal(3, 2, size=60), "bill": rng.normal(size=60)})
KINDS = np.array(["auk", "gull", "tern"])[(X["wing"] > 3).astype(int) + (X["bill"] > 0)]
LENGTH = X["wing"] * 2 + X["bill"]
MLP = {"hidden_layer_sizes": (3,), "max_iter": 3, "random_state": 0}
TABLE = {"hidden": (3,), "epochs": 2, "random_state": 0, "preset": "plain"}


def loaded(path):
    pipeline = cr.Pipeline.fit(
        X.assign(kind=KINDS), "kind", hidden=(3,), epochs=2, seed=0, preset="plain"
    )
    save_model(pipeline, path)
    return load_model(path)


MODELS = {
    "result": lambda path: cr.train(
        cr.mlp(2, (3,), 1, "tanh"), X.to_numpy(), LENGTH.to_numpy(), loss="mse", epochs=2, seed=0
    ),
    "classifier": lambda path: cr.MLPClassifier(**MLP).fit(X, KINDS),
    "two classes": lambda path: cr.MLPClassifier(**MLP, loss="hinge").fit(X, KINDS == "auk"),
    "regressor": lambda path: cr.MLPRegressor(**MLP).fit(X, LENGTH),
    "quantiles": lambda path: cr.MLPRegressor("quantile", quantiles=(0.1, 0.9), **MLP).fit(
        X, LENGTH
    ),
    "table of classes": lambda path: cr.TabularClassifier(**TABLE).fit(X, KINDS),
    "table of numbers": lambda path: cr.TabularRegressor(**TABLE).fit(X, LENGTH),
    "pipeline": lambda path: cr.Pipeline.fit(
        X.assign(length=LENGTH), "length", hidden=(3,), epochs=2, seed=0, preset="plain"
    ),
    "loaded": lambda path: loaded(path / "some.model"),
    "scikit-learn's": lambda path: make_pipeline(StandardScaler(), cr.MLPClassifier(**MLP)).fit(
        X, KINDS
    ),
}
TARGETS = {"classifier": KINDS, "two classes": KINDS == "auk", "table of classes": KINDS}
TARGETS |= {"loaded": KINDS, "scikit-learn's": KINDS}
UNITS = ("table of numbers", "pipeline")


@pytest.fixture(scope="module", params=MODELS)
def fitted(request, tmp_path_factory):
    return request.param, MODELS[request.param](tmp_path_factory.mktemp("models"))


def raw(name):
    y = np.asarray(TARGETS.get(name, LENGTH))
    return (X.to_numpy() if name == "result" else X), y


def test_it_brings_all_that_a_question_needs(fitted):
    name, model = fitted
    subject = subject_of(model)
    assert isinstance(model, HasSubject) == (name != "scikit-learn's")
    assert isinstance(subject, Subject)
    assert subject.parameters.vector.dtype == np.float64
    assert subject.objective.network is subject.network
    rows, y = raw(name)
    reader = subject.reader
    read = reader.rows(rows, 7)
    assert (read.X.shape, read.n) == ((1, subject.network.n_in), 60)
    np.testing.assert_array_equal(read.X, reader.rows(rows).X[7:8])
    targets = np.asarray(reader.targets(y, subject.loss), dtype=float).reshape(60, -1)
    assert targets.shape == (60, subject.network.n_out)
    assert subject.loss.targets.holds(targets)
    if name != "result":
        assert reader.inputs == ("wing", "bill")


def test_explanations_diagnoses_and_diagrams_see_the_same(fitted):
    name, model = fitted
    rows, y = raw(name)
    subject = subject_of(model)
    prepared = subject.reader.rows(rows).X
    targets = np.asarray(subject.reader.targets(y, subject.loss), dtype=float).reshape(60, -1)
    objective, numbers = subject.objective, subject.parameters
    by_hand = explain(objective, numbers, prepared, targets, row=4, weight="h1.w2")
    row = rows[4:5] if name == "result" else rows.iloc[[4]]
    e = explain(model, x=row, y=y[4:5], weight="h1.w2")
    assert e.derivative == pytest.approx(by_hand.derivative, rel=1e-14)
    report = cr.diagnose(model, rows, y, stability=False)
    alone = cr.diagnose(objective, prepared, targets, parameters=numbers, stability=False)
    assert str(report) == str(alone)
    drawn = NetworkDiagram.from_network(model, x=prepared[4])
    np.testing.assert_array_equal(drawn.parameters.vector, numbers.vector)
    outputs = [o.value for o in explain_prediction(model, x=row).outputs]
    np.testing.assert_allclose(drawn.activations[-1], outputs, rtol=1e-14)
    if subject.reader.inputs:
        assert drawn.names[0] == ["wing", "bill"]


def test_predictions_are_the_model_s_own(fitted):
    name, model = fitted
    rows, _ = raw(name)
    row = rows[4:5] if name == "result" else rows.iloc[[4]]
    e = explain_prediction(model, x=row)
    own = np.asarray(model.predict(row)).ravel()
    if name in TARGETS:
        assert e.prediction == str(own[0])
    elif name in UNITS:
        assert e.outputs[0].in_units == pytest.approx(own[0], rel=1e-5)
    else:
        np.testing.assert_allclose([o.value for o in e.outputs], own, rtol=1e-5)


@pytest.mark.parametrize("name", UNITS)
def test_sensitivities_in_units_are_those_of_the_column_and_the_target(name, tmp_path):
    model = MODELS[name](tmp_path)
    e = explain_prediction(model, x=X.iloc[[4]])
    assert e.in_units is not None
    h = 1e-4
    for i, column in enumerate(X):
        values = []
        for sign in (1, -1):
            row = X.iloc[[4]].copy()
            row[column] += sign * h
            values.append(explain_prediction(model, x=row).outputs[0].in_units)
        # Truncation h^2 and rounding eps / h.
        numerical = (values[0] - values[1]) / (2 * h)
        assert e.in_units[0, i] == pytest.approx(numerical, rel=1e-5, abs=1e-7)


def test_other_numbers_take_the_place_of_its_own():
    result = MODELS["result"](None)
    zeros = np.zeros(result.network.layout.size)
    assert not subject_of(result, zeros).parameters.vector.any()
    assert explain(result, zeros, x=[1.0, 2.0], y=1.0, weight="w1").derivative == 0


def test_lines_of_whatever_was_fitted():
    line = cr.MLPRegressor(**MLP).fit(X[["wing"]], LENGTH)
    drawn = FitLineDisplay.from_network(line, X["wing"], LENGTH)
    expected = line.predict(pd.DataFrame({"wing": drawn.grid}))
    np.testing.assert_allclose(drawn.lines["prediction"], expected, rtol=1e-6)


def test_what_has_no_network_is_refused_by_every_face():
    network = cr.mlp(2, (3,), 1)
    for ask in (explain_prediction, NetworkDiagram.from_network):
        with pytest.raises(InvalidTypeError, match="network must be a Network, an Objective"):
            ask(3)
        with pytest.raises(NotFittedError, match="this MLPRegressor is not fitted yet; call fit"):
            ask(cr.MLPRegressor())
        with pytest.raises(NotFittedError, match="this TabularRegressor is not fitted yet"):
            ask(cr.TabularRegressor(preset="plain"))
    with pytest.raises(NotFittedError, match=r"parameters \(=None\) must be given"):
        cr.diagnose(network, [[1.0, 2.0]], [1.0], loss="mse")
    numbers = network.initial_parameters(0)
    with pytest.raises(InvalidTypeError, match=r"y \(=None\) must be given"):
        cr.diagnose(network, [[1.0, 2.0]], loss="mse", parameters=numbers)
    with pytest.raises(InvalidValueError, match=r"loss \(=None\) must be"):
        subject_of(network, numbers).objective  # noqa: B018
