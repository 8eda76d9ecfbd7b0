import importlib

import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnose import diagnose, snapshot
from chainrule.errors import (
    DataError,
    InvalidTypeError,
    InvalidValueError,
    NotFittedError,
    ShapeError,
)


def test_a_result_brings_its_own_loss_and_parameters(line):
    result = cr.train(
        line.network, line.X, line.y, loss=line.loss, optimizer=cr.SGD(1.4), epochs=3,
        batch_size="full", initial=line.parameters,
    )  # fmt: skip
    report = diagnose(result, line.X, line.y)
    assert report.snapshot.parameters == result.parameters
    assert report.problems == [f"stability: {report.curvature}"]
    assert "! stability" in str(report)
    assert "What helps" in str(report)


def test_a_healthy_network_has_no_problem(line):
    report = diagnose(line.network, line.X, line.y, loss=line.loss, parameters=line.parameters)
    assert report.problems == []
    assert str(report).startswith("2 samples, half_mean_squared_error 0.14547\n")
    assert str(report).endswith("No problem found.")


def test_every_finding_is_a_line(people):
    report = diagnose(
        people.network, people.X, people.y, loss=people.loss, parameters=people.parameters,
        stability=False,
    )  # fmt: skip
    assert report.curvature is None
    lines = str(report).splitlines()
    assert len(lines) == 1 + len(report.findings) + 1 + 2
    assert [line[0] for line in lines[1:5]] == ["!", "!", " ", " "]


def test_the_room_is_callable(line):
    package = importlib.import_module("chainrule.diagnose")
    report = package(line.network, line.X, line.y, loss=line.loss, parameters=line.parameters)
    assert report.problems == []


def test_bad_input_is_refused_by_name(line):
    network, X, y = line[:3]
    with pytest.raises(InvalidValueError, match=r"loss \(=None\) must be given"):
        diagnose(network, X, y, parameters=[0.0, 0.0])
    with pytest.raises(NotFittedError, match=r"parameters \(=None\) must be given"):
        diagnose(network, X, y, loss=line.loss)
    with pytest.raises(InvalidTypeError, match="network must be"):
        diagnose("line", X, y)
    with pytest.raises(ShapeError, match="X has the shape"):
        snapshot(network, np.ones((2, 3)), y, loss=line.loss, parameters=[0.0, 0.0])
    with pytest.raises(DataError, match="must be finite"):
        snapshot(network, X * np.nan, y, loss=line.loss, parameters=[0.0, 0.0])
    with pytest.raises(ShapeError, match="2 parameters"):
        snapshot(network, X, y, loss=line.loss, parameters=[0.0])
