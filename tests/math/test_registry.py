import json
import re
from dataclasses import FrozenInstanceError, dataclass, fields, is_dataclass

import numpy as np
import pytest

from chainrule.activations import ACTIVATIONS, ELU, Activation
from chainrule.errors import (
    ChainruleError,
    InvalidTypeError,
    InvalidValueError,
    UnknownNameError,
    require_integer,
    require_number,
)
from chainrule.initializers import INITIALIZERS
from chainrule.losses import LOSSES, Quantile, SquaredError
from chainrule.optimizers import OPTIMIZERS
from chainrule.penalties import PENALTIES
from chainrule.registry import Registry, nearest, unknown
from chainrule.schedules import SCHEDULES

LISTS = [ACTIVATIONS, LOSSES, PENALTIES, INITIALIZERS, SCHEDULES, OPTIMIZERS]
EVERY = pytest.mark.parametrize("registry", LISTS, ids=lambda r: r.kind)


@EVERY
def test_lookup(registry: Registry):
    for name, item in registry.items():
        assert registry[name] is item
        assert registry.get_object(name) is item
        assert registry.get_object(item) is item
        assert name in registry
    for alias, name in registry.aliases.items():
        assert alias not in registry.objects
        assert registry[alias] is registry[name]
    assert len(registry) == len(list(registry))


@EVERY
def test_an_unknown_name(registry: Registry):
    name = next(iter(registry))
    wrong = name + "x"
    with pytest.raises(UnknownNameError, match=f"unknown {registry.kind} '{wrong}'") as error:
        registry[wrong]
    assert "; did you mean '" in str(error.value)
    assert f"Known: {', '.join(registry)}" in str(error.value)
    assert wrong not in registry
    assert registry.get(wrong) is None
    with pytest.raises(InvalidTypeError, match=r"must be a name or an instance of \w+, not int"):
        registry.get_object(3)


@EVERY
def test_plain_data(registry: Registry):
    for item in registry.values():
        data = json.loads(json.dumps(registry.to_dict(item)))
        assert registry.from_dict(data) == item
    with pytest.raises(UnknownNameError, match=f"unknown {registry.kind} 'Nothing'"):
        registry.from_dict({"type": "Nothing"})
    with pytest.raises(UnknownNameError, match="'None'"):
        registry.from_dict({})


@EVERY
def test_numbers_stay_as_they_are(registry: Registry):
    for item in filter(is_dataclass, registry.values()):
        for field in fields(item):
            with pytest.raises(FrozenInstanceError, match=f"'{field.name}'"):
                setattr(item, field.name, getattr(item, field.name))


def test_tuples_survive_json():
    loss = Quantile(quantile=(0.1, 0.9))
    assert LOSSES.from_dict(json.loads(json.dumps(LOSSES.to_dict(loss)))) == loss


def test_what_is_not_built_in_is_not_written():
    @dataclass(frozen=True)
    class MyError(SquaredError):  # type: ignore[misc]
        pass

    class Named(Activation):
        def value(self, z):
            return z

        def vjp(self, z, a, grad_a):
            return grad_a

    Named.__name__ = "ELU"  # a name alone proves nothing
    with pytest.raises(InvalidValueError, match="is not built in"):
        LOSSES.to_dict(MyError())
    with pytest.raises(InvalidValueError, match="is not built in"):
        ACTIVATIONS.to_dict(Named())
    assert ACTIVATIONS.to_dict(ELU()) == {"type": "ELU"}


def test_nearest():
    assert nearest("sigmod", ["sigmoid", "tanh"]) == "; did you mean 'sigmoid'?"
    assert nearest("SIGMOID", ["sigmoid"]) == "; did you mean 'sigmoid'?"
    assert nearest("adamw", ["AdamW"]) == "; did you mean 'AdamW'?"
    assert nearest("qqq", ["sigmoid"]) == ""
    assert str(unknown("metal", "qqq", ["iron"])) == "unknown metal 'qqq'. Known: iron"


def test_an_unknown_name_is_caught_as_people_expect():
    error = unknown("metal", "goldd", ["gold"])
    assert isinstance(error, ValueError)
    assert isinstance(error, KeyError)
    assert isinstance(error, ChainruleError)
    assert str(error) == "unknown metal 'goldd'; did you mean 'gold'? Known: gold"


@pytest.mark.parametrize(
    ("bounds", "good", "bad", "rule"),
    [
        ({"above": 0}, [1e-300, 3], [0, -1, float("nan"), float("inf")], "> 0"),
        ({"at_least": 0}, [0, 0.0, 5], [-1e-300, -2], ">= 0"),
        ({"above": 0, "below": 1}, [0.5], [0, 1, 2], "> 0 and < 1"),
        ({"at_least": 0, "at_most": 1}, [0, 1], [-0.1, 1.1], ">= 0 and <= 1"),
        ({}, [-5, 0], [float("nan"), float("-inf")], "a finite number"),
    ],
)
def test_require_number(bounds, good, bad, rule):
    for value in good:
        require_number("size", value, **bounds)
        require_number("size", np.float64(value), **bounds)
    for value in bad:
        with pytest.raises(InvalidValueError, match=re.escape(f"size (={value!r}) must be {rule}")):
            require_number("size", value, **bounds)
    for wrong in ("1", None, True, [1.0], 1j):
        with pytest.raises(InvalidTypeError, match="must be a number, not"):
            require_number("size", wrong, **bounds)


def test_require_integer():
    require_integer("n", 3, at_least=1)
    require_integer("n", np.int32(1), at_least=1)
    with pytest.raises(InvalidValueError, match=r"n \(=0\) must be >= 1"):
        require_integer("n", 0, at_least=1)
    for wrong in (1.0, "1", True, None):
        with pytest.raises(InvalidTypeError, match="must be an integer, not"):
            require_integer("n", wrong, at_least=1)
