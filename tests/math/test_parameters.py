import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.errors import InvalidTypeError, ShapeError, UnknownNameError
from chainrule.layers import BatchNorm, Dense, Dropout, Frozen
from chainrule.network import Network
from chainrule.parameters import Layout, Parameters, ParameterSpec, as_parameters

# The people network: w1, w2 -> h1; w3, w4 -> h2; w5, w6 -> o1.
PEOPLE = Network([Dense(2, 2, "sigmoid"), Dense(2, 1, "sigmoid")])


def numbered(network):
    return Parameters(network.layout, np.arange(float(network.layout.size)))


@st.composite
def networks(draw):
    """Dense layers of small sizes, with and without biases, other layers between them."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    layers = []
    for n_in, n_out in itertools.pairwise(sizes):
        dense = Dense(n_in, n_out, "tanh", bias=draw(st.booleans()))
        layers.append(Frozen(dense) if draw(st.booleans()) else dense)
        if draw(st.booleans()):
            layers.append(draw(st.sampled_from([Dropout(0.5), BatchNorm(n_out)])))
    return Network(layers)


@settings(max_examples=60)
@given(networks())
def test_names_round_trip(network):
    parameters = numbered(network)
    seen = []
    for view in network.layout.views:
        for index in np.ndindex(view.spec.shape):
            full = network.layout.full_name(view, index)
            by_unit = network.layout.unit_name(view, index)
            value = parameters[full]
            assert parameters[by_unit] == value
            assert network.layout.locate(full) == (view, index)
            assert network.layout.locate(by_unit) == (view, index)
            assert parameters[full.replace(",", " ,  ").replace("[", "[ ")] == value
            assert view.of(parameters.vector)[index] == value
            seen.append(value)
    assert seen == list(range(network.layout.size))  # every number has a name, in order


@settings(max_examples=60)
@given(networks())
def test_numbers_count_unit_by_unit_then_input_by_input(network):
    parameters = numbered(network)
    weights, biases = [], []
    for i, layer in enumerate(network.layers):
        arrays = parameters.layer(i)
        if "W" in arrays:
            weights += [arrays["W"][k, j] for j in range(layer.n_out) for k in range(layer.n_in)]
            biases += list(arrays.get("b", []))
    for kind, values in (("w", weights), ("b", biases)):
        assert [parameters[f"{kind}{k + 1}"] for k in range(len(values))] == values
        for outside in (0, len(values) + 1):
            with pytest.raises(UnknownNameError):
                parameters[f"{kind}{outside}"]


def test_the_articles_names():
    locate, full = PEOPLE.layout.locate, PEOPLE.layout.full_name
    for name, expected in {
        "w1": "layers[0].W[0, 0]",
        "w2": "layers[0].W[1, 0]",
        "w3": "layers[0].W[0, 1]",
        "w4": "layers[0].W[1, 1]",
        "w5": "layers[1].W[0, 0]",
        "w6": "layers[1].W[1, 0]",
        "b1": "layers[0].b[0]",
        "b2": "layers[0].b[1]",
        "b3": "layers[1].b[0]",
        "h1.w2": "layers[0].W[1, 0]",
        "h2.w1": "layers[0].W[0, 1]",
        "h2.b": "layers[0].b[1]",
        "o1.w2": "layers[1].W[1, 0]",
        "o1.b": "layers[1].b[0]",
    }.items():
        view, index = locate(name)
        assert index is not None
        assert full(view, index) == expected


def test_hidden_units_are_numbered_through_all_layers():
    network = Network([Dense(1, 2), Dense(2, 2), Dense(2, 2)])
    names = [unit[0] for unit in network.layout.units]
    assert names == ["h1", "h2", "h3", "h4", "o1", "o2"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("layers[0].V", "did you mean 'layers[0].W'?"),
        ("layer[0].W", "did you mean 'layers[0].W'?"),
        ("h1.w", "did you mean 'h1.w1'?"),
        ("zzz", "unknown parameter 'zzz'. Arrays: layers[0].W (2, 2), layers[0].b (2,)"),
        ("layers[0].W[2, 0]", "is out of range: layers[0].W has the shape (2, 2)"),
        ("layers[0].W[0, -1]", "is out of range"),
        ("layers[1].b[1]", "is out of range: layers[1].b has the shape (1,)"),
        ("layers[0].W[0]", "unknown parameter"),
        ("layers[7].W[0, 0]", "unknown parameter"),
        ("h3.w1", "unknown parameter"),
        ("h1.w3", "unknown parameter"),
        ("h1.w0", "unknown parameter"),
        ("w0", "unknown parameter"),
        ("w7", "unknown parameter"),
        ("b4", "unknown parameter"),
        ("", "unknown parameter ''"),
    ],
)
def test_unknown_names(name, words):
    parameters = numbered(PEOPLE)
    with pytest.raises(UnknownNameError, match=re.escape(words)):
        parameters[name]
    assert name not in parameters
    assert parameters.get(name) is None
    with pytest.raises(UnknownNameError):
        parameters[name] = 0.0


def test_a_bias_that_is_not_there():
    parameters = numbered(Network([Dense(2, 1, bias=False)]))
    for name in ("o1.b", "b1", "layers[0].b"):
        with pytest.raises(UnknownNameError):
            parameters[name]


def test_views_and_vector_are_one():
    parameters = numbered(PEOPLE)
    parameters["layers[0].W"][0, 1] = 50.0
    assert parameters.vector[1] == 50.0
    parameters["w3"] = 60.0
    assert parameters.vector[1] == 60.0
    parameters["layers[0].b"] = 7.0
    np.testing.assert_array_equal(parameters["layers[0].b"], 7.0)
    copy = parameters.copy()
    copy["w1"] = -1.0
    assert parameters["w1"] == 0.0
    assert copy != parameters
    assert parameters == parameters.copy()


def test_mapping():
    parameters = numbered(PEOPLE)
    assert list(parameters) == ["layers[0].W", "layers[0].b", "layers[1].W", "layers[1].b"]
    assert len(parameters) == 4
    assert "h1.w1" in parameters
    assert dict(parameters)["layers[1].b"] == 8.0
    assert parameters.astype(np.float32).vector.dtype == np.float32
    assert "9 numbers" in repr(parameters)
    with pytest.raises(TypeError):
        hash(parameters)


def test_wrong_shapes_are_refused():
    parameters = numbered(PEOPLE)
    with pytest.raises(ShapeError, match=r"layers\[0\].W has the shape \(2, 2\), the value has"):
        parameters["layers[0].W"] = [1.0, 2.0]
    with pytest.raises(ShapeError, match=r"w1 has the shape \(\), the value has \(2,\)"):
        parameters["w1"] = [1.0, 2.0]
    with pytest.raises(ShapeError, match=r"\(3,\), but the network has 9 parameters"):
        Parameters(PEOPLE.layout, np.zeros(3))


def test_masks_of_the_layout():
    network = Network(
        [Frozen(Dense(1, 1)), Dense(1, 2, learning_rate_factor=0.5), BatchNorm(2), Dense(2, 1)]
    )
    layout = network.layout
    #                       frozen W b  dense W   b     gamma beta mean variance   W     b
    assert layout.penalised.tolist() == [False] * 2 + [True] * 2 + [False] * 10 + [True] * 2 + [
        False
    ]
    assert layout.trainable.tolist() == [False] * 2 + [True] * 8 + [False] * 4 + [True] * 3
    assert layout.learning_rate_factor.tolist() == [1.0] * 2 + [0.5] * 4 + [1.0] * 11


def test_layouts_compare_by_what_they_hold():
    specs = [{"W": ParameterSpec((2, 3))}]
    assert Layout(specs) == Layout(specs)
    assert hash(Layout(specs)) == hash(Layout(specs))
    assert Layout(specs) != Layout([{"W": ParameterSpec((3, 2))}])


def test_as_parameters():
    layout = PEOPLE.layout
    given = numbered(PEOPLE)
    for form in (given, given.vector, given.vector.tolist(), dict(given)):
        made = as_parameters(layout, form, np.float64)
        assert made == given
        assert not np.shares_memory(made.vector, given.vector)
    by_name = {f"w{k}": 1.0 for k in range(1, 7)} | {f"b{k}": 0.0 for k in range(1, 4)}
    np.testing.assert_array_equal(
        as_parameters(layout, by_name, np.float32)["layers[0].W"], np.ones((2, 2))
    )


def test_as_parameters_refuses():
    layout = PEOPLE.layout
    with pytest.raises(UnknownNameError, match=r"lack layers\[1\].W, layers\[1\].b"):
        as_parameters(layout, {"layers[0].W": 1.0, "layers[0].b": 0.0}, np.float64)
    with pytest.raises(UnknownNameError, match="unknown parameter 'w9'"):
        as_parameters(layout, {"w9": 1.0}, np.float64)
    with pytest.raises(ShapeError, match="other layers"):
        as_parameters(layout, numbered(Network([Dense(2, 1)])), np.float64)
    with pytest.raises(ShapeError, match="the network has 9 parameters"):
        as_parameters(layout, [1.0, 2.0], np.float64)
    with pytest.raises(InvalidTypeError, match="not list"):
        as_parameters(layout, [[1.0]], np.float64)
