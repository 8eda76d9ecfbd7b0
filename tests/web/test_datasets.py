"""The data of the playground, and formulas that people type."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.web.datasets import SHAPES, make_data
from chainrule.web.formula import FUNCTIONS, parse_formula
from chainrule.web.problem import data_of, problem_of
from chainrule.web.settings import Settings
from chainrule.web.starts import DATASETS, start


@pytest.mark.parametrize("kind", SHAPES)
def test_a_shape_is_made_of_its_settings_alone(kind):
    one, again = (make_data(kind, n=101, noise=0.1, seed=3, validation=0.3) for _ in range(2))
    other = make_data(kind, n=101, noise=0.1, seed=4, validation=0.3)
    np.testing.assert_array_equal(one.X, again.X)
    np.testing.assert_array_equal(one.y, again.y)
    assert not np.array_equal(one.X, other.X)
    assert (len(one.y), len(one.y_validation)) == (71, 30)
    assert np.abs(one.X).max() < 2
    if one.task == "binary":
        assert set(one.y) == {0.0, 1.0}


@pytest.mark.parametrize("kind", [k for k in SHAPES if k not in ("gauss", "line", "wave")])
def test_without_noise_a_network_tells_the_classes_apart(kind):
    settings = Settings().changed(start(kind))
    data = make_data(kind, n=200, noise=0.0, seed=1)
    problem = problem_of(settings, data)
    result = cr.train(
        cr.mlp(2, (16, 16), 1, "tanh", "sigmoid"), *data.training(problem.loss),
        loss=problem.loss, optimizer=cr.Adam(0.02), epochs=400, seed=0,
    )  # fmt: skip
    assert ((result.predict(data.X)[:, 0] > 0.5) == data.y).mean() > 0.97


@pytest.mark.parametrize("entry", [d for d in DATASETS if d.name != "table"], ids=lambda d: d.name)
def test_each_data_set_has_a_start_that_trains(entry):
    settings = Settings().changed(start(entry.name))
    data = data_of(settings.data, {})
    assert (data.task, list(data.inputs)) == (entry.task, entry.inputs) or "lesson" in entry.name
    problem = problem_of(settings, data)
    assert problem.session.advance(problem.start, updates=1).state.update == 1


FORMULAS = {
    "2x": lambda x, y: 2 * x,
    "sin(3 x) / x": lambda x, y: np.sin(3 * x) / x,
    "x^2 - 1": lambda x, y: np.power(x, 2) - 1,  # x**2 is np.square, another last bit in old NumPy
    "-x^2": lambda x, y: -np.power(x, 2),
    "2(x+1)(x-1)": lambda x, y: 2 * (x + 1) * (x - 1),
    "exp(-x) pi": lambda x, y: np.exp(-x) * np.pi,
    "3": lambda x, y: 3 + 0 * x,
    "1e2x": lambda x, y: 100 * x,
    "x1^2 + x2^2 < 0.5": lambda x, y: x**2 + y**2 < 0.5,
    "x1 x2 > 0 and not x1 < 0.1": lambda x, y: (x * y > 0) & ~(x < 0.1),
    "-0.2 < x1 < 0.4 or x2 >= 1": lambda x, y: ((x > -0.2) & (x < 0.4)) | (y >= 1),
}


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_has_the_values_that_it_says(text):
    formula = parse_formula(text)
    X = np.random.default_rng(0).uniform(-1, 1, (50, len(formula.inputs)))
    x, y = X[:, 0], X[:, -1]
    np.testing.assert_array_equal(formula(X), FORMULAS[text](x, y).astype(float))
    assert formula.is_comparison == ("<" in text or ">" in text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "must be something like"),
        ("sin", "needs brackets"),
        ("sine(x)", "'sine' is not known; did you mean 'sin'"),
        ("x +", "missing bracket"),
        ("(x", "missing bracket"),
        ("y + 1", "'y' is not known"),
        ("x + x1", "x alone, or x1 and x2"),
        ("__import__('os')", "is not known"),
        ("x.__class__", "'.' is not known"),
        ("[x for x in x]", "'\\[' is not known"),
        ("lambda x: x", "':' is not known"),
        ("sin(x, 2)", "',' is not known"),
        ("x if x else x", "cannot be read"),
        ("x @ x", "'@' is not known"),
        ("x" * 201, "at most 200 characters"),
        ("(" * 150 + "x" + ")" * 150, "at most 200"),
        ("-" * 190 + "x", None),
        ("9" * 190, None),
    ],
)
def test_a_formula_that_is_none_is_refused(text, why):
    if why is None:
        assert len(parse_formula(text)(np.zeros((2, 1)))) == 2
        return
    with pytest.raises(cr.errors.InvalidValueError, match=why):
        parse_formula(text)


@given(st.text(alphabet="x12 .+-*/^()<>=andortsipe,_[]'\"", max_size=60))
def test_a_formula_is_read_or_refused(text):
    try:
        formula = parse_formula(text)
    except cr.errors.InvalidValueError:
        return
    assert formula(np.ones((3, len(formula.inputs)))).shape == (3,)


def test_every_function_is_the_one_of_its_name():
    x = np.array([[0.3], [2.0]])
    for name in FUNCTIONS:
        expected = {"log": np.log, "abs": np.abs}.get(name, getattr(np, name))
        np.testing.assert_array_equal(parse_formula(f"{name}(x)")(x), expected(x[:, 0]))


def test_a_formula_makes_data():
    data = make_data("formula", formula="x1 > x2", n=60, noise=0.0)
    np.testing.assert_array_equal(data.y, data.X[:, 0] > data.X[:, 1])
    data = make_data("formula", formula="log(x)", n=60, noise=0.0)
    assert "without a value left out" in data.message
    np.testing.assert_allclose(data.y, np.log(data.X[:, 0]))
    with pytest.raises(cr.errors.InvalidValueError, match="there is one class"):
        make_data("formula", formula="x1 < 9")
    with pytest.raises(cr.errors.InvalidValueError, match="has no number"):
        make_data("formula", formula="sqrt(-1 - x^2)")


def test_points_are_taken_as_drawn():
    data = make_data("points", points=[[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]])
    assert (data.X.tolist(), data.y.tolist()) == ([[0.0, 1.0], [1.0, 0.0]], [1.0, 0.0])
    assert "one class" in make_data("points", points=[[0.0, 1.0]]).message
    for points, why in (
        ([], "no points"),
        ([[0.0, 1.0], [0.0, 0.0, 1.0]], "as many numbers"),
        ([[0.0, 0.5]], "0 or 1"),
        ([[0.0, np.inf]], "finite"),
    ):
        with pytest.raises(cr.errors.DataError, match=why):
            make_data("points", points=points)


def test_a_table_becomes_inputs_and_classes():
    data = make_data("table", table="penguins", target="species", validation=0.3, seed=0)
    assert (data.task, data.n_out) == ("classes", 3)
    assert data.classes == ("Adelie", "Chinstrap", "Gentoo")
    assert set(data.y) == {0.0, 1.0, 2.0}
    some = make_data(
        "table", table="penguins", target="body_mass_g", features=["flipper_length_mm"]
    )
    assert (some.task, some.X.shape[1]) == ("regression", 1)
