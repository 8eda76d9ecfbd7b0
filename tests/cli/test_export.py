"""`chainrule export`."""

import subprocess
import sys

import numpy as np
import pytest

from chainrule.exchange import load_weights
from chainrule.models import load_model


@pytest.mark.parametrize("name", ["m.c", "m.npz", "m.safetensors", "M.NPZ"])
def test_every_form_but_onnx(chainrule, trained, tmp_path, name):
    done = chainrule("export", trained.model, "-o", name)
    assert done.exit_code == 0, done.output
    assert done.stdout == ""
    assert f"{name} written" in done.stderr
    model = load_model(trained.model)
    if name.endswith(".c"):
        assert "void predict(const float *x, float *out)" in (tmp_path / name).read_text()
    else:
        assert load_weights(model.network, tmp_path / name) == model.parameters


@pytest.mark.slow
def test_onnx(chainrule, trained, tmp_path):
    pytest.importorskip("onnx", reason="there is no ONNX")
    onnxruntime = pytest.importorskip("onnxruntime", reason="there is no ONNX runtime")
    done = chainrule("export", trained.model, "-o", "m.onnx")
    assert done.exit_code == 0, done.output
    assert "to species, species probabilities" in done.stderr
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx", providers=["CPUExecutionProvider"])
    model = load_model(trained.model)
    row = {
        "island": "Dream", "bill_length_mm": 40.0, "bill_depth_mm": None, "body_mass_g": 4000.0,
        "flipper_length_mm": 190.0, "sex": "male", "year": 2008.0,
    }  # fmt: skip
    feeds = {}
    for value in session.get_inputs():
        given = row[value.name]
        text = value.type == "tensor(string)"
        feeds[value.name] = np.array([[given if given is not None else "" if text else np.nan]])
        if text:
            feeds[value.name] = feeds[value.name].astype(object)
    label, shares = session.run(None, feeds)
    table = {name: [value] for name, value in row.items()}
    np.testing.assert_array_equal(label, model.predict(table))
    np.testing.assert_allclose(shares, model.predict_proba(table), atol=1e-6)


def test_without_the_library(trained, tmp_path):
    code = (
        "import sys; sys.modules['onnx'] = None\nfrom chainrule.cli import main; main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", code, "export", str(trained.model), "-o", "m.onnx"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "Error: ONNX files need the library onnx: pip install 'chainrule[onnx]'\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["-o", "m.pkl"], 2, "must end in .onnx or .c or .npz or .safetensors"),
        (["-o", "none/m.c"], 2, "there is no folder 'none'"),
        (
            ["-o", "m.c", "--layout", "torch"],
            2,
            "--layout is for .npz and .safetensors, not for .c",
        ),
        (["-o", "m.c", "--name", "two words"], 2, "must be a name in C"),
        ([], 2, "Missing option '--output'"),
    ],
)
def test_wrong_arguments(chainrule, trained, tmp_path, arguments, code, message):
    done = chainrule("export", trained.model, *arguments)
    assert done.exit_code == code
    assert message in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_model(chainrule, tmp_path):
    done = chainrule("export", "none.model", "-o", "m.c")
    assert done.exit_code == 3
    assert "there is no model file 'none.model'" in done.stderr
    (tmp_path / "m.c").write_text("int x;")
    done = chainrule("export", "m.c", "-o", "m.c")
    assert done.exit_code == 2
    assert "is read as well; name another file" in done.stderr
