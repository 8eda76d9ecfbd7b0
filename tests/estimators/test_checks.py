"""scikit-learn's checks for estimators: every one that applies passes.

`Perceptron` alone is excused from what scikit-learn excuses its own from: with shuffled rows, a
weight of 0 is not the same as no row.
"""

import warnings
from typing import Any

import pytest
from sklearn.base import clone
from sklearn.utils import estimator_html_repr
from sklearn.utils.estimator_checks import check_estimator

from chainrule.estimators import MLPClassifier, MLPRegressor, Perceptron

# Checks that scikit-learn itself skips here, with its reason.
NOT_APPLICABLE = {
    "check_array_api_input": "SCIPY_ARRAY_API is not set: not checking array_api input",
    "check_classifiers_multilabel_output_format_decision_function": (
        "MLPClassifier does not have a decision_function method."
    ),
}

EXCUSED = {
    f"check_sample_weight_equivalence_on_{kind}_data": "orders depend on the number of rows"
    for kind in ("dense", "sparse")
}


@pytest.mark.parametrize(
    "estimator",
    [
        MLPClassifier(),
        MLPRegressor(),
        Perceptron(),
        MLPClassifier((), learning_rate_init=0.1),
        MLPRegressor(solver="sgd", learning_rate_init=0.01, activation=["tanh"], dropout=0.0),
    ],
    ids=["classifier", "regressor", "perceptron", "one neuron", "sgd"],
)
@pytest.mark.filterwarnings("ignore")
def test_check_estimator(estimator: Any) -> None:
    excused = EXCUSED if isinstance(estimator, Perceptron) else {}
    results = check_estimator(estimator, on_fail=None, on_skip=None, expected_failed_checks=excused)
    failed = [(r["check_name"], r["exception"]) for r in results if r["status"] == "failed"]
    assert not failed
    for result in results:
        if result["status"] == "xfail":
            assert result["check_name"] in excused
        elif result["status"] == "skipped":
            assert str(result["exception"]) == NOT_APPLICABLE[result["check_name"]]
        else:
            assert result["status"] == "passed"
    assert sum(r["status"] == "passed" for r in results) >= 50


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_parameters_and_defaults_are_theirs(kind: type) -> None:
    import inspect

    import sklearn.neural_network

    theirs = inspect.signature(getattr(sklearn.neural_network, kind.__name__)).parameters
    ours = inspect.signature(kind).parameters
    assert list(ours)[: len(theirs)] == list(theirs)
    for name, parameter in theirs.items():
        assert ours[name].default == parameter.default
        assert ours[name].kind == parameter.kind
    new = list(ours.values())[len(theirs) :]
    assert all(parameter.kind is inspect.Parameter.KEYWORD_ONLY for parameter in new)


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_public_attributes_are_theirs(kind: type, solver: str) -> None:
    import sklearn.neural_network

    X, y = [[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = getattr(sklearn.neural_network, kind.__name__)(max_iter=2, solver=solver)
        theirs.fit(X, y)
        ours = kind(max_iter=2, solver=solver).fit(X, y)
    public = {name for name in vars(theirs) if not name.startswith("_")}
    assert public <= set(dir(ours))
    for name in ("n_layers_", "n_outputs_", "out_activation_", "n_features_in_", "n_iter_"):
        assert getattr(ours, name) == getattr(theirs, name)
    methods = {name for name in dir(theirs) if not name.startswith("_") and hasattr(theirs, name)}
    if solver == "lbfgs":
        methods.discard("partial_fit")  # theirs is there for a regressor, and fails
        assert not hasattr(ours, "partial_fit")
    assert methods <= set(dir(ours))


def test_clone_parameters_and_html() -> None:
    for model in (MLPClassifier(5, dropout=0.1), MLPRegressor("huber", l1=0.1), Perceptron(eta0=2)):
        again = clone(model)
        assert again is not model
        assert again.get_params() == model.get_params()
        assert type(model).__name__ in estimator_html_repr(model)
    assert repr(MLPClassifier(5, dropout=0.1)) == (
        "MLPClassifier(dropout=0.1, hidden_layer_sizes=5)"
    )
    model = MLPClassifier().set_params(hidden_layer_sizes=(3,), class_weight="balanced")
    assert model.class_weight == "balanced"
