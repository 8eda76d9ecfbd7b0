"""The peers with their defaults, each given columns as its documentation asks for them.

All take a frame of numbers and texts. Only what is needed for a fit to run is done to its columns.
"""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from .data import is_number, numbers

NUMBERS = make_column_selector(dtype_include="number")
TEXTS = make_column_selector(dtype_exclude="number")
MOST_LEVELS = 255
"""That HistGradientBoosting takes of a category."""


def frame(table: Any) -> pd.DataFrame:
    """A pyarrow table as a frame: float64, or texts in object columns; missing values are nan.

    The columns are called c0, c1, ...: LightGBM and XGBoost refuse some characters in names.
    """
    return pd.DataFrame(
        {
            f"c{i}": numbers(column) if is_number(column.type) else _texts(column)
            for i, column in enumerate(table.columns)
        }
    )


def _texts(column: Any) -> Any:
    values = [np.nan if value is None else str(value) for value in column.to_pylist()]
    return pd.Series(values, dtype=object)


class Categories(TransformerMixin, BaseEstimator):
    """Columns of text as pandas' categories.

    A level that training did not have is missing, and so are all but the `most` frequent ones.
    """

    def __init__(self, most: int | None = None) -> None:
        self.most = most

    def fit(self, X: Any, y: Any = None) -> "Categories":
        """Learn the levels."""
        self.levels_ = {
            name: sorted(X[name].value_counts().index[: self.most]) for name in TEXTS(X)
        }
        return self

    def transform(self, X: Any) -> Any:
        """X with its texts as categories."""
        return X.assign(
            **{
                name: pd.Categorical(X[name].where(X[name].isin(levels)), categories=levels)
                for name, levels in self.levels_.items()
            }
        )


def multilayer_perceptron(task: str, seed: int, threads: int) -> Any:
    """scikit-learn's MLP; the target of a regression is scaled as the inputs are."""
    scaled = make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler())
    encoded = ColumnTransformer(
        [("numbers", scaled, NUMBERS), ("texts", OneHotEncoder(handle_unknown="ignore"), TEXTS)]
    )
    if task == "classification":
        return make_pipeline(encoded, MLPClassifier(random_state=seed))
    network = make_pipeline(encoded, MLPRegressor(random_state=seed))
    return TransformedTargetRegressor(network, transformer=StandardScaler())


def hist_gradient_boosting(task: str, seed: int, threads: int) -> Any:
    """scikit-learn's, with the most frequent levels; its threads are those of OMP_NUM_THREADS."""
    kinds = {
        "classification": HistGradientBoostingClassifier,
        "regression": HistGradientBoostingRegressor,
    }
    return make_pipeline(Categories(MOST_LEVELS), kinds[task](random_state=seed))


def lightgbm(task: str, seed: int, threads: int) -> Any:
    """LightGBM."""
    import lightgbm

    kinds = {"classification": lightgbm.LGBMClassifier, "regression": lightgbm.LGBMRegressor}
    model = kinds[task](random_state=seed, n_jobs=threads, verbose=-1)
    return make_pipeline(Categories(), model)


def xgboost(task: str, seed: int, threads: int) -> Any:
    """XGBoost."""
    import xgboost

    kinds = {"classification": xgboost.XGBClassifier, "regression": xgboost.XGBRegressor}
    model = kinds[task](random_state=seed, n_jobs=threads, enable_categorical=True)
    return make_pipeline(Categories(), model)


class _CatBoost(BaseEstimator):
    """CatBoost, which is told at the fit which columns are texts, and wants texts without holes."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def fit(self, X: Any, y: Any) -> "_CatBoost":
        self.texts_ = TEXTS(X)
        self.model.fit(self._filled(X), y, cat_features=self.texts_)
        return self

    def predict(self, X: Any) -> Any:
        return self.model.predict(self._filled(X))

    def predict_proba(self, X: Any) -> Any:
        return self.model.predict_proba(self._filled(X))

    def _filled(self, X: Any) -> Any:
        return X.assign(**{name: X[name].fillna("missing") for name in self.texts_})


def catboost(task: str, seed: int, threads: int) -> Any:
    """CatBoost."""
    import catboost

    kinds = {
        "classification": catboost.CatBoostClassifier,
        "regression": catboost.CatBoostRegressor,
    }
    return _CatBoost(
        kinds[task](random_seed=seed, thread_count=threads, verbose=0, allow_writing_files=False)
    )


def _realmlp(variant: str, task: str, seed: int, threads: int) -> Any:
    """RealMLP of pytabkit on the processor; numbers without holes, as it asks for."""
    import pytabkit

    kind = {"classification": "Classifier", "regression": "Regressor"}[task]
    network = getattr(pytabkit, f"RealMLP_{variant}_{kind}")
    filled = ColumnTransformer(
        [("numbers", SimpleImputer(keep_empty_features=True), NUMBERS)],
        remainder="passthrough",
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    return make_pipeline(filled, network(device="cpu", random_state=seed, n_threads=threads))


def realmlp_td_s(task: str, seed: int, threads: int) -> Any:
    """RealMLP, simplified (Holzmüller, Grinsztajn & Steinwart 2024)."""
    return _realmlp("TD_S", task, seed, threads)


def realmlp_td(task: str, seed: int, threads: int) -> Any:
    """RealMLP (Holzmüller, Grinsztajn & Steinwart 2024)."""
    return _realmlp("TD", task, seed, threads)
