"""What each column adds to an output: completeness, axioms, tables, the command line."""

import json
from itertools import permutations

import numpy as np
import pytest
from click.testing import CliRunner

import chainrule as cr
from chainrule.activations import ACTIVATIONS
from chainrule.cli.explain import explain as command
from chainrule.errors import InvalidTypeError, InvalidValueError
from chainrule.explain import explain_columns, explain_prediction, input_gradient
from chainrule.models import load_model, save_model
from chainrule.tables import Pipeline, read_table

METHODS = ("integrated_gradients", "shapley")
RNG = np.random.default_rng(3)
BACKGROUND = RNG.normal(size=(40, 4))
X = RNG.normal(size=(6, 4))
SMOOTH = sorted(name for name in ACTIVATIONS if name not in ("step", "softmax"))


def network_of(activation, n_out=1, output="identity"):
    network = cr.Network(
        [cr.Dense(4, 7, activation), cr.Dense(7, 5, activation), cr.Dense(5, n_out, output)]
    )
    return network, network.initial_parameters(1)


def outputs(network, parameters, X):
    return cr.Subject(network, parameters).predict(X)


def by_name(e):
    return {c.column: c.value for c in e.contributions}


@pytest.fixture(scope="module")
def species():
    return Pipeline.fit("penguins", "species", hidden=(6,), epochs=5, seed=0, preset="plain")


@pytest.fixture(scope="module")
def mass():
    return Pipeline.fit("penguins", "body_mass_g", hidden=(5,), epochs=5, seed=0, preset="plain")


@pytest.fixture(scope="module")
def model(species, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "species.model"
    save_model(species, path)
    return str(path)


def run(*arguments):
    return CliRunner().invoke(command, [str(a) for a in arguments])


# --- the mathematics ------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("activation", SMOOTH)
def test_contributions_and_baseline_come_to_the_output(activation, method):
    network, parameters = network_of(activation)
    e = explain_columns(network, parameters, X[0], background=BACKGROUND, method=method)
    ends = outputs(network, parameters, np.stack([BACKGROUND.mean(axis=0), X[0]]))[:, 0]
    assert [e.baseline, e.output] == pytest.approx(ends, rel=1e-12)
    total = sum(c.value for c in e.contributions)
    size = max(abs(e.baseline), abs(e.output), *(abs(c.value) for c in e.contributions))
    assert e.remainder == pytest.approx(e.output - e.baseline - total, abs=1e-15 * size)
    assert abs(e.remainder) <= 1e-6 * size


@pytest.mark.parametrize("method", METHODS)
def test_a_linear_output_is_shared_out_by_its_weights(method):
    network, w = cr.Network([cr.Dense(4, 1)]), np.array([3.0, -2.0, 0.0, 5.0])
    e = explain_columns(
        network, {"layers[0].W": w[:, None], "b1": 7}, X[0], background=BACKGROUND, method=method
    )
    expected = w * (X[0] - BACKGROUND.mean(axis=0))
    found = by_name(e)
    np.testing.assert_allclose([found[f"x{i + 1}"] for i in range(4)], expected, rtol=1e-12)
    assert found["x3"] == 0
    if method == "shapley":
        assert max(c.error for c in e.contributions) <= 1e-14


def test_integrated_gradients_are_the_integral():
    network, parameters = network_of("tanh")
    b = BACKGROUND.mean(axis=0)
    t = (np.arange(20_000) + 0.5) / 20_000  # the midpoint rule: an error of about 1e-9
    along = input_gradient(network, parameters, b + t[:, None] * (X[0] - b))
    e = explain_columns(network, parameters, X[0], background=BACKGROUND)
    found = by_name(e)
    expected = (X[0] - b) * along.mean(axis=0)
    np.testing.assert_allclose([found[f"x{i + 1}"] for i in range(4)], expected, rtol=1e-6)


def test_shapley_values_are_within_their_errors():
    network, parameters = network_of("relu")
    b, orders = BACKGROUND.mean(axis=0), list(permutations(range(4)))
    exact = np.zeros(4)
    for order in orders:
        rows = np.stack([b] * 5)
        for k, column in enumerate(order):
            rows[k + 1 :, column] = X[0, column]
        exact[list(order)] += np.diff(outputs(network, parameters, rows)[:, 0]) / len(orders)
    e = explain_columns(
        network, parameters, X[0], background=BACKGROUND, method="shapley", n_permutations=400
    )
    assert e.n_permutations == 400
    for c in e.contributions:
        assert 0 < c.error < 0.2 * np.abs(exact).max()
        assert abs(c.value - exact[int(c.column[1:]) - 1]) <= 5 * c.error


def test_a_seed_decides_the_orders():
    network, parameters = network_of("relu")
    options = {"background": BACKGROUND, "method": "shapley", "n_permutations": 9}
    first, same, other = (
        explain_columns(network, parameters, X[0], seed=seed, **options) for seed in (1, 1, 2)
    )
    assert first.to_json() == same.to_json()
    assert by_name(first) != by_name(other)
    assert first.n_permutations == 10  # in pairs


def test_a_jump_cannot_be_integrated_and_the_remainder_says_so():
    network = cr.Network([cr.Dense(1, 1, "step")])
    numbers = {"layers[0].W": [[1]], "layers[0].b": [0]}
    e = explain_columns(network, numbers, [2.0], background=[[-1.0]])
    assert (e.baseline, e.output, e.contributions[0].value, e.remainder) == (0, 1, 0, 1)
    assert "the quadrature leaves 1.0e+00" in str(e)
    sampled = explain_columns(network, numbers, [2.0], background=[[-1.0]], method="shapley")
    assert sampled.contributions[0].value == 1


# --- tables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_a_row_of_a_table_by_column(species, method):
    e = explain_columns(species, "penguins", row=2, method=method)
    features = [c.name for c in species.schema.features]
    assert sorted(c.column for c in e.contributions) == sorted(features)
    assert {c.column: c.shown for c in e.contributions}["bill_length_mm"] == "40.3"
    row = read_table("penguins")[[2]]
    probabilities = species.predict_proba(row)[0]
    assert e.output == pytest.approx(probabilities.max(), rel=1e-5)
    assert e.prediction == species.predict(row)[0]
    assert e.target == f"species = {e.prediction}"
    assert "every input at its mean" in str(e)


def test_the_baseline_is_at_the_means_of_the_rows_learned_from(species):
    means = np.array(species.encoder.means)
    X = species.encoder.transform(read_table("penguins"), np.float64)[0]
    learned_from = 310  # of 344
    assert np.abs(means - X.mean(axis=0)).max() < 34 / learned_from
    e = explain_columns(species, "penguins", row=2, output="Gentoo")
    at_means = outputs(species.network, species.parameters.astype(np.float64), means[None])[0]
    assert e.baseline == pytest.approx(at_means[2], rel=1e-12)
    other = explain_columns(species, "penguins", row=2, output=2, background="penguins")
    at_means = outputs(species.network, species.parameters.astype(np.float64), X.mean(axis=0)[None])
    assert other.baseline == pytest.approx(at_means[0, 2], rel=1e-12)


def test_weights_count_in_the_means():
    table = {"x": [0.0, 1.0, 2.0, 3.0], "y": [0.0, 1.0, 2.0, 3.0]}
    weighted = Pipeline.fit(
        table, "y", sample_weight=[0, 0, 0, 1], epochs=1, seed=0, preset="plain"
    )
    X = weighted.encoder.transform(read_table(table), np.float64)[0]
    assert weighted.encoder.means == pytest.approx(X[3], rel=1e-6)


def test_a_quantity_is_explained_in_its_own_unit(mass):
    e = explain_columns(mass, "penguins", row=5)
    assert e.output == pytest.approx(float(mass.predict(read_table("penguins")[[5]])[0]), rel=1e-5)
    assert abs(e.remainder) < 1e-3
    assert e.prediction == ""
    assert e.target == "body_mass_g"


def test_labels_that_are_numbers():
    table = {"x": list(range(60)), "y": [k // 30 for k in range(60)]}
    pipeline = Pipeline.fit(table, "y", epochs=2, seed=0, preset="plain")
    e = explain_columns(pipeline, {"x": [59]}, output="1")
    assert e.target == "y = 1"
    assert e.prediction in "01"


def test_ten_columns_and_the_rest_on_request():
    X = RNG.normal(size=(30, 14))
    result = cr.train(cr.mlp(14, (5,), 1), X, X[:, 0], loss="mean_squared_error", epochs=2, seed=0)
    e = explain_columns(result, X[0], background=X)
    assert len(e.contributions) == 14
    assert "4 other columns" in e.to_text()
    assert "other" not in e.to_text("all")
    assert all(c.column in e.to_text("all") for c in e.contributions)
    sizes = [abs(c.value) for c in e.contributions]
    assert sizes == sorted(sizes, reverse=True)


def test_a_model_file_keeps_the_means(species, model):
    loaded = load_model(model)
    assert loaded.encoder == species.encoder
    np.testing.assert_allclose(
        [c.value for c in explain_columns(loaded, "penguins", row=2).contributions],
        [c.value for c in explain_columns(species, "penguins", row=2).contributions],
    )


def test_estimators(species):
    from chainrule.estimators import MLPClassifier, TabularRegressor

    rows = RNG.normal(size=(40, 3))
    labels = np.where(rows[:, 0] > 0, "up", "down")
    birds = MLPClassifier(hidden_layer_sizes=(4,), max_iter=20, random_state=0, solver="lbfgs")
    birds.fit(rows, labels)
    e = explain_columns(birds, rows[0], background=rows)
    assert e.target == "class up"
    assert e.output == pytest.approx(birds.predict_proba(rows[:1])[0, 1], rel=1e-6)
    table = {"colour": ["red", "blue", None, "red"] * 9, "size": [1.5, None, 3.0, 2.5] * 9}
    price = TabularRegressor(random_state=0, epochs=3, preset="plain").fit(
        table, [1.0, 2.0, 3.0, 4.0] * 9
    )
    e = explain_columns(price, table, row=1)
    assert {c.column: c.shown for c in e.contributions} == {"colour": "blue", "size": "missing"}
    assert e.output == pytest.approx(price.predict(table)[1], rel=1e-5)


# --- what cannot be asked -------------------------------------------------------------------------


def test_what_is_missing_or_unknown_is_said(species):
    network, parameters = network_of("relu", 2, "softmax")
    with pytest.raises(InvalidValueError, match=r"background \(=None\) must be given"):
        explain_columns(network, parameters, X[0])
    for options, says in [
        ({"method": "lime"}, "method"),
        ({"output": 2}, "be < 2, the number of outputs"),
        ({"output": "other"}, r"output \(='other'\) must be one of"),
        ({"n_permutations": 3}, "n_permutations"),
    ]:
        with pytest.raises(InvalidValueError, match=says):
            explain_columns(network, parameters, X[0], background=BACKGROUND, **options)
    with pytest.raises(InvalidValueError, match="did you mean 'Gentoo'"):
        explain_columns(species, "penguins", row=0, output="Gento")
    with pytest.raises(InvalidValueError, match="name one with row=0"):
        explain_columns(species, "penguins")
    with pytest.raises(InvalidTypeError, match=r"x \(=None\) must be given"):
        explain_columns(species)


# --- the gradient by the inputs, and arguments in their places ------------------------------------


@pytest.mark.parametrize("n_out", [1, 3])
def test_the_gradient_by_the_inputs(n_out):
    network, parameters = network_of("gelu", n_out, "softmax" if n_out > 1 else "sigmoid")
    gradient = input_gradient(network, parameters, X)
    assert gradient.shape == ((6, 4) if n_out == 1 else (6, n_out, 4))
    h = 1e-5
    for i in range(4):
        step = np.zeros(4)
        step[i] = h
        ahead, back = (outputs(network, parameters, X + s) for s in (step, -step))
        expected = (ahead - back) / (2 * h)
        np.testing.assert_allclose(gradient.reshape(6, n_out, 4)[:, :, i], expected, atol=1e-9)
    one = explain_prediction(network, parameters, X[2]).sensitivities
    np.testing.assert_allclose(gradient[2].reshape(n_out, 4), one, rtol=1e-12, atol=1e-15)


def test_a_fitted_model_may_be_followed_by_its_rows(mass):
    y = X[:, 0]
    result = cr.train(cr.mlp(4, (3,), 1), X, y, loss="mean_squared_error", epochs=2, seed=0)
    named = cr.explain(result, x=X[0], y=y[0], weight="w1")
    assert cr.explain(result, X[0], y[0], weight="w1").derivative == named.derivative
    again = cr.explain(result, result.parameters, X[0], y[0], weight="w1")
    assert again.derivative == named.derivative
    by_vector = cr.explain(result, result.parameters.vector, X[0], y=y[0], weight="w1")
    assert by_vector.derivative == named.derivative
    batch = cr.explain_batch(result, X, y, weight="w1")
    assert batch.derivative == cr.explain_batch(result, x=X, y=y, weight="w1").derivative
    assert cr.largest_gradients(result, X, y).loss == batch.loss
    np.testing.assert_array_equal(
        cr.input_gradient(result, X), cr.input_gradient(result.network, result.parameters, X)
    )
    walk = cr.explain_prediction(result, result.parameters, X[0])
    assert walk.outputs == cr.explain_prediction(result, X[0]).outputs
    row = cr.explain(mass, "penguins", row=2, weight="h1.w4")
    assert row.derivative == cr.explain(mass, x="penguins", row=2, weight="h1.w4").derivative


# --- the command line -----------------------------------------------------------------------------


def test_the_command_line_explains_by_column(model, species):
    result = run(model, "penguins", "--row", 3, "--format", "json")
    data = json.loads(result.output)
    assert data["kind"] == "columns"
    assert data["row"] == "row 3"
    expected = explain_columns(species, "penguins", row=2)
    assert [c["value"] for c in data["contributions"]] == pytest.approx(
        [c.value for c in expected.contributions]
    )
    text = run(model, "penguins", "--row", 3).output
    assert "adds" in text
    assert len(text.splitlines()) < 25
    sampled = run(model, "penguins", "--method", "shapley", "--output", "Gentoo").output
    assert "species = Gentoo" in sampled
    assert "standard error" in sampled
    assert "x1" in run("people", "--method", "shapley").output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--units", "--weight", "h1.w1"), "explain a row, not a weight"),
        (("--output", "Gentoo", "--top", "3"), "explain a row, not a weight"),
        (("--units", "--method", "shapley"), "--units excludes --output and --method"),
    ],
)
def test_options_that_exclude_each_other(model, arguments, says):
    result = run(model, "penguins", *arguments)
    assert result.exit_code == 2
    assert says in " ".join(result.output.split())


def test_what_cannot_be_computed_is_shown_as_such():
    network = cr.Network([cr.Dense(1, 1, "exp"), cr.Dense(1, 1)])
    numbers = {"layers[0].W": [[1e4]], "layers[0].b": [0], "layers[1].W": [[0]], "layers[1].b": [0]}
    e = explain_columns(network, numbers, [2.0], background=[[1.0]])
    assert np.isnan(e.output)
    assert "nan" in str(e)
    assert json.loads(e.to_json())["output"] == "nan"
