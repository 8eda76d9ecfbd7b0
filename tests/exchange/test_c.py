"""C source, compiled and compared."""

import ctypes
import shutil
import subprocess

import numpy as np
import pytest

import chainrule as cr
from chainrule.activations import Tanh
from chainrule.errors import InvalidValueError, WriteError
from chainrule.exchange import export_c
from chainrule.models import TrainedNetwork

COMPILER = shutil.which("gcc") or shutil.which("cc")
STRICT = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O2", "-shared", "-fPIC"]


@pytest.fixture
def compiled(tmp_path):
    """A function that compiles a source, and gives the function in it for rows."""
    if COMPILER is None:
        pytest.skip("there is no C compiler")

    def build(model, n_out, dtype, name="predict"):
        source, library = tmp_path / "m.c", tmp_path / f"{name}.so"
        export_c(model, source, name)
        subprocess.run([COMPILER, *STRICT, str(source), "-lm", "-o", str(library)], check=True)
        function = getattr(ctypes.CDLL(str(library)), name)

        def run(X):
            out = np.empty((len(X), n_out), dtype)
            for row, place in zip(np.ascontiguousarray(X, dtype), out, strict=True):
                function(row.ctypes.data_as(ctypes.c_void_p), place.ctypes.data_as(ctypes.c_void_p))
            return out

        return run

    return build


def test_every_layer_and_activation(compiled, network, rows):
    expected = network.predict(rows)
    found = compiled(network, 3, rows.dtype)(rows)
    scale = np.abs(expected).max()
    tolerance = 1e-5 if rows.dtype == np.float32 else 1e-12
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * scale)


def test_a_pipeline_says_what_its_inputs_are(compiled, make):
    pipeline = make.pipeline("kind")
    source = export_c(pipeline)
    center, scale = pipeline.encoder.columns[0].center, pipeline.encoder.columns[0].scale
    assert f"x[0]: size as z / sqrt(1 + z z / 16), z = (value - {center}) / {scale}" in source
    assert "x[2]: colour = blue" in source
    assert "out[1]: kind = sloe" in source
    X, _ = pipeline.encoder.transform(cr.read_table(make.TABLE))
    found = compiled(pipeline, 2, np.float32, "kind_of")(X)
    np.testing.assert_allclose(found, pipeline.outputs(make.TABLE), atol=1e-6)


def test_estimators(compiled, make):
    model = cr.MLPClassifier(4, max_iter=2, n_iter_no_change=5, random_state=0)
    with pytest.warns(UserWarning, match="Maximum iterations"):
        model.fit(make.ROWS, make.LABELS)
    found = compiled(model, 3, np.float64)(make.ROWS)
    np.testing.assert_allclose(found, model.predict_proba(make.ROWS), rtol=1e-12)
    assert "classes: a, b, c" in export_c(model)


def test_nothing_in_a_name_ends_the_comment(compiled):
    table = {"*/ int evil;\n": [0.0, 1.0] * 10, "y": [0.5, 1.5] * 10}
    pipeline = cr.Pipeline.fit(table, "y", epochs=1, seed=0, hidden=(), preset="plain")
    compiled(pipeline, 1, np.float32)


def test_what_there_is_no_c_for(tmp_path):
    class Own(Tanh):
        pass

    made = cr.Network([cr.Dense(2, 1, Own())])
    model = TrainedNetwork(made, made.initial_parameters(0))
    with pytest.raises(InvalidValueError, match=r"activation Own of layers\[0\] is not built in"):
        export_c(model, tmp_path / "m.c")
    plain = cr.mlp(2, (), 1)
    fine = TrainedNetwork(plain, plain.initial_parameters(0))
    for name in ("two words", "1st", "", "x" * 99, None, "é"):
        with pytest.raises(InvalidValueError, match=r"name \(=.*\) must be a name in C"):
            export_c(fine, name=name)
    with pytest.raises(WriteError, match="there is no folder"):
        export_c(fine, tmp_path / "none" / "m.c")
    assert list(tmp_path.iterdir()) == []
