"""Over ten seeds, final scores are distributed as scikit-learn's."""

import warnings
from typing import Any

import numpy as np
import pytest
import sklearn.neural_network
from scipy.stats import ks_2samp
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from chainrule.estimators import MLPClassifier, MLPRegressor

CASES: dict[str, Any] = {
    "digits": (load_digits, MLPClassifier, {"max_iter": 15}),
    "breast_cancer": (load_breast_cancer, MLPClassifier, {"max_iter": 40}),
    "diabetes": (load_diabetes, MLPRegressor, {"max_iter": 200, "learning_rate_init": 0.01}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_scores_agree_in_distribution(name: str) -> None:
    """Kolmogorov and Smirnov: for two equal laws, p < 0.001 once in a thousand such tests.

    The seeds are fixed, so that the test says the same on every run. First weights are equal for
    equal seeds and the orders differ: the spread is that of orders and weights.
    """
    load, ours, options = CASES[name]
    X, y = load(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    scores: dict[bool, list[float]] = {True: [], False: []}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(10):
            for is_ours, kind in (
                (True, ours),
                (False, getattr(sklearn.neural_network, ours.__name__)),
            ):
                model = kind(hidden_layer_sizes=(40,), random_state=seed, **options)
                model.fit(X_train, y_train)
                scores[is_ours].append(model.score(X_test, y_test))
    assert ks_2samp(scores[True], scores[False]).pvalue > 0.001
    spread = np.std(scores[False], ddof=1)
    # Two means of ten differ by more than 4 standard errors of their difference about never.
    bound = 4 * max(spread, 1e-3) * np.sqrt(2 / 10)
    assert abs(np.mean(scores[True]) - np.mean(scores[False])) < bound
