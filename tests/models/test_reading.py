"""Reading a model file executes nothing, believes no header, and ignores nothing."""

import json
import subprocess
import sys
import warnings
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from chainrule.errors import ModelFileError
from chainrule.files.container import checksum
from chainrule.models import load_model

FROZEN = Path(__file__).with_name("frozen")
FILES = sorted(FROZEN.glob("1/*.model"))
IDS = [file.stem for file in FILES]


def taken_apart(file):
    """The texts of a file, and its arrays."""
    content = file.read_bytes()
    from io import BufferedReader, BytesIO

    from chainrule.files import read_tensors

    return read_tensors(BufferedReader(BytesIO(content)), len(content))


def sealed(texts, arrays):
    return save(arrays, {**texts, "checksum": checksum(texts, arrays)})


def containers(data, path=()):
    """The paths to every object in plain data."""
    if isinstance(data, dict):
        yield path
        for key, value in data.items():
            yield from containers(value, (*path, key))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from containers(value, (*path, i))


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_a_field_that_nobody_knows_is_refused_wherever_it_stands(file, tmp_path):
    texts, arrays = taken_apart(file)
    place = tmp_path / "more.model"
    refused = 0
    for part in set(texts) - {"format", "checksum", "versions", "kind"}:
        for path in containers(json.loads(texts[part])):
            data = json.loads(texts[part])
            inside = data
            for key in path:
                inside = inside[key]
            inside["field of later"] = 1
            place.write_bytes(sealed({**texts, part: json.dumps(data)}, arrays))
            try:
                model = load_model(place)
            except ModelFileError:
                refused += 1
                continue
            # The summary of a fit may say what it likes.
            pipeline = getattr(model, "pipeline_", model)
            assert "field of later" in json.dumps(pipeline.summary)
    assert refused > 2


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_an_array_or_a_part_that_nobody_knows_is_refused(file, tmp_path):
    texts, arrays = taken_apart(file)
    place = tmp_path / "more.model"
    place.write_bytes(sealed(texts, {**arrays, "more": np.zeros(2)}))
    with pytest.raises(ModelFileError, match="the array 'more' is nothing that this version"):
        load_model(place)
    place.write_bytes(sealed({**texts, "more": "{}"}, arrays))
    with pytest.raises(ModelFileError, match="a part that this version does not know, 'more'"):
        load_model(place)


@pytest.mark.parametrize("file", FILES, ids=IDS)
@settings(max_examples=40)
@given(data=st.data())
def test_every_changed_byte_is_found(file, data, tmp_path_factory):
    content = bytearray(file.read_bytes())
    length = 8 + int.from_bytes(content[:8], "little")
    region = data.draw(st.sampled_from([8, length, len(content)]))
    place = data.draw(st.integers(0, region - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("changed") / "m.model"
    path.write_bytes(content)
    with pytest.raises(ModelFileError):
        load_model(path)


STRANGE = st.sampled_from(
    [None, True, 0, -1, 2, 10**30, 10**10, 1.5, 1e308, "", "x", "nan", [], [1], {}, {"a": 1}]
    + [{"array": "x"}, {"tuple": []}, {"float": "nan"}, {"dtype": "O"}, {"network": {}}]
)


def places(data, path=()):
    """The paths to everything in plain data."""
    yield path
    for key, value in data.items() if isinstance(data, dict) else enumerate(data or ()):
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))
        else:
            yield (*path, key)


@pytest.mark.parametrize("file", FILES, ids=IDS)
@settings(max_examples=60)
@given(data=st.data())
def test_parts_of_any_kind_are_an_error_or_another_model(file, data, tmp_path_factory):
    texts, arrays = taken_apart(file)
    part = data.draw(st.sampled_from(sorted(set(texts) - {"format", "checksum", "versions"})))
    whole = {"": json.loads(texts[part])}
    path = data.draw(st.sampled_from(list(places(whole))[1:]))
    inside = whole
    for key in path[:-1]:
        inside = inside[key]
    if data.draw(st.booleans()) and path != ("",):
        del inside[path[-1]]
    else:
        inside[path[-1]] = data.draw(STRANGE)
    place = tmp_path_factory.mktemp("strange") / "m.model"
    place.write_bytes(sealed({**texts, part: json.dumps(whole[""])}, arrays))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with suppress(ModelFileError):
            load_model(place)


def test_a_part_of_a_newer_version_names_that_version(tmp_path):
    texts, arrays = taken_apart(FROZEN / "1" / "network.model")
    network = json.loads(texts["network"])
    network["layers"][0]["type"] = "Fourier"
    texts |= {
        "network": json.dumps(network),
        "versions": json.dumps({"chainrule": "7.0.1", "numpy": "4.0"}),
    }
    (tmp_path / "m").write_bytes(sealed(texts, arrays))
    message = r"unknown layer 'Fourier'.*written by chainrule 7\.0\.1, which is newer than this one"
    with pytest.raises(ModelFileError, match=message):
        load_model(tmp_path / "m")


@pytest.mark.parametrize(
    "form", ["chainrule-01", "chainrule--1", "chainrule-²", "chainrule-", "chainrule-" + "9" * 99]
)
def test_formats_that_are_none(tmp_path, form):
    texts, arrays = taken_apart(FROZEN / "1" / "network.model")
    (tmp_path / "m").write_bytes(sealed({**texts, "format": form}, arrays))
    with pytest.raises(ModelFileError, match="the format"):
        load_model(tmp_path / "m")


AUDIT = """
import sys
from chainrule.models import load_model
load_model(sys.argv[1])  # what it needs is imported now
seen = []
def hook(event, arguments):
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        seen.append((event, arguments))
    if event == "open" and not isinstance(arguments[0], int):
        opened.append(str(arguments[0]))
    if event.split(".")[0] in (
        "import", "exec", "compile", "os", "subprocess", "socket", "ctypes", "pickle", "marshal",
        "shutil", "code", "function", "cpython", "mmap",
    ):
        seen.append((event, arguments))
opened = []
sys.addaudithook(hook)
load_model(sys.argv[1])
print(seen, opened == [sys.argv[1]])
"""


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_loading_imports_executes_and_writes_nothing(file):
    command = [sys.executable, "-c", AUDIT, str(file)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout == "[] True\n", done.stderr


LIMITED = """
import resource, sys
from chainrule.errors import ModelFileError
from chainrule.models import load_model
for path in sys.argv[1].split(","):
    load_model(path)  # with all that it needs in memory
with open("/proc/self/statm") as file:
    used = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 64_000_000, -1))
for path in sys.argv[2:]:
    try:
        load_model(path)
    except ModelFileError as error:
        print(error)
    else:
        sys.exit(path)
"""


def lies():
    """Files that claim to need a lot of memory."""
    for file in FILES:
        texts, arrays = taken_apart(file)
        content = file.read_bytes()
        length = int.from_bytes(content[:8], "little")
        yield (2**62).to_bytes(8, "little") + content[8:]
        yield (99_000_000).to_bytes(8, "little") + content[8:]
        header = json.loads(content[8 : 8 + length])
        for name in set(header) - {"__metadata__"}:
            for shape in ([10**10], [10**5, 10**5, 10**5], [10**9, 0, 10**9]):
                lying = {**header, name: {**header[name], "shape": shape}}
                raw = json.dumps(lying).encode()
                raw += b" " * (-len(raw) % 8)
                yield len(raw).to_bytes(8, "little") + raw + content[8 + length :]
        for part in set(texts) - {"format", "checksum", "versions", "kind"}:
            for small, large in (("n_in", 10**9), ("n_out", 10**9), ("n_features_in_", 10**12)):
                lying = texts[part].replace(f'"{small}": ', f'"{small}": {large}')
                if lying != texts[part]:
                    yield sealed({**texts, part: lying}, arrays)


def test_no_header_takes_memory_that_its_file_does_not_have(tmp_path):
    paths = []
    for k, content in enumerate(lies()):
        paths.append(tmp_path / f"{k}.model")
        paths[-1].write_bytes(content)
    assert len(paths) > 40
    good = ",".join(map(str, FILES))
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, good, *map(str, paths)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(paths)
