"""Scores with their spread."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import DataError, InvalidTypeError, InvalidValueError
from chainrule.evaluation.bootstrap import interval, resampled
from chainrule.training import METRICS

RNG = np.random.default_rng(0)
X = RNG.normal(size=200)
CLASSES = {"x": X, "kind": np.where(X + RNG.normal(size=200) > 0, "yes", "no").tolist()}
NUMBERS = {"x": X, "y": 2 * X + RNG.normal(size=200), "w": np.arange(200) % 3}


@pytest.fixture(scope="module")
def classifier():
    return cr.Pipeline.fit(CLASSES, "kind", epochs=10, hidden=(4,), seed=0)


@pytest.fixture(scope="module")
def regressor():
    return cr.Pipeline.fit(NUMBERS, "y", drop=["w"], epochs=10, hidden=(4,), seed=0)


@pytest.mark.parametrize("which", ["classifier", "regressor"])
def test_values_and_guesses_are_those_of_the_pipeline(which, request):
    model = request.getfixturevalue(which)
    table = CLASSES if which == "classifier" else NUMBERS
    found, scores = cr.evaluate(model, table, resamples=20), model.evaluate(table)
    target = found.targets[0]
    assert target.rows == scores["rows"] == 200
    for score in target.scores:
        assert score.value == scores[score.metric]
        assert score.guess == scores[f"baseline_{score.metric}"]
        assert score.low <= score.high
    assert [score.metric for score in target.scores] == list(model.target.metrics)


def test_the_interval_of_a_mean_is_that_of_its_standard_error():
    # The accuracy of n rows has the standard deviation sqrt(p (1 - p) / n).
    n, p = 400, 0.8
    y = np.eye(2)[np.zeros(n, int)]
    a = np.eye(2)[(np.arange(n) >= p * n).astype(int)]
    values = resampled([METRICS["accuracy"]], a, y, None, 2000, 0)[:, 0]
    assert values.mean() == pytest.approx(p, abs=0.002)
    assert values.std() == pytest.approx(np.sqrt(p * (1 - p) / n), rel=0.05)
    low, high = interval(values, 0.95)
    assert (high - low) / 2 == pytest.approx(1.96 * values.std(), rel=0.1)


def test_resamples_are_a_function_of_the_seed():
    y, a = RNG.normal(size=(2, 50, 1))
    metrics = [METRICS["mse"]]
    first = resampled(metrics, a, y, None, 8, 3)
    assert (first == resampled(metrics, a, y, None, 8, 3)).all()
    assert (first[:5] == resampled(metrics, a, y, None, 5, 3)).all()
    assert (first != resampled(metrics, a, y, None, 8, 4)).all()


def test_outputs_that_are_no_numbers_have_no_interval():
    a = np.array([[np.nan], [1.0]])
    values = resampled([METRICS["mse"]], a, a, None, 5, 0)
    assert interval(values[:, 0], 0.95) == (None, None)


def test_weights_are_copies_of_rows(regressor):
    rows = np.repeat(np.arange(200), NUMBERS["w"])
    copies = {name: np.asarray(column)[rows] for name, column in NUMBERS.items()}
    weighted = cr.evaluate(regressor, NUMBERS, weight="w", resamples=0)
    copied = cr.evaluate(regressor, copies, resamples=0)
    for one, other in zip(weighted.targets[0].scores, copied.targets[0].scores, strict=True):
        assert one.value == pytest.approx(other.value)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_of_the_registry_suits_one_task(classifier, regressor, name):
    cases = [(classifier, CLASSES), (regressor, NUMBERS)]
    if name in regressor.target.metrics:
        cases.reverse()
    (suits, table), (other, its) = cases
    assert cr.evaluate(suits, table, metrics=name, resamples=2).head.metric == name
    with pytest.raises(InvalidValueError, match=f"in metrics '{name}'"):
        cr.evaluate(other, its, metrics=name)


def test_a_metric_of_ones_own(classifier):
    right = cr.Metric("right", METRICS["accuracy"].function, True)
    found = cr.evaluate(classifier, CLASSES, metrics=[right, "log_loss"], resamples=5)
    own = found["kind"]["right"]
    assert own.value == cr.evaluate(classifier, CLASSES, resamples=0).head.value


def test_several_targets_have_metrics_of_their_own():
    table = {**CLASSES, "y": NUMBERS["y"]}
    model = cr.Pipeline.fit(table, ["kind", "y"], epochs=3, hidden=(4,), seed=0)
    found = cr.evaluate(model, table, metrics=["rmse", "accuracy"], resamples=3)
    assert found["kind"].head.metric == "accuracy"
    assert found["y"].head.metric == "root_mean_squared_error"
    with pytest.raises(InvalidValueError, match="one for the classification of 'kind', too"):
        cr.evaluate(model, table, metrics="rmse")


def test_mistakes_are_counted(classifier, regressor):
    target = cr.evaluate(classifier, CLASSES, resamples=0).targets[0]
    predicted = classifier.predict(CLASSES)
    for i, true in enumerate(target.labels):
        for j, taken in enumerate(target.labels):
            n = ((np.array(CLASSES["kind"]) == true) & (predicted == taken)).sum()
            assert target.confusion[i][j] == n
    errors = regressor.predict(NUMBERS) - NUMBERS["y"]
    found = cr.evaluate(regressor, NUMBERS, resamples=0).targets[0].errors
    assert found["mean"] == pytest.approx(errors.mean())
    assert found["half"] == pytest.approx(np.median(abs(errors)))
    assert abs(found["largest"]) == pytest.approx(abs(errors).max())


def test_estimators_are_taken(classifier):
    model = cr.TabularClassifier(epochs=2, random_state=0).fit({"x": X}, CLASSES["kind"])
    table = {"x": X, model.pipeline_.target.name: CLASSES["kind"]}
    assert cr.evaluate(model, table, resamples=0).head.metric == "accuracy"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"model": "m"}, InvalidTypeError, "model .* must be a Pipeline or a fitted tabular"),
        ({"metrics": "acuracy"}, InvalidValueError, "did you mean 'accuracy'"),
        ({"metrics": []}, InvalidValueError, "at least one"),
        ({"metrics": "r2"}, InvalidValueError, "metric of classification, in metrics 'r2'"),
        ({"resamples": -1}, InvalidValueError, "resamples"),
        ({"level": 1.0}, InvalidValueError, "level"),
        ({"weight": "x"}, DataError, r"row \d+ \(column 'x'\)"),
        ({"weight": "kind"}, DataError, "'kind', must hold numbers"),
        ({"frame": {"x": [1.0]}}, DataError, "no column 'kind'"),
        ({"frame": {"x": [1.0], "kind": ["maybe"]}}, DataError, "'maybe' did not occur"),
    ],
)
def test_what_is_refused(classifier, arguments, error, message):
    with pytest.raises(error, match=message):
        cr.evaluate(**{"model": classifier, "frame": CLASSES, **arguments})


def test_it_prints_as_a_table(classifier):
    text = str(cr.evaluate(classifier, CLASSES, metrics="accuracy", resamples=10))
    assert text.startswith("kind, 200 rows; the guess is always ")
    assert "accuracy" in text
    assert " to " in text
