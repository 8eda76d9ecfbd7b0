"""A file of chainrule's own: a format, versions, a checksum, named parts as JSON, and arrays."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from stat import S_ISREG
from typing import Any, NamedTuple

import numpy as np

from ..errors import ChainruleError, DataError, plain_line, shown
from .atomic import atomic_write
from .tensors import FileFormatError, NumberTypeError, load_json, read_tensors, tensor_bytes

_OWN = ("format", "versions", "checksum")
"""What every file says of itself; the other entries are its parts."""


@dataclass(frozen=True)
class FileKind:
    """What a kind of file is called, and which formats of it can be read.

    Parameters
    ----------
    noun : str
        "model file"
    family : str
        What its formats begin with: "chainrule-".
    newest : int
        The format that is written; all from `oldest` on are read.
    oldest : int
    error : type
        What is raised for a file that cannot be used.
    made_by : str
        What writes one, for messages.
    remedy : str
        What helps against a damaged one.
    finite : bool
        Whether all numbers of its arrays must be finite.
    """

    noun: str
    family: str
    newest: int
    oldest: int
    error: type[DataError]
    made_by: str
    remedy: str
    finite: bool = True

    @property
    def format(self) -> str:
        """The format that is written."""
        return f"{self.family}{self.newest}"

    def damaged(self, source: str, error: BaseException, written_by: str = "") -> DataError:
        """The error for a file whose parts cannot be used."""
        own = isinstance(error, ChainruleError)
        reason = str(error) if own else f"{type(error).__name__}: {error}"
        where = f"{plain_line(source)} has a damaged header ({plain_line(reason, 200)})"
        if _is_newer(written_by):
            return self.error(
                f"{where}; it was written by chainrule {plain_line(written_by)}, which is newer "
                f"than this one, {_version()}: install that version"
            )
        return self.error(f"{where}; {self.remedy}")


class Content(NamedTuple):
    """What is in a file.

    Parameters
    ----------
    format : int
        The number of its format.
    parts : dict
        The parts by name, as plain data; of format 0 the texts of all entries.
    arrays : dict of str to ndarray
    written_by : str
        The version of chainrule that wrote it.
    """

    format: int
    parts: dict[str, Any]
    arrays: dict[str, Any]
    written_by: str


def write(
    path: str | os.PathLike[str],
    kind: FileKind,
    parts: Mapping[str, Any],
    arrays: Mapping[str, Any],
) -> None:
    """Write a file, whole or not at all; the same content gives the same bytes.

    Raises
    ------
    DataError
        The kind's error if a number is not finite where it must be, or a text has no UTF-8.
    WriteError
        If the file cannot be written.
    """
    noun = kind.noun.split()[0]
    for name, array in arrays.items():
        if kind.finite and not np.isfinite(array).all():
            raise kind.error(f"the {noun}'s {name} are not finite; it cannot be saved")
    versions = {"chainrule": _version(), "numpy": np.__version__}
    try:
        texts = {
            name: json.dumps(data, ensure_ascii=False, allow_nan=False)
            for name, data in {**parts, "versions": versions}.items()
        }
        texts["format"] = kind.format
        texts["checksum"] = checksum(texts, arrays)
        content = tensor_bytes(arrays, texts)
    except UnicodeEncodeError as error:
        text = error.object[max(error.start - 20, 0) : error.end + 20]
        raise kind.error(f"{text!r} cannot be written as UTF-8; rename it") from None
    with atomic_write(path) as file:
        file.write(content)


def read(source: str, kind: FileKind) -> Content:
    """The content of a file.

    Raises
    ------
    DataError
        The kind's error if there is no such file, it is truncated, foreign, of a newer format, was
        changed after it was written, its header is no JSON, or a number in it is not finite where
        it must be.
    """
    texts, arrays = _open(source, kind)
    form = _format_of(texts, source, kind)
    for name, array in arrays.items():
        where = f"{plain_line(source)}: the {plain_line(name)}"
        if array.dtype.kind not in "biuf":
            raise kind.error(f"{where} are {array.dtype}; {kind.remedy}")
        if kind.finite and not np.isfinite(array).all():
            raise kind.error(
                f"{plain_line(source)}: a parameter is not finite, in {plain_line(name)}"
            )
    if form == 0:
        by = texts.get("chainrule_version", "")
        parts = _parsed(texts, ("format", "chainrule_version", "kind"), source, kind, by)
        return Content(0, {**parts, "kind": texts.get("kind", "")}, arrays, by)
    if texts.get("checksum") != checksum(texts, arrays):
        raise kind.error(
            f"{plain_line(source)} was changed after it was written: its checksum does not fit; "
            f"{kind.remedy}"
        )
    parts = _parsed(texts, ("format", "checksum"), source, kind, "")
    versions = parts.pop("versions", {})
    by = str(versions.get("chainrule", "")) if isinstance(versions, dict) else ""
    return Content(form, parts, arrays, by)


def checksum(texts: Mapping[str, str], arrays: Mapping[str, Any]) -> str:
    """SHA-256 of all that a file means: its texts but the checksum, and its arrays by name.

    Where the arrays lie and how the header is laid out do not count.
    """
    others = {name: text for name, text in sorted(texts.items()) if name != "checksum"}
    digest = sha256(_canonical(others))
    for name, array in sorted(arrays.items()):
        array = np.asarray(array, array.dtype.newbyteorder("<"), order="C")
        digest.update(_canonical([name, array.dtype.str, array.shape]))
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def _canonical(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _open(source: str, kind: FileKind) -> tuple[dict[str, str], dict[str, Any]]:
    """The texts and the arrays of a safetensors file."""
    try:
        if not S_ISREG(os.stat(source).st_mode):
            raise kind.error(f"{shown(source)} is no file; name the {kind.noun} itself")
        with open(source, "rb") as file:
            return read_tensors(file, os.fstat(file.fileno()).st_size)
    except FileNotFoundError:
        raise kind.error(
            f"there is no {kind.noun} {shown(source)}; {kind.made_by} writes one"
        ) from None
    except FileFormatError as error:
        raise kind.error(
            f"{plain_line(source)} is no {kind.noun}, or is truncated ({error}); {kind.remedy}"
        ) from None
    except NumberTypeError as error:
        raise kind.error(str(error)) from None
    except (OSError, ValueError) as error:  # a name that is too long; a part that is no folder
        if isinstance(error, kind.error):
            raise
        raise kind.error(f"{shown(source)} cannot be read: {plain_line(str(error))}") from None


def _parsed(
    texts: Mapping[str, str], without: tuple[str, ...], source: str, kind: FileKind, by: str
) -> dict[str, Any]:
    """The texts that are JSON, as plain data."""
    try:
        return {name: load_json(text) for name, text in texts.items() if name not in without}
    except (ValueError, RecursionError) as error:
        raise kind.damaged(source, error, by) from None


def _format_of(texts: Mapping[str, str], source: str, kind: FileKind) -> int:
    """The number of a file's format; raise unless it is one that is read."""
    written = texts.get("format", "")
    number = written.removeprefix(kind.family)
    if not written.startswith("chainrule-"):
        raise kind.error(
            f"{plain_line(source)} is a safetensors file, but no {kind.noun.split()[0]} of "
            f"chainrule; {kind.made_by} writes one"
        )
    if not (
        written.startswith(kind.family)
        and number.isascii()
        and number.isdigit()
        and len(number) < 9
    ):
        raise kind.error(
            f"{plain_line(source)} is no {kind.noun}: it has the format {shown(written)}"
        )
    if kind.oldest <= int(number) <= kind.newest and number == str(int(number)):
        return int(number)
    by = texts.get("chainrule_version") or _version_in(texts.get("versions", ""))
    raise kind.error(
        f"{plain_line(source)} has the format {shown(written)}, written by chainrule "
        f"{plain_line(by)}; this one, {_version()}, reads formats up to {kind.format!r}: install "
        "that version or a newer one"
    )


def _version_in(text: str) -> str:
    try:
        return str(load_json(text)["chainrule"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return "another version"


def _version() -> str:
    from .. import __version__

    return __version__


def _is_newer(version: str) -> bool:
    """Whether a version of chainrule is newer than this one."""

    def numbers(text: str) -> list[int]:
        return [int(n) for n in text.split(".")[:3] if n.isascii() and n.isdigit() and len(n) < 9]

    return numbers(version) > numbers(_version())
