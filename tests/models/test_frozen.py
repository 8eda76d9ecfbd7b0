"""Files that were written once are read for ever, and predict what they did then."""

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

from chainrule.models import FORMAT, load_model, save_model

FROZEN = Path(__file__).with_name("frozen")
FILES = sorted(FROZEN.glob("*/*.model"))
TOLERANCES = {"rtol": 1e-5, "atol": 1e-6}
"""Networks of tables are float32, and exponentials may round otherwise on another machine."""


@pytest.fixture(scope="module")
def make():
    """The script that wrote the files."""
    spec = spec_from_file_location("make", FROZEN / "make.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def assert_alike(found, expected):
    if isinstance(expected, dict):
        assert set(found) == set(expected)
        for name, value in expected.items():
            assert_alike(found[name], value)
    elif np.array(expected).dtype.kind == "f":
        np.testing.assert_allclose(found, expected, **TOLERANCES)
    else:
        assert found == expected


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_frozen_file_predicts_what_it_did(file, make, tmp_path):
    _, rows = make.MODELS[file.stem]
    expected = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    model = load_model(file)
    assert_alike(make.predictions(model, rows), expected)
    # Written now, it is a file of today's format, and still the same model.
    save_model(model, tmp_path / "again")
    assert_alike(make.predictions(load_model(tmp_path / "again"), rows), expected)


def test_every_kind_is_frozen_in_today_s_format(make):
    files = {file.stem for file in FILES if f"chainrule-{file.parent.name}" == FORMAT}
    assert files == set(make.MODELS)


def test_a_frozen_training_goes_on(make):
    import chainrule as cr

    result = load_model(FROZEN / "0" / "result.model")
    plan = result.plan
    on = cr.train(
        result.network, make.ROWS, make.ROWS[:, :1], loss=plan.objective.loss,
        optimizer=plan.optimizer, initial=result.state, epochs=1, seed=plan.seed,
    )  # fmt: skip
    assert on.state.epoch == result.state.epoch + 1
