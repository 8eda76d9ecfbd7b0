"""What is read is what this library would write, and nothing that a header claims is believed."""

import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from chainrule.errors import ChainruleError
from chainrule.files import FileFormatError, read_tensors, tensor_bytes

TYPES = ["<f2", "<f4", "<f8", "<i1", "<i4", "<i8", "<u2", "<u8", "|b1"]


def read(content):
    return read_tensors(io.BufferedReader(io.BytesIO(content)), len(content))


def file(header, body=b"", *, pad=True):
    """A file of a header, as text or as data, and the bytes behind it."""
    text = (header if isinstance(header, str) else json.dumps(header)).encode()
    text += b" " * (-len(text) % 8 if pad else 0)
    return len(text).to_bytes(8, "little") + text + body


def entry(start, stop, shape, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
        st.sampled_from(TYPES).flatmap(
            lambda dtype: arrays(dtype, array_shapes(min_dims=0, max_dims=3, min_side=0))
        ),
        max_size=4,
    ),
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.text('ab é日\n"')),
)
def test_what_is_written_comes_back(given_arrays, metadata):
    given_arrays.pop("__metadata__", None)
    content = tensor_bytes(given_arrays, {**metadata, "format": "x"})
    texts, found = read(content)
    assert texts == {**metadata, "format": "x"}
    assert set(found) == set(given_arrays)
    for name, array in given_arrays.items():
        assert found[name].dtype == array.dtype
        assert found[name].shape == array.shape
        assert found[name].tobytes() == array.tobytes()
    reversed_order = dict(reversed(given_arrays.items()))
    assert tensor_bytes(reversed_order, {**metadata, "format": "x"}) == content


EIGHT = bytes(range(8))
MALFORMED = {
    "nothing": (b"", "does not begin as one does"),
    "seven bytes": (b"\x02\0\0\0\0\0\0", "would have 2 of 7"),
    "a header longer than the file": ((2**62).to_bytes(8, "little") + b"{}", "does not begin as"),
    "a header of one byte": (file("{", pad=False), "does not begin as one does"),
    "a blank before the header": (file(" {}"), "does not begin with {"),
    "a line behind the header": (file("{}\n"), "end with }"),
    "a zero behind the header": (file("{}\0"), "end with }"),
    "a list": (file("[]"), "does not begin with {"),
    "two objects": (file("{}{}"), "is no JSON"),
    "UTF-16": ((10).to_bytes(8, "little") + "{}  ".encode("utf-16"), "does not begin with {"),
    "a broken character": (
        (7).to_bytes(8, "little") + b'{"\xff":1}', "is no JSON"),
    "half a pair of UTF-16": (file('{"__metadata__":{"a":"\\ud83d"}}'), "is no JSON"),
    "a key twice": (file('{"__metadata__":{},"__metadata__":{}}'), "stands there twice"),
    "a key twice inside": (file('{"__metadata__":{"a":"1","a":"2"}}'), "stands there twice"),
    "nan": (file('{"a":NaN}'), "is no finite number"),
    "metadata that are numbers": (file({"__metadata__": {"a": 1}}), "are no texts"),
    "metadata that are a list": (file({"__metadata__": []}), "are no texts"),
    "an array without a shape": (file({"a": {"dtype": "F32"}}), "not described as one"),
    "a field that nobody knows": (
        file({"a": {**entry(0, 8, [2]), "more": 1}}, EIGHT), "not described as one"),
    "a number as an array": (file({"a": 1}), "not described as one"),
    "a shape below zero": (file({"a": entry(0, 8, [-2])}, EIGHT), "has the shape"),
    "a shape of fractions": (file({"a": entry(0, 8, [2.0])}, EIGHT), "has the shape"),
    "a shape of truths": (file({"a": entry(0, 4, [True])}, EIGHT[:4]), "has the shape"),
    "a shape beyond the file": (file({"a": entry(0, 8, [2**41])}, EIGHT), "has the shape"),
    "a shape that overflows": (
        file({"a": entry(0, 8, [8, 8, 8])}, EIGHT), "other bytes than its shape needs"),
    "too many axes": (file({"a": entry(0, 4, [1] * 33)}, EIGHT[:4]), "other bytes"),
    "offsets beyond the file": (file({"a": entry(0, 2**40, [2])}, EIGHT), "has the shape"),
    "offsets that go back": (file({"a": entry(8, 0, [2])}, EIGHT), "other bytes"),
    "three offsets": (
        file({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8, 8]}}, EIGHT), "shape"),
    "arrays that overlap": (
        file({"a": entry(0, 8, [2]), "b": entry(4, 8, [1])}, EIGHT), "side by side"),
    "one array twice": (
        file({"a": entry(0, 8, [2]), "b": entry(0, 8, [2])}, EIGHT), "side by side"),
    "a gap in front": (file({"a": entry(4, 8, [1])}, EIGHT), "side by side"),
    "a gap": (file({"a": entry(0, 4, [1]), "b": entry(8, 12, [1])}, EIGHT + EIGHT[:4]), "side by"),
    "bytes at the end": (file({"a": entry(0, 8, [2])}, EIGHT + b"!"), "1 bytes at its end"),
    "bytes and no array": (file({}, EIGHT), "8 bytes at its end"),
    "an array that is cut": (file({"a": entry(0, 8, [2])}, EIGHT[:6]), "has the shape"),
    "a header that is not padded": (
        file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]} }', b"1", pad=False),
        "no multiple of 8"),
    "a number that begins inside another": (
        file({"a": entry(0, 1, [1], "U8"), "b": entry(1, 5, [1])}, EIGHT[:5]), "inside a number"),
    "a boolean of 2": (file({"a": entry(0, 2, [2], "BOOL")}, b"\1\2"), "not 0 or 1"),
    "a deep header": (file('{"a":' + "[" * 50_000 + "]" * 50_000 + "}"), "is no JSON"),
    "an integer of many digits": (file('{"a":' + "1" * 5000 + "}"), "is no JSON"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "message"), MALFORMED.values(), ids=list(MALFORMED))
def test_malformed_files_are_refused(content, message):
    with pytest.raises(FileFormatError, match=message):
        read(content)


@pytest.mark.parametrize("dtype", ["BF16", "F8_E4M3", "C64", "f32", "object", 7, None])
def test_types_that_numpy_lacks(dtype):
    with pytest.raises((ChainruleError, FileFormatError), match="of a type that NumPy lacks"):
        read(file({"a": entry(0, 4, [1], dtype)}, EIGHT[:4]))


GOOD = tensor_bytes(
    {"w": np.arange(6, dtype=np.float32).reshape(2, 3), "flag": np.array([True, False])},
    {"format": "x", "text": "é"},
)
LENGTH = 8 + int.from_bytes(GOOD[:8], "little")


@given(st.lists(st.tuples(st.integers(0, LENGTH - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_header_bytes_of_any_kind_are_an_error_or_another_file(changes):
    content = bytearray(GOOD)
    for place, byte in changes:
        content[place] = byte
    try:
        _, found = read(bytes(content))
    except (FileFormatError, ChainruleError):
        return
    assert sum(array.nbytes for array in found.values()) == len(GOOD) - LENGTH


@given(st.binary(max_size=200), st.booleans())
def test_bytes_of_any_kind(content, with_length):
    if with_length:
        content = len(content).to_bytes(8, "little") + content
    try:
        _, found = read(content)
    except (FileFormatError, ChainruleError):
        return
    assert sum(array.nbytes for array in found.values()) < len(content)
