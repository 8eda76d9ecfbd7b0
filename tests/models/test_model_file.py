import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from safetensors.numpy import save, save_file

from chainrule.errors import InvalidTypeError, InvalidValueError, ModelFileError, WriteError
from chainrule.files.container import checksum
from chainrule.layers import Dense
from chainrule.models import FORMAT, load_model, save_model
from chainrule.network import Network
from chainrule.parameters import Parameters
from chainrule.tables import Pipeline, read_table


@pytest.fixture(scope="module")
def pipeline():
    return Pipeline.fit("penguins", "species", epochs=3, seed=0, hidden=(8,), preset="plain")


@pytest.fixture(scope="module")
def content(pipeline, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "m.model"
    save_model(pipeline, path)
    return path.read_bytes()


@pytest.fixture
def load(tmp_path):
    """A function that loads a model from bytes."""

    def from_bytes(content):
        (tmp_path / "m.model").write_bytes(content)
        return load_model(tmp_path / "m.model")

    return from_bytes


def parts_of(content):
    """The header's parts as data, and the parameter vector."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])["__metadata__"]
    return header, np.frombuffer(content[8 + length :], np.float32)


def rebuilt(content, part=None, change=None, vector=None):
    """A model file with one part of its header, or its vector, changed."""
    header, old = parts_of(content)
    if part is not None:
        data = json.loads(header[part])
        change(data)
        header[part] = json.dumps(data)
    return sealed({"parameters": old if vector is None else vector}, header)


def sealed(arrays, header):
    """A model file with a checksum that fits."""
    return save(arrays, {**header, "checksum": checksum(header, arrays)})


def test_the_same_bits_come_back(pipeline, load, content):
    again = load(content)
    for part in ("schema", "encoder", "target", "network", "parameters", "summary"):
        assert getattr(again, part) == getattr(pipeline, part)
    np.testing.assert_array_equal(
        again.predict_proba("penguins"), pipeline.predict_proba("penguins")
    )
    assert again.evaluate("penguins") == pipeline.evaluate("penguins")
    assert again.result is None


@pytest.mark.parametrize(
    ("table", "target"),
    [
        ("diabetes", "progression"),
        ("people", "gender"),
        ({"x": [0, 1] * 10, "y": [True, False] * 10}, "y"),
        ({'é, \n"x"': [0.5, 1.5] * 10, "日": [3, 1] * 10}, "日"),
    ],
)
def test_every_kind_of_target_and_name_comes_back(tmp_path, table, target):
    pipeline = Pipeline.fit(table, target, epochs=1, seed=0, preset="plain")
    save_model(pipeline, tmp_path / "m")
    again = load_model(tmp_path / "m")
    assert again.schema == pipeline.schema
    assert again.encoder.feature_names == pipeline.encoder.feature_names
    np.testing.assert_array_equal(again.predict(table), pipeline.predict(table))


def test_the_same_pipeline_is_the_same_file_in_every_process(pipeline, content, tmp_path):
    path = tmp_path / "m.model"
    path.write_bytes(content)
    code = (
        "import sys; from chainrule.models import load_model, save_model;"
        "save_model(load_model(sys.argv[1]), sys.argv[2])"
    )
    for seed in ("1", "2"):
        other = tmp_path / f"again{seed}"
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", code, path, other], check=True, env=environment)
        assert other.read_bytes() == content


def test_a_file_of_another_library_s_making(pipeline, load, content):
    # The order of a header's entries means nothing.
    header, vector = parts_of(content)
    again = load(save({"parameters": vector}, dict(reversed(header.items()))))
    assert again.parameters == pipeline.parameters


def test_the_header_tells_what_the_model_is(content):
    header, vector = parts_of(content)
    assert header["format"] == FORMAT == "chainrule-1"
    assert len(vector) == 15 * 8 + 8 + 8 * 3 + 3
    summary = json.loads(header["training"])
    assert summary["seed"] == 0
    assert summary["epochs"] == 3
    assert summary["loss"] > 0


ROUND = """
import sys
from chainrule.models import load_model, save_model
from chainrule.tables import Pipeline, split
training, test = split(sys.argv[1], 0.2, 0, stratify="species")
save_model(Pipeline.fit(training, "species", epochs=1, seed=0, preset="plain"), sys.argv[2])
load_model(sys.argv[2]).evaluate(test)
print([m for m in ("sklearn", "scipy", "pandas", "polars", "matplotlib") if m in sys.modules])
"""


@pytest.mark.parametrize("source", ["penguins", "penguins.parquet"])
def test_what_is_not_needed_is_not_loaded(tmp_path, source):
    if source.endswith("parquet"):
        source = str(tmp_path / source)
        parquet.write_table(read_table("penguins").to_native(), source)
    command = [sys.executable, "-c", ROUND, source, str(tmp_path / "m.model")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


@settings(max_examples=60)
@given(st.data())
def test_truncated_files(content, tmp_path_factory, data):
    n = data.draw(st.integers(0, len(content) - 1))
    path = tmp_path_factory.mktemp("cut") / "m.model"
    path.write_bytes(content[:n])
    with pytest.raises(ModelFileError, match="is no model file, or is truncated"):
        load_model(path)


@settings(max_examples=60)
@given(st.data())
def test_a_changed_byte_is_an_error_or_another_model_and_never_a_crash(
    content, tmp_path_factory, data
):
    place = data.draw(st.integers(0, len(content) - 1))
    changed = bytearray(content)
    changed[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("changed") / "m.model"
    path.write_bytes(changed)
    try:
        loaded = load_model(path)
    except ModelFileError:
        return
    assert np.isfinite(loaded.parameters.vector).all()


@pytest.mark.parametrize(
    ("part", "change", "message"),
    [
        ("network", lambda d: d["layers"][0].update(type="danse"), "unknown layer 'danse'"),
        ("network", lambda d: d["layers"][0].update(n_out=9), "layers.1. takes 8 inputs"),
        ("network", lambda d: d["layers"].pop(), "outputs, the target needs 3|vector has"),
        ("network", lambda d: d["layers"][0].update(n_in=10**12), "vector has the shape"),
        ("network", lambda d: d.clear(), "KeyError: 'layers'"),
        ("encoder", lambda d: d["means"].pop(), "the encoder has 14 means for 15 inputs"),
        (
            "encoder",
            lambda d: d["columns"].pop(),
            "network takes 15 inputs, the encoder gives 14",
        ),
        (
            "encoder",
            lambda d: d["columns"][1].update(scale=-1),
            r"scale \(=-1\) must be >= 0",
        ),
        (
            "encoder",
            lambda d: d["columns"][1].update(center=float("nan")),
            "NaN is no finite number",
        ),
        (
            "encoder",
            lambda d: d["columns"][1].update(center="x"),
            "center .* must be of the type",
        ),
        ("encoder", lambda d: d["columns"][1].update(extra=1), "unexpected keyword"),
        ("target", lambda d: d["labels"].pop(), "counts .* must be as many as labels"),
        (
            "target",
            lambda d: (d["labels"].pop(), d["counts"].pop()),
            "network has 3 outputs, the target needs 2",
        ),
        ("schema", lambda d: d.pop("columns"), "KeyError: 'columns'"),
        ("schema", lambda d: d.pop("n_rows"), "missing 1 required positional argument"),
    ],
)
def test_parts_that_do_not_fit(load, content, part, change, message):
    with pytest.raises(ModelFileError, match=f"has a damaged header .*({message})"):
        load(rebuilt(content, part, change))


@pytest.mark.parametrize(
    ("vector", "message"),
    [
        (lambda v: v[:-1], r"vector has the shape \(154,\), but the network has 155 parameters"),
        (lambda v: np.append(v[:-1], np.float32(np.nan)), "a parameter is not finite"),
        (lambda v: v.astype(np.int32), "the parameters are int32, not float32 or float64"),
        (lambda v: v[None], r"vector has the shape \(1, 155\)"),
    ],
)
def test_vectors_that_do_not_fit(load, content, vector, message):
    with pytest.raises(ModelFileError, match=message):
        load(rebuilt(content, vector=vector(parts_of(content)[1])))


def test_other_formats(load, content):
    header, vector = parts_of(content)
    versions = json.dumps({"chainrule": "9.1.0"})
    newer = {**header, "format": "chainrule-2", "versions": versions}
    message = (
        r"has the format 'chainrule-2', written by chainrule 9\.1\.0; .* reads formats up to "
        r"'chainrule-1': install that version or a newer one"
    )
    with pytest.raises(ModelFileError, match=message):
        load(save({"parameters": vector}, newer))
    for foreign in ({}, {"format": "pt"}):
        with pytest.raises(ModelFileError, match="a safetensors file, but no model of chainrule"):
            load(save({"weights": vector}, foreign))
    with pytest.raises(ModelFileError, match="has no tensor 'parameters'"):
        load(sealed({"weights": vector}, header))
    del header["network"], header["target"]
    with pytest.raises(ModelFileError, match="lacks target, network; save the model again"):
        load(sealed({"parameters": vector}, header))


def test_what_is_no_file(tmp_path):
    with pytest.raises(ModelFileError, match=r"there is no model file .*none'; chainrule fit"):
        load_model(tmp_path / "none")
    with pytest.raises(ModelFileError, match="is no file; name the model file itself"):
        load_model(tmp_path)
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ModelFileError, match=r"t\.csv is no model file, or is truncated"):
        load_model(tmp_path / "t.csv")


def test_what_cannot_be_saved(pipeline, tmp_path):
    path = tmp_path / "m.model"
    save_file({"a": np.zeros(1)}, path)
    before = path.read_bytes()

    class Mine(type(pipeline.network.layers[0].activation)):
        """A subclass is no built-in activation."""

    layers = (Dense(15, 3, Mine()),)
    own = replace(pipeline, network=Network(layers))
    with pytest.raises(InvalidValueError, match=r"layers\[0\]: activation Mine is not built in"):
        save_model(own, path)
    broken = pipeline.parameters.copy()
    broken.vector[0] = np.inf
    with pytest.raises(ModelFileError, match="parameters are not finite; it cannot be saved"):
        save_model(replace(pipeline, parameters=broken), path)
    with pytest.raises(InvalidTypeError, match=r"holds a Pipeline, .*, not Parameters"):
        save_model(Parameters(broken.layout, broken.vector), path)
    with pytest.raises(WriteError, match=r"there is no folder .*nowhere; make it first"):
        save_model(pipeline, tmp_path / "nowhere" / "m.model")
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["m.model"]
