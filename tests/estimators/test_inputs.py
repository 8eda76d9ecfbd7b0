"""Tables as people have them: frames of three kinds, sparse matrices, and bad input."""

import warnings
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp

from chainrule import ChainruleError
from chainrule.estimators import MLPClassifier, MLPRegressor, Perceptron
from chainrule.estimators.inputs import check_X, is_plain

# L-BFGS is stopped early here; how good a fit is is not the question.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}
COLUMNS = {
    "age": [20.0, 31.0, 45.0, 60.0, 25.0, 52.0],
    "height": [1, 2, 3, 1, 2, 3],
    "member": [True, False, True, True, False, False],
}
Y = [0, 1, 1, 0, 1, 0]


def quick(kind: Any = MLPClassifier, **options: Any) -> Any:
    """An estimator that is fitted at once and content with it."""
    defaults = {"hidden_layer_sizes": 4, "solver": "lbfgs", "max_iter": 20, "random_state": 0}
    return kind(**defaults | options)


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor, Perceptron])
def test_frames(frame: Any, kind: Any) -> None:
    def make() -> Any:
        return Perceptron(random_state=0) if kind is Perceptron else quick(kind)

    X = frame(COLUMNS)
    model = make().fit(X, Y)
    assert list(model.feature_names_in_) == list(COLUMNS)
    array = np.column_stack([np.asarray(c, dtype=float) for c in COLUMNS.values()])
    plain = make().fit(array, Y)
    np.testing.assert_array_equal(model.predict(X), plain.predict(array))
    for other in FRAMES.values():
        np.testing.assert_array_equal(model.predict(other(COLUMNS)), plain.predict(array))
    wrong = dict(COLUMNS, weight=COLUMNS["age"])
    del wrong["age"]
    with pytest.raises(ValueError, match="weight"):
        model.predict(frame(wrong))
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.predict(array)


@pytest.mark.parametrize("series", [pd.Series, pl.Series, pa.array], ids=FRAMES)
def test_targets_in_series(series: Any) -> None:
    X = np.array(list(COLUMNS.values()), dtype=float).T
    model = quick().fit(X, series(["a" if c else "b" for c in Y]))
    assert model.classes_.tolist() == ["a", "b"]
    assert set(model.predict(X)) <= {"a", "b"}
    assert quick(MLPRegressor).fit(X, series([float(c) for c in Y])).predict(X).shape == (6,)


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize("kind", [quick, Perceptron])
def test_categories_and_missing_values_are_refused_by_name(frame: Any, kind: Any) -> None:
    words = frame(dict(COLUMNS, colour=["red", "blue", "red", "red", "blue", "blue"]))
    with pytest.raises(ChainruleError, match=r"column 'colour' of X.*Tabular"):
        kind().fit(words, Y)
    missing = dict(COLUMNS, age=[20.0, 31.0, None, 60.0, 25.0, 52.0])
    with pytest.raises(ValueError, match=r"NaN in column 0 \('age'\), row 2.*Tabular"):
        kind().fit(frame(missing), Y)
    model = kind().fit(frame(COLUMNS), Y)
    with pytest.raises(ValueError, match=r"NaN in column 0 \('age'\), row 2"):
        model.predict(frame(missing))


def test_lazy_frames_are_to_be_collected() -> None:
    with pytest.raises(ChainruleError, match=r"X\.collect\(\)"):
        quick().fit(pl.DataFrame(COLUMNS).lazy(), Y)


def test_kinds_of_columns_that_pandas_has() -> None:
    X = pd.DataFrame(COLUMNS)
    for dtype in ("Int64", "Float64", object):
        model = quick().fit(X.assign(age=X["age"].astype(dtype)), Y)
        np.testing.assert_array_equal(model.coefs_[0], quick().fit(X, Y).coefs_[0])
    for values in (
        pd.Categorical(list("ababab")),
        pd.date_range("2020", periods=6),
        list("ababab"),
    ):
        with pytest.raises(ChainruleError, match="column 'age' of X holds"):
            quick().fit(X.assign(age=values), Y)
    gaps = X.assign(age=pd.array([20, 31, 45, 60, 25, None], dtype="Int64"))
    with pytest.raises(ValueError, match=r"column 0 \('age'\)"):
        quick().fit(gaps, Y)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_not_finite_numbers_name_the_column(value: float) -> None:
    X = np.arange(12.0).reshape(6, 2)
    model = quick().fit(X, Y)
    X[4, 1] = value
    for call in (model.predict, model.predict_proba, model.transform, model.input_gradient):
        with pytest.raises(ValueError, match=r"(NaN|infinity) in column 1, row 4"):
            call(X)
    with pytest.raises(ValueError, match=r"column 1, row 4"):
        model.fit(X, Y)
    with pytest.raises(ValueError, match=r"column 1, row 4"):
        model.fit(sp.csr_array(X), Y)
    with pytest.raises(ValueError, match="y contains"):
        quick(MLPRegressor).fit(np.ones((3, 1)), [0.0, value, 1.0])


def test_huge_numbers_are_no_infinity() -> None:
    """The quick check sums squares, which overflow: the careful one must decide."""
    X = np.arange(12.0).reshape(6, 2)
    model = quick(activation="identity").fit(X, Y)
    assert model.predict(np.full((1, 2), 1e200)).shape == (1,)


@pytest.mark.parametrize(
    ("X", "match"),
    [
        ([1.0, 2.0], "Expected 2D array"),
        ([[1.0]], "expecting 2 features"),
        (np.ones((2, 3)), "expecting 2 features"),
        (np.ones((2, 2, 2)), "dim"),
        (np.empty((0, 2)), "0 sample"),
        ([["a", "b"]], r"text 'a' in column 0, row 0.*Tabular"),
        (np.array([[1.0, "x"]], dtype=object), r"text 'x' in column 1, row 0"),
        (np.ones((1, 2), dtype=complex), "Complex data not supported"),
        (None, "dtype|array|NoneType"),
    ],
    ids=[
        "row",
        "one column",
        "three columns",
        "cube",
        "no rows",
        "text",
        "objects",
        "complex",
        "None",
    ],
)
def test_bad_rows_to_predict(X: Any, match: str) -> None:
    for model in (
        quick().fit(np.arange(12.0).reshape(6, 2), Y),
        quick(MLPRegressor).fit(np.arange(12.0).reshape(6, 2), Y),
    ):
        with pytest.raises((ValueError, TypeError), match=match):
            model.predict(X)


@pytest.mark.parametrize("container", [sp.csr_matrix, sp.csc_array, sp.coo_array])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_sparse_is_dense(container: Any, solver: str, monkeypatch: Any) -> None:
    """Parts of 20 rows instead of a million numbers: the same fit, but for rounding of sums."""
    from chainrule.engines import chunked as parts

    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 10)) * (rng.random((90, 10)) < 0.3)
    y = np.digitize(X.sum(axis=1), [-0.5, 0.5])
    options = {"solver": solver, "max_iter": 12, "batch_size": 20, "alpha": 0.1}
    weight = rng.random(90)
    dense = quick(**options).fit(X, y, weight, X_val=X[:9], y_val=y[:9])
    monkeypatch.setattr(parts, "_NUMBERS", 250)
    sparse = quick(**options).fit(container(X), y, weight, X_val=container(X[:9]), y_val=y[:9])
    # A sum of 90 numbers in another order, fed back through 12 steps of a quasi-Newton method.
    rtol = 1e-10 if solver == "adam" else 1e-5
    np.testing.assert_allclose(sparse.loss_curve_, dense.loss_curve_, rtol=rtol)
    np.testing.assert_allclose(
        sparse.validation_loss_curve_, dense.validation_loss_curve_, rtol=rtol
    )
    np.testing.assert_allclose(dense.predict_proba(container(X)), dense.predict_proba(X))
    np.testing.assert_allclose(dense.transform(container(X)), dense.transform(X))
    np.testing.assert_array_equal(sparse.predict(container(X)), dense.predict(X))


@pytest.mark.slow
def test_sparse_never_becomes_dense_as_a_whole(monkeypatch: Any) -> None:
    """A matrix that would take 8 TB: fitting and predicting it must stay small."""
    n_features = 2**20
    X = sp.random_array((100, n_features), density=1e-5, random_state=0, format="csr") * 1.0
    y = np.arange(100) % 2
    sizes = []
    original = sp.csr_array.toarray

    def counted(self: Any, *args: Any, **options: Any) -> Any:
        sizes.append(self.shape[0] * self.shape[1])
        return original(self, *args, **options)

    monkeypatch.setattr(sp.csr_array, "toarray", counted)
    model = MLPClassifier(2, max_iter=1, batch_size=1, n_iter_no_change=1, shuffle=False)
    with pytest.warns(UserWarning, match="Maximum iterations"):
        model.fit(X[:3], y[:3])
    model.predict(X[:3])
    assert max(sizes) <= 2**20


BAD_PARAMETERS: list[tuple[str, Any]] = [
    ("hidden_layer_sizes", (3, 0)),
    ("hidden_layer_sizes", -1),
    ("hidden_layer_sizes", (2.5,)),
    ("activation", "relo"),
    ("activation", ["relu", "relu"]),
    ("activation", 3),
    ("solver", "adamm"),
    ("solver", None),
    ("alpha", -1),
    ("batch_size", 0),
    ("batch_size", "half"),
    ("learning_rate", "fast"),
    ("learning_rate_init", 0.0),
    ("power_t", -1),
    ("max_iter", 0),
    ("max_iter", 1.5),
    ("shuffle", "yes"),
    ("random_state", "seed"),
    ("tol", -1e-4),
    ("verbose", -1),
    ("warm_start", 2),
    ("momentum", 2),
    ("nesterovs_momentum", None),
    ("early_stopping", 1),
    ("validation_fraction", 1.0),
    ("beta_1", 1.0),
    ("beta_2", -0.1),
    ("epsilon", 0),
    ("n_iter_no_change", 0),
    ("n_iter_no_change", 2.5),
    ("max_fun", 0),
    ("loss", "cross_entropie"),
    ("dropout", 1.0),
    ("dropout", [0.1, 0.1]),
    ("l1", -0.1),
    ("weight_decay", -0.1),
    ("threads", 0),
    ("engine", "fast"),
    ("callbacks", 3),
    ("progress", "bar"),
]


@pytest.mark.parametrize(("name", "value"), BAD_PARAMETERS)
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_bad_parameters(kind: Any, name: str, value: Any) -> None:
    with pytest.raises((ValueError, TypeError)) as error:
        kind(**{name: value}).fit([[0.0], [1.0]], [0, 1])
    said = str(error.value)
    assert name.split("_")[0] in said or repr(value) in said


def test_what_else_is_refused() -> None:
    X, y = np.ones((4, 2)), [0, 1, 0, 1]
    with pytest.raises(ValueError, match="must be given together"):
        MLPClassifier().fit(X, y, X_val=X)
    with pytest.raises(ValueError, match=r"classes not in `self.classes_`: \[2\]"):
        MLPClassifier().fit(X, y, X_val=X, y_val=[0, 1, 2, 0])
    with pytest.raises(ValueError, match="y_val has 3 rows"):
        MLPClassifier().fit(X, y, X_val=X, y_val=[0, 1, 0])
    with pytest.raises(ValueError, match="weight_decay needs a stochastic solver"):
        MLPClassifier(solver="lbfgs", weight_decay=0.1).fit(X, y)
    with pytest.raises(ValueError, match="sample_weight"):
        MLPClassifier().fit(X, y, sample_weight=[1, 1, -1, 1])
    with pytest.raises(ValueError, match="y must be"):
        MLPRegressor("poisson").fit(X, [-1.0, 1, 2, 3])
    with pytest.raises(ValueError, match="quantiles need loss='quantile'"):
        MLPRegressor(quantiles=(0.1, 0.9)).fit(X, y)
    with pytest.raises(ValueError, match="one column"):
        MLPRegressor("quantile", quantiles=(0.1, 0.9)).fit(X, np.ones((4, 2)))
    with pytest.raises(ValueError, match="Unknown label type"):
        MLPClassifier().fit(X, [0.1, 0.2, 0.3, 0.4])
    model = MLPClassifier(3, solver="lbfgs", alpha=1.0, warm_start=True).fit(np.eye(4)[:, :2], y)
    with pytest.raises(ValueError, match="do not fit hidden_layer_sizes=5"):
        model.set_params(hidden_layer_sizes=5).fit(X, y)
    with pytest.warns(UserWarning, match=r"batch_size \(=9\) is larger than the 4 samples"):
        MLPClassifier(batch_size=9, tol=10.0, n_iter_no_change=1).fit(X, y)


@cache
def fitted_once() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return quick().fit(np.arange(12.0).reshape(6, 2), Y)


@given(
    hnp.arrays(
        dtype=hnp.floating_dtypes(sizes=(32, 64), endianness="=") | hnp.integer_dtypes(),
        shape=hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3),
    )
)
@settings(max_examples=200)
def test_the_short_way_takes_nothing_that_the_long_way_would_not(X: Any) -> None:
    """What passes at once is what every check would have left as it is."""
    model = fitted_once()
    if is_plain(X, 2):
        np.testing.assert_array_equal(check_X(model, X), X)
        assert check_X(model, X).dtype == X.dtype
    else:
        try:
            checked = check_X(model, X)
        except ValueError:
            with pytest.raises(ValueError):  # noqa: PT011 - whatever the long way says
                model.predict(X)
        else:
            np.testing.assert_array_equal(model.predict(X), model.predict(checked))
