"""ONNX models do what they were made of, in ONNX's runtime and in its reference evaluator."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.activations import Tanh
from chainrule.errors import InvalidTypeError, InvalidValueError, NotFittedError, WriteError
from chainrule.exchange import export_onnx, register_skl2onnx
from chainrule.models import TrainedNetwork

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("default"),  # those of other libraries
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]


@pytest.fixture(autouse=True)
def libraries():
    """Both runtimes, and what makes pipelines."""
    for name in ("onnx", "onnxruntime", "skl2onnx"):
        pytest.importorskip(name, reason=f"there is no {name}")


FEW = {"max_iter": 5, "n_iter_no_change": 9, "random_state": 0}


def in_runtime(model, inputs):
    import onnxruntime

    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, inputs), strict=True))


def in_reference(model, inputs):
    from onnx.reference import ReferenceEvaluator

    evaluator = ReferenceEvaluator(model)
    return dict(zip(evaluator.output_names, evaluator.run(None, inputs), strict=True))


RUNS = {"onnxruntime": in_runtime, "the reference evaluator": in_reference}


@pytest.fixture(params=RUNS)
def run(request):
    """Runs a model in one of both; what it gives is compared, and the largest difference said."""
    largest = {}

    def compare(model, inputs, expected, tolerance):
        found = RUNS[request.param](model, inputs)
        assert set(found) == set(expected)
        for name, value in expected.items():
            value = np.asarray(value)
            assert found[name].shape == value.shape, name
            if value.dtype.kind != "f":
                np.testing.assert_array_equal(found[name], value, name)
                continue
            scale = max(1.0, np.abs(value).max())
            largest[name] = np.abs(found[name] - value).max() / scale
            assert largest[name] <= tolerance, name
            worst = f"largest difference {max(largest.values()):.1e}"
            request.node.user_properties[:] = [("measured", worst)]

    return compare


def test_every_layer_and_activation(run, network, rows, activation):
    expected = network.predict(rows)
    # erf is in single precision, and roundings are those of another order of sums.
    single = rows.dtype == np.float32 or activation == "gelu"
    run(export_onnx(network), {"X": rows}, {"output": expected}, 1e-5 if single else 1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_layers_for_columns(run, dtype):
    front = cr.ByColumn([((2, 0), cr.PeriodicEmbedding(2, 3)), ((1,), cr.Scale(1))], 4)
    network = cr.Network([front, cr.ByColumn([(range(7), cr.Dense(7, 2, "tanh"))])])
    model = TrainedNetwork(network, network.initial_parameters(1, dtype))
    rows = np.random.default_rng(0).normal(size=(9, 4)).astype(dtype)
    worst = 1e-5 if dtype is np.float32 else 1e-12
    run(export_onnx(model), {"X": rows}, {"output": model.predict(rows)}, worst)


def inputs_of(table, encoder):
    """The columns of a table as the model takes them."""
    from chainrule.tables.encoder import NumberEncoder

    columns = cr.read_table(table).to_native()
    found = {}
    for column in encoder.columns:
        values = columns[column.name]
        if isinstance(column, NumberEncoder):
            found[column.name] = column.read(values)[:, None]
        else:
            texts, codes = column.read(values)
            known = np.array([*texts.to_pylist(), ""], object)
            found[column.name] = known[codes][:, None]
    return found


STRANGE = {
    "size": [None, 1e30, -4.0, 0.5],
    "colour": ["violet", "", None, "red"],
    "day": ["2030-01-01", None, "1969-12-31", "2024-05-05"],
    "price": ["1 €", None, "12,345 €", "0 €"],
    "new": [True, None, False, True],
}


@pytest.mark.parametrize("target", ["kind", "weight", ["kind", "weight"]], ids=str)
def test_pipelines(run, make, target, tmp_path):
    drop = ["kind"] if target == "weight" else ["weight"] if target == "kind" else []
    pipeline = make.pipeline(target, drop=drop)
    model = export_onnx(pipeline, tmp_path / "m.onnx")
    assert (tmp_path / "m.onnx").read_bytes() == model.SerializeToString()
    for table in (make.TABLE, STRANGE):
        with pytest.warns() if table is STRANGE else _nothing():
            predictions = pipeline.predict(table)
            outputs = pipeline.outputs(table)
            expected = predictions if isinstance(predictions, dict) else {target: predictions}
            expected = {
                name: values if values.dtype.kind == "U" else values[:, None]
                for name, values in expected.items()
            }
            if target == "kind":
                expected["kind probabilities"] = outputs
            if isinstance(target, list):
                expected["kind probabilities"] = pipeline.predict_proba(table)["kind"]
        run(model, inputs_of(table, pipeline.encoder), expected, 1e-5)


def _nothing():
    from contextlib import nullcontext

    return nullcontext()


@pytest.mark.parametrize("labels", [[2, 3], [True, False], [0.5, 1.5], ["a", "b"]], ids=str)
def test_labels_of_every_type(run, labels):
    table = {"x": np.arange(40.0), "y": [labels[k % 2] for k in range(40)]}
    pipeline = cr.Pipeline.fit(
        table, "y", task="classification", epochs=2, seed=0, hidden=(3,), preset="plain"
    )
    expected = {"y": pipeline.predict(table), "y probabilities": pipeline.predict_proba(table)}
    run(export_onnx(pipeline), {"x": np.arange(40.0)[:, None]}, expected, 1e-5)


def test_tabular_estimators(run, make):
    columns = {name: make.TABLE[name] for name in ("size", "colour", "new")}
    labels = np.array(make.TABLE["kind"])
    model = cr.TabularClassifier(hidden=(3,), epochs=3, random_state=0, preset="plain").fit(
        columns, labels
    )
    expected = {"target": model.predict(columns)}
    expected["target probabilities"] = model.predict_proba(columns)
    inputs = inputs_of(columns, model.pipeline_.encoder)
    run(export_onnx(model), inputs, expected, 1e-5)
    several = np.c_[make.TABLE["weight"], np.arange(len(labels))]
    regressor = cr.TabularRegressor(hidden=(3,), epochs=3, random_state=0, preset="plain").fit(
        columns, several
    )
    names = [part.name for part in regressor.pipeline_.target.parts]
    expected = dict(zip(names, regressor.predict(columns).T[..., None], strict=True))
    run(export_onnx(regressor), inputs, expected, 1e-5)


X = np.random.default_rng(0).normal(size=(80, 3))
CLASSES = np.array(["a", "b", "c"])[(X[:, 0] > 0).astype(int) + (X[:, 1] > 0)]
TARGETS = {"three": CLASSES, "two": X[:, 0] > 0, "numbers": (X[:, 0] > 0) * 2 + 5,
           "labels": (X > 0).astype(int)}  # fmt: skip


@pytest.mark.parametrize("y", TARGETS.values(), ids=list(TARGETS))
@pytest.mark.parametrize("activation", ["relu", ["gelu", "mish"]], ids=str)
def test_classifiers(run, y, activation):
    model = cr.MLPClassifier((4, 3), activation, **FEW).fit(X, y)
    expected = {"label": model.predict(X), "probabilities": model.predict_proba(X)}
    run(export_onnx(model), {"X": X}, expected, 1e-6)


@pytest.mark.parametrize("y", [CLASSES, X[:, 0] > 0], ids=["three", "two"])
def test_margins(run, y):
    model = cr.MLPClassifier(4, loss="hinge", **FEW).fit(X, y)
    scores = model.decision_function(X).reshape(len(X), -1)
    run(export_onnx(model), {"X": X}, {"label": model.predict(X), "scores": scores}, 1e-12)


@pytest.mark.parametrize("loss", ["squared_error", "poisson", "quantile"])
def test_regressors(run, loss):
    y = np.abs(X[:, 0]) if loss == "poisson" else X[:, 0]
    more = {"quantiles": (0.1, 0.9)} if loss == "quantile" else {}
    model = cr.MLPRegressor(loss, 4, **more, **FEW).fit(X, y)
    expected = {"prediction": model.predict(X).reshape(len(X), -1)}
    run(export_onnx(model), {"X": X}, expected, 1e-12)


@pytest.mark.parametrize("y", [CLASSES, X[:, 0] > 0], ids=["three", "two"])
def test_perceptrons(run, y):
    model = cr.Perceptron(random_state=0).fit(X, y)
    scores = model.decision_function(X).reshape(len(X), -1)
    run(export_onnx(model), {"X": X}, {"label": model.predict(X), "scores": scores}, 1e-12)


@pytest.mark.parametrize("kind", ["classes", "two classes", "number", "numbers"])
def test_pipelines_of_scikit_learn_convert(kind):
    from skl2onnx import to_onnx
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    register_skl2onnx()
    register_skl2onnx()  # twice is as good as once
    single = X.astype(np.float32)
    if "classes" in kind:
        y = CLASSES if kind == "classes" else X[:, 0] > 0
        model = make_pipeline(StandardScaler(), cr.MLPClassifier((4, 3), ["gelu", "tanh"], **FEW))
        model.fit(single, y)
        found = in_runtime(to_onnx(model, single[:1], options={"zipmap": False}), {"X": single})
        np.testing.assert_array_equal(found["label"], model.predict(single))
        np.testing.assert_allclose(found["probabilities"], model.predict_proba(single), atol=1e-5)
        mapped = in_runtime(to_onnx(model, single[:1]), {"X": single})["output_probability"]
        assert [*mapped[0].values()] == pytest.approx(model.predict_proba(single)[0], abs=1e-5)
        return
    y = X[:, 0] if kind == "number" else X[:, :2]
    model = make_pipeline(StandardScaler(), cr.MLPRegressor(hidden_layer_sizes=4, **FEW))
    (found,) = in_runtime(to_onnx(model.fit(single, y), single[:1]), {"X": single}).values()
    expected = model.predict(single)
    np.testing.assert_allclose(found, expected.reshape(len(X), -1), atol=1e-5)


@pytest.mark.parametrize("y", [CLASSES, X[:, 0] > 0], ids=["three", "two"])
def test_a_perceptron_in_a_pipeline_converts(y):
    from skl2onnx import to_onnx
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    register_skl2onnx()
    single = X.astype(np.float32)
    model = make_pipeline(StandardScaler(), cr.Perceptron(random_state=0)).fit(single, y)
    found = in_runtime(to_onnx(model, single[:1], options={"zipmap": False}), {"X": single})
    np.testing.assert_array_equal(found["label"], model.predict(single))
    scores = model.decision_function(single).reshape(len(X), -1)
    shown = found["probabilities"][:, -scores.shape[1] :]
    np.testing.assert_allclose(shown, scores, atol=1e-5)


def test_what_there_is_no_onnx_for(tmp_path):
    class Own(Tanh):
        pass

    made = cr.Network([cr.Dense(2, 1, Own())])
    model = TrainedNetwork(made, made.initial_parameters(0))
    with pytest.raises(InvalidValueError, match=r"activation Own of layers\[0\] is not built in"):
        export_onnx(model, tmp_path / "m.onnx")
    with pytest.raises(NotFittedError, match="MLPClassifier is not fitted yet; call fit first"):
        export_onnx(cr.MLPClassifier())
    with pytest.raises(InvalidTypeError, match=r"model \(=3\) must be fitted"):
        export_onnx(3)
    fine = cr.mlp(2, (), 1)
    with pytest.raises(WriteError, match="there is no folder"):
        export_onnx(TrainedNetwork(fine, fine.initial_parameters(0)), tmp_path / "none" / "m.onnx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("preset", ["auto", "best"])
@pytest.mark.parametrize("task", ["classes", "quantity"])
def test_what_presets_make_of_columns(run, preset, task):
    rng, n = np.random.default_rng(0), 800
    days = np.arange("2020-01-01", "2023-01-01", dtype="datetime64[D]")[:n]
    table = {"day": days, "sex": rng.choice(["m", "f"], n), "x": rng.normal(size=n)}
    y = table["x"] + rng.normal(size=n)
    if task == "classes":
        y = np.where(y > 0, "yes", "no")
    pipeline = cr.Pipeline.fit({**table, "y": y}, "y", preset=preset, epochs=2, seed=0, hidden=(3,))
    given = {
        "day": days.astype(np.float64)[:, None],
        "sex": table["sex"].astype(object)[:, None],
        "x": table["x"][:, None],
    }
    expected = {"y": pipeline.predict(table)}
    if task == "classes":
        expected["y probabilities"] = pipeline.predict_proba(table)
    else:
        expected["y"] = expected["y"][:, None]
    run(export_onnx(pipeline), given, expected, 1e-5)


def test_ordered_categories(run):
    size = [None if k % 7 == 0 else ["S", "M", "XL"][k % 3] for k in range(60)]
    table = {"size": size, "x": np.arange(60.0), "y": np.sin(np.arange(60))}
    pipeline = cr.Pipeline.fit(
        table, "y", ordered={"size": ["S", "M", "L", "XL"]}, epochs=3, hidden=(4,), seed=0
    )
    later = {"size": ["S", "M", "L", "XL", None], "x": np.arange(5.0)}
    model = export_onnx(pipeline)
    for rows in (table, later):
        expected = {"y": pipeline.predict(rows)[:, None]}
        run(model, inputs_of(rows, pipeline.encoder), expected, 1e-5)
    inputs = inputs_of({"size": ["huge"], "x": [1.0]}, pipeline.encoder)
    with pytest.warns(cr.errors.DataWarning):
        expected = {"y": pipeline.predict({"size": ["huge"], "x": [1.0]})[:, None]}
    run(model, inputs, expected, 1e-5)
