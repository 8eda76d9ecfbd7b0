"""Diagrams: every weight and bias is there, with its name, its value, its derivative."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InvalidValueError, ShapeError
from chainrule.plots import NetworkDiagram, NeuronDiagram
from chainrule.plots.canvas import Canvas, Circle, Words
from chainrule.plots.diagram import RADIUS
from chainrule.plots.style import BLUE, VERMILION

ONES = [1, 1, 1, 1, 0, 0, 1, 1, 0]


def words(diagram):
    canvas = diagram.canvas
    return [w.text for w in canvas.words] + [c.text for c in canvas.circles]


def test_all_nine_names(people):
    diagram = NetworkDiagram.from_network(
        people, input_names=["weight", "height"], output_names=["gender"]
    )
    names = {*words(diagram)}
    assert {"w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "b3"} <= names
    assert {"weight", "height", "h1", "h2", "gender", "hidden, sigmoid"} <= names
    assert len(diagram.canvas.circles) == 5
    assert len(diagram.canvas.lines) == 6


def test_a_name_lies_on_its_line(people):
    canvas = NetworkDiagram.from_network(people).canvas
    place = {c.text: np.array([c.x, c.y]) for c in canvas.circles}
    ends = {
        "w1": "x1 h1",
        "w2": "x2 h1",
        "w3": "x1 h2",
        "w4": "x2 h2",
        "w5": "h1 o1",
        "w6": "h2 o1",
    }
    for w in canvas.words:
        if w.text in ends:
            start, end = (place[name] for name in ends[w.text].split())
            along = (end - start) / np.linalg.norm(end - start)
            away = np.array([w.x, w.y]) - start
            # The part of it at a right angle to the line.
            assert np.linalg.norm(away - (away @ along) * along) < 1e-9


def test_values_derivatives_and_activations(people):
    p = cr.Parameters(people.layout, np.array(ONES, dtype=float))
    X, y = np.array([[-2.0, -1.0]]), np.array([[1.0]])
    objective = cr.Objective(people, "mean_squared_error")
    _, gradient = cr.value_and_gradient(objective, p, X, y)
    diagram = NetworkDiagram.from_network(people, ONES, gradient=gradient, x=X[0])
    found = words(diagram)
    assert "w1 = 1\ndL/dw = 0.0215" in found
    assert "w5 = 1\ndL/dw = -0.0113" in found
    assert "b3 = 0\ndL/db = -0.238" in found
    assert "h1\n0.0474" in found
    assert "o1\n0.524" in found
    # Colour, dash and width follow the derivatives: w1 is the largest, w5 negative.
    lines = diagram.canvas.lines
    w1, w2, w5 = lines[0], lines[1], lines[4]
    assert (w1.color, w1.dashed, w1.width) == (BLUE, False, 3.6)
    assert w2.width == pytest.approx(0.6 + 3.0 * 0.5)
    assert (w5.color, w5.dashed) == (VERMILION, True)


def test_long_layers_are_elided_and_counted():
    network = cr.Network([cr.Dense(1000, 100, "relu", bias=False), cr.Dense(100, 1, bias=False)])
    diagram = NetworkDiagram.from_network(network)
    names = words(diagram)
    assert len(diagram.canvas.circles) == 7 + 7 + 1
    assert len(diagram.canvas.lines) == 7 * 7 + 7
    assert "⋮\n993 more" in names
    assert "⋮\n93 more" in names
    assert {"x1", "x6", "x1000", "h1", "h6", "h100"} <= set(names)
    assert "w1" not in names
    full = NetworkDiagram.from_network(network, max_units=2)
    assert len(full.canvas.circles) == 2 + 2 + 1
    nine = cr.Network([cr.Dense(2, 9), cr.Dense(9, 1)])
    assert len(NetworkDiagram.from_network(nine, max_units=8).canvas.circles) == 12


def test_every_label_of_a_larger_network_where_asked_for():
    network = cr.mlp(3, [4, 4], 2)
    diagram = NetworkDiagram.from_network(network, labels=True)
    names = words(diagram)
    expected = {f"w{k}" for k in range(1, 37)} | {f"b{k}" for k in range(1, 11)}
    assert expected <= set(names)
    # No two labels lie on each other.
    places = np.array([[w.x, w.y] for w in diagram.canvas.words if w.text in expected])
    distances = np.linalg.norm(places[:, None] - places, axis=2) + 9 * np.eye(len(places))
    assert distances.min() > 0.12


def test_layers_without_weights_are_named():
    network = cr.Network(
        [cr.Dense(2, 3, "tanh"), cr.BatchNorm(3), cr.Dropout(), cr.Frozen(cr.Dense(3, 1))]
    )
    names = words(NetworkDiagram.from_network(network, network.initial_parameters(0)))
    assert "hidden, tanh\nthen BatchNorm\nthen Dropout" in names


def test_a_neuron_with_its_numbers():
    diagram = NeuronDiagram.from_neuron(cr.Neuron([1, -1, 5], activation="relu"), [2, 3, 4])
    names = words(diagram)
    assert {"w1 = 1", "w2 = -1", "w3 = 5", "b = 0", "z = 19", "19", "relu", "Σ"} <= set(names)
    assert "x2\n3" in names
    assert diagram.a.tolist() == [19]


def test_a_layer_with_its_names():
    diagram = NeuronDiagram.from_layer(3, 2, "sigmoid", input_names=["a", "b", "c"])
    names = words(diagram)
    assert {"w1", "w2", "w3", "w4", "w5", "w6", "b1", "b2", "z1", "a2", "1", "c"} <= set(names)
    assert len(diagram.canvas.lines) == 4 * 2 + 2 * 2
    without = words(NeuronDiagram.from_layer(3, bias=False))
    assert "b" not in without
    assert "1" not in without


def test_svg_is_well_formed_and_complete(people):
    diagram = NetworkDiagram.from_network(people, ONES, input_names=["a < b", "c & d"])
    svg = diagram.to_svg()
    root = ElementTree.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{space}title").text == "Network 2-2-1"
    assert len(root.findall(f".//{space}circle")) == 5
    assert len(root.findall(f"{space}line")) == 6
    texts = {text.text for text in root.iter(f"{space}text")}
    assert {"a < b", "c & d", "w1 = 1", "b3 = 0"} <= texts
    assert diagram._repr_svg_() == svg


def test_svg_keeps_to_its_page(people):
    diagram = NetworkDiagram.from_network(people, ONES)
    svg = diagram.to_svg()
    width, height = map(float, re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())
    for x, y, r in re.findall(r'cx="([\d.-]+)" cy="([\d.-]+)" r="([\d.]+)"', svg):
        assert 0 <= float(x) - float(r) <= float(x) + float(r) <= width
        assert 0 <= float(y) - float(r) <= float(y) + float(r) <= height
    # One inch is 72 points, and y points down on paper.
    first = diagram.canvas.circles[0]
    left, _, _, top = diagram.canvas.box
    assert f'cx="{(first.x - left) * 72:.1f}" cy="{(top - first.y) * 72:.1f}"' in svg
    assert first.radius == RADIUS


def test_the_box_holds_words():
    canvas = Canvas("t", circles=[Circle(0, 0, 1)], words=[Words(3, 0, "ten chars.", 12)])
    left, right, _, _ = canvas.box
    assert left == pytest.approx(-1.15)
    assert right == pytest.approx(3 + 0.5 * 10 * 0.6 * 12 / 72 + 0.15)


def test_wrong_shapes_are_refused_by_name(people):
    with pytest.raises(ShapeError, match="input_names has 1 names"):
        NetworkDiagram.from_network(people, input_names=["weight"])
    with pytest.raises(ShapeError, match="output_names has 2 names"):
        NetworkDiagram.from_network(people, output_names=["a", "b"])
    with pytest.raises(ShapeError, match="x has the shape"):
        NetworkDiagram.from_network(people, ONES, x=[1])
    with pytest.raises(InvalidValueError, match="x needs parameters"):
        NetworkDiagram.from_network(people, x=[1, 2])
    with pytest.raises(InvalidValueError, match="max_units"):
        NetworkDiagram.from_network(people, max_units=1)
    with pytest.raises(ShapeError, match="9 parameters"):
        NetworkDiagram.from_network(people, [1, 2])
    with pytest.raises(ShapeError, match="x has the shape"):
        NeuronDiagram.from_neuron(cr.Neuron([1, 2]), [1])
    with pytest.raises(ShapeError, match="input_names has 1 names"):
        NeuronDiagram.from_layer(2, input_names=["a"])
