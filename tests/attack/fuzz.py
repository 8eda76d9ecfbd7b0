"""Damaged model files: mutants of good ones, by a seed."""

import contextlib
import json
import random
import warnings
from collections.abc import Callable, Iterable, Iterator
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Any

import numpy as np

import chainrule as cr
from chainrule.files import read_tensors
from chainrule.files.container import checksum
from chainrule.models import TrainedNetwork

ODD: list[Any] = [
    None, True, False, 0, 1, -1, 2**31, 2**64, 10**40, 0.5, -0.0, 1e308, -1e-320, "", "a",
    "x" * 300, "\x1b[31m", "\ud83d", [], [None], [1, 2], ["a", "a"], {}, {"a": 1}, [[[]]],
    {"type": "ReLU"}, {"array": "nowhere"}, {"float": "nan"}, {"tuple": []}, {"dtype": "float16"},
    "relu", "number",
]  # fmt: skip
"""What takes the place of a part of a header."""


def models(folder: Path) -> dict[str, tuple[bytes, Callable[[Any], Any]]]:
    """A good file of each kind, and what its model is used for."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 2))
    y = X[:, :1]
    labels = np.array(["a", "b"])[(X[:, 0] > 0).astype(int)]
    table = {
        "n": [None, *map(float, X[1:, 0])],
        "c": ["u", "v", None, "w"] * 5,
        "d": [f"{day:02d}.03.2020" for day in range(1, 21)],
        "t": labels.tolist(),
    }
    result = cr.train(
        cr.mlp(2, (3,), 1), X, y, loss="mean_squared_error", epochs=2, seed=0,
        stop=cr.EarlyStopping("loss", 5),
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator = cr.MLPClassifier((3,), max_iter=2, random_state=0).fit(X, labels)
    classes = cr.Pipeline.fit(table, "t", epochs=1, hidden=(3,), seed=0, preset="plain")
    number = cr.Pipeline.fit(
        {**table, "t": X[:, 1].tolist()}, "t", epochs=1, hidden=(2,), seed=0, preset="plain"
    )

    def predicts(model: Any) -> Any:
        return model.predict(X), repr(model)

    def classifies(model: Any) -> Any:
        return model.predict_proba(X), model.predict(X), repr(model)

    def reads(model: Any) -> Any:
        shown = repr(model), str(model.schema), model.subject()
        return model.predict(table), shown

    def goes_on(model: Any) -> Any:
        return predicts(model), cr.train(
            model.network, X, y, loss="mean_squared_error", epochs=3, initial=model.state,
            optimizer=model.plan.optimizer, stop=cr.EarlyStopping("loss", 5),
        )  # fmt: skip

    uses: dict[str, tuple[Any, Callable[[Any], Any]]] = {
        "network": (TrainedNetwork(result.network, result.parameters), predicts),
        "result": (result, goes_on),
        "estimator": (estimator, classifies),
        "pipeline": (classes, reads),
        "regression": (number, reads),
    }
    files = {}
    for name, (model, use) in uses.items():
        cr.save_model(model, folder / name)
        files[name] = (folder / name).read_bytes(), use
    return files


def _places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to all parts of plain data."""
    yield path
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(data, dict | list):
        items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        yield from _places(value, (*path, key))


def _changed(data: Any, rng: random.Random) -> Any:
    """The data with one part replaced, taken away, doubled or renamed."""
    paths = [path for path in _places(data) if path]
    if not paths:
        return json.loads(json.dumps(rng.choice(ODD)))
    *to, last = rng.choice(paths)
    holder = data
    for key in to:
        holder = holder[key]
    what = rng.randrange(8)
    if what < 4:
        holder[last] = json.loads(json.dumps(rng.choice(ODD)))
    elif what == 4:
        del holder[last]
    elif what == 5 and isinstance(holder, list):
        holder.insert(last, json.loads(json.dumps(holder[last])))
    elif what == 6 and isinstance(holder, dict):
        holder[rng.choice(["", "type", "extra", f"{last}s"])] = json.loads(json.dumps(holder[last]))
    elif isinstance(holder[last], int | float):
        holder[last] = -holder[last] if rng.random() < 0.5 else holder[last] * 3 + 1
    else:
        other = rng.choice(paths)
        value = data
        for key in other:
            value = value[key] if isinstance(value, dict | list) else value
        holder[last] = json.loads(json.dumps(value))
    return data


def mutant(content: bytes, rng: random.Random) -> bytes:
    """One damaged file."""
    kind = rng.randrange(10)
    if kind == 0:
        return content[: rng.randrange(len(content))]
    if kind == 1:
        place = rng.randrange(len(content))
        return content[:place] + bytes([rng.randrange(256)]) + content[place + 1 :]
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    if kind == 2:
        header = _changed(header, rng)
        text = json.dumps(header)
    else:
        parts = header["__metadata__"]
        name = rng.choice([n for n in parts if n not in ("format", "versions", "checksum")])
        if name == "kind" or rng.random() < 0.05:
            parts[name] = str(rng.choice(ODD))
        else:
            part = json.loads(parts[name])
            for _ in range(rng.choice([1, 1, 1, 2, 4])):
                part = _changed(part, rng)
            parts[name] = json.dumps(part)
        _, arrays = read_tensors(BufferedReader(BytesIO(content)), len(content))
        with contextlib.suppress(UnicodeEncodeError):
            # So that what is damaged is read, and not refused for its checksum.
            parts["checksum"] = checksum(parts, arrays)
        text = json.dumps(header)
    if kind == 3:  # a key twice
        at = text.find(",", rng.randrange(len(text)))
        text = text[:at] + text[text.find(",", 1) : at] + text[at:] if at > 0 else text
    raw = text.encode("utf-8", "surrogatepass")
    raw += b" " * (-len(raw) % 8)  # arrays begin at multiples of 8
    return len(raw).to_bytes(8, "little") + raw + content[8 + length :]


def fault(content: bytes, use: Callable[[Any], Any], path: Path) -> str:
    """What is wrong with how a damaged file is read; "" if nothing is."""
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", UserWarning)
        try:
            model = cr.load_model(path)
        except cr.errors.ModelFileError as error:
            text = str(error)
            if not text.isprintable() or len(text) > 1000:
                return f"a message of {len(text)} characters, or with escapes"
            return ""
        except BaseException as error:
            return f"reading: {type(error).__name__}: {str(error)[:100]}"
        try:
            with contextlib.suppress(cr.errors.DataError):  # a table without a renamed column
                use(model)
            cr.save_model(model, path)
        except BaseException as error:
            return f"taken, but: {type(error).__name__}: {str(error)[:100]}"
    return ""
