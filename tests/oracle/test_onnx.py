"""Our MLPs in ONNX, converted as the page says and run by ONNX's own runtime."""

import re
from pathlib import Path

import numpy as np
import pytest

from chainrule.estimators import MLPClassifier, MLPRegressor

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]

PAGE = Path(__file__).parents[2] / "docs" / "coming-from-scikit-learn.md"
X = np.random.default_rng(0).normal(size=(80, 3)).astype(np.float32)
CLASSES = np.array(["a", "b", "c"])[(X[:, 0] > 0).astype(int) + (X[:, 1] > 0)]
FEW = {"hidden_layer_sizes": (4, 3), "max_iter": 20, "random_state": 0}


@pytest.fixture(scope="module")
def names():
    """What the lines of the page define, run for one model."""
    pytest.importorskip("skl2onnx")
    pytest.importorskip("onnxruntime")
    (block,) = re.findall(r"^```py\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    model = MLPRegressor(**FEW).fit(X, X[:, 0])
    names = {"model": model, "X_test": X}
    exec(compile(block, str(PAGE), "exec"), names)
    return names


def outputs(names, model, **options):
    import onnxruntime

    onnx = names["to_onnx"](model, X[:1], options=options or None)
    session = onnxruntime.InferenceSession(
        onnx.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {"X": X})


@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic", "identity"])
@pytest.mark.parametrize(
    "y", [CLASSES, X[:, 0] > 0, (X > 0).astype(int)], ids=["three", "two", "labels"]
)
def test_classes_and_probabilities(names, activation, y):
    model = MLPClassifier(activation=activation, **FEW).fit(X, y)
    labels, probabilities = outputs(names, model, zipmap=False)
    np.testing.assert_array_equal(labels, model.predict(X))
    np.testing.assert_allclose(probabilities, model.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("columns", [0, slice(0, 2)])
def test_numbers(names, columns):
    model = MLPRegressor(**FEW).fit(X, X[:, columns])
    (predicted,) = outputs(names, model)
    expected = model.predict(X)
    np.testing.assert_allclose(predicted.reshape(expected.shape), expected, atol=1e-5)


@pytest.mark.parametrize("activation", ["gelu", ["tanh", "relu"]], ids=str)
def test_activations_that_skl2onnx_itself_does_not_know(names, activation):
    model = MLPClassifier(activation=activation, **FEW).fit(X, CLASSES)
    labels, probabilities = outputs(names, model, zipmap=False)
    np.testing.assert_array_equal(labels, model.predict(X))
    np.testing.assert_allclose(probabilities, model.predict_proba(X), atol=1e-5)
