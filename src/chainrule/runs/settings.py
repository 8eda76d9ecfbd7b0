"""Settings as TOML: written with a run, and read by the next one."""

import json
import os
import tomllib
from collections.abc import Mapping
from typing import Any

from ..errors import DataError, InvalidTypeError, InvalidValueError, path_of, require_mapping, shown


def settings_text(settings: Mapping[str, Any]) -> str:
    """Settings as a TOML document: texts, numbers, booleans and lists of them.

    None is left out: TOML has no word for it, and the setting has its default then.

    Examples
    --------
    >>> from chainrule.runs import settings_text
    >>> print(settings_text({"table": "a.csv", "hidden": [64, 64], "seed": None, "rate": 0.1}))
    table = "a.csv"
    hidden = [64, 64]
    rate = 0.1
    <BLANKLINE>
    """
    require_mapping("settings", settings)
    lines = [f"{_key(k)} = {_value(k, v)}" for k, v in settings.items() if v is not None]
    return "".join(f"{line}\n" for line in lines)


def read_settings(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The settings in a TOML file.

    Raises
    ------
    DataError
        If there is no such file, or it is no TOML; the message says where.
    """
    place = path_of("path", path)
    try:
        with open(place, "rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        raise DataError(f"there is no file of settings {shown(place)}") from None
    except OSError as error:
        raise DataError(f"{shown(place)} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"path (={shown(place)}) is no TOML: {error}") from None


def _key(name: str) -> str:
    plain = name.replace("-", "").replace("_", "")
    return name if plain.isascii() and plain.isalnum() else _text(name)


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a pair of surrogates
        raise InvalidValueError(f"settings hold {shown(text)}, which no file can") from None
    # What JSON escapes TOML escapes the same way, but for this one.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(name, item) for item in value)}]"
    raise InvalidTypeError(
        f"settings[{name!r}] (={shown(value)}) must be a text, a number, a boolean or a list of "
        "them"
    )
