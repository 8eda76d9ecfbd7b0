"""Writes one small model file of each kind, and what it predicts: ``python make.py``.

A folder has the number of its format. What is in it was written once and is never written again:
the tests read it with every later version.
"""

import json
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

import chainrule as cr
from chainrule.errors import DataError
from chainrule.models import FORMAT, TrainedNetwork, save_model

HERE = Path(__file__).parent
N = 60

TABLE: dict[str, list[Any]] = {
    "size": [None if i % 7 == 3 else i * 0.25 for i in range(N)],
    "colour": [("red", "blue", None, "green")[i % 4] for i in range(N)],
    "day": [f"2024-{1 + i % 12:02}-{1 + i % 28:02}" for i in range(N)],
    "price": [f"{1000 + 37 * i:,} €" for i in range(N)],
    "new": [bool(i % 3) for i in range(N)],
    "kind": [("plum", "sloe")[i % 4 > 1] for i in range(N)],
    "weight": [3.0 + (i % 5) - 0.5 * (i % 4) for i in range(N)],
}
ROWS = np.random.default_rng(0).normal(size=(N, 2)).round(6)
LABELS = np.array(["a", "b", "c"])[(ROWS[:, 0] > 0).astype(int) + (ROWS[:, 1] > 0)]
FEW = {"max_iter": 3, "n_iter_no_change": 9, "random_state": 0}


def network() -> Any:
    """Every layer of the first format."""
    layers = [
        cr.Dense(2, 3, "gelu"),
        cr.BatchNorm(3, "silu"),
        cr.Dropout(0.25),
        cr.Frozen(cr.Dense(3, 3, "selu", bias=False)),
        cr.LayerNorm(3, "tanh"),
        cr.Dense(3, 2, "softmax", learning_rate_factor=0.5),
    ]
    made = cr.Network(layers)
    return TrainedNetwork(made, made.initial_parameters(3, np.float32))


def result() -> Any:
    """With an optimizer, a schedule, penalties, metrics and stop rules."""
    return cr.train(
        cr.mlp(2, (3,), 1, "tanh"), ROWS, ROWS[:, :1] * ROWS[:, 1:], loss=cr.Huber(0.5),
        optimizer=cr.AdamW(0.01), schedule=cr.WarmUp(4, cr.CosineDecay(20)), epochs=5,
        batch_size=16, penalties=[cr.L1(0.001), cr.L2(0.01)], validation=(ROWS[:9], ROWS[:9, 0]),
        metrics=["r2"], stop=[cr.EarlyStopping(patience=3), cr.Target(1e-9)], clip_norm=1.0, seed=1,
    )  # fmt: skip


def results() -> Any:
    """Several fits at once, each with something of its own."""
    settings = [{"optimizer": cr.SGD(0.1), "seed": 3}, {"optimizer": cr.Adam(0.01)}]
    return cr.train_many(
        cr.mlp(2, (2,), 1, "tanh"), ROWS, ROWS[:, :1], settings, loss="mse", epochs=2, seed=1
    )


def pipeline(target: Any, **options: Any) -> Any:
    """A table with numbers, texts, dates, currencies and missing values."""
    return cr.Pipeline.fit(TABLE, target, hidden=(4,), epochs=3, seed=0, **options, preset="plain")


MODELS = {
    "network": (network, ROWS),
    "result": (result, ROWS),
    "results": (results, ROWS),
    "pipeline-classes": (lambda: pipeline("kind"), TABLE),
    "pipeline-number": (lambda: pipeline("weight", drop=["kind"]), TABLE),
    "pipeline-several": (lambda: pipeline(["kind", "weight"]), TABLE),
    "MLPClassifier": (lambda: cr.MLPClassifier(3, **FEW).fit(ROWS, LABELS), ROWS),
    "MLPRegressor": (
        lambda: cr.MLPRegressor(
            hidden_layer_sizes=(3, 2), activation=["tanh", "elu"], early_stopping=True, **FEW
        ).fit(ROWS, ROWS),
        ROWS,
    ),
    "Perceptron": (lambda: cr.Perceptron(random_state=0).fit(ROWS, LABELS == "b"), ROWS),
    "TabularClassifier": (
        lambda: cr.TabularClassifier(hidden=(3,), epochs=3, random_state=0, preset="plain").fit(
            {name: TABLE[name] for name in ("size", "colour")}, TABLE["kind"]
        ),
        {name: TABLE[name] for name in ("size", "colour")},
    ),
    "TabularRegressor": (
        lambda: cr.TabularRegressor(hidden=(3,), epochs=3, random_state=0, preset="plain").fit(
            {name: TABLE[name] for name in ("size", "colour")}, TABLE["weight"]
        ),
        {name: TABLE[name] for name in ("size", "colour")},
    ),
}
"""Of each kind how it is made, and the rows that it predicts."""


def predictions(model: Any, rows: Any) -> dict[str, Any]:
    """Whatever a model says of rows, as lists."""
    found = {"predict": model.predict(rows)}
    if hasattr(model, "outputs"):
        found["outputs"] = model.outputs(rows)
    if hasattr(model, "predict_proba"):
        with suppress(DataError):  # a pipeline of quantities
            found["predict_proba"] = model.predict_proba(rows)
    if isinstance(model, list):
        found["parameters"] = model.parameters
    return {name: plain(value) for name, value in found.items()}


def plain(value: Any) -> Any:
    """Arrays as lists, floats with all their digits."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return value.tolist()


def main() -> None:
    """Write the folder of this version's format, unless it is there."""
    folder = HERE / FORMAT.removeprefix("chainrule-")
    folder.mkdir(exist_ok=True)
    warnings.simplefilter("ignore")
    for name, (make, rows) in MODELS.items():
        place = folder / f"{name}.model"
        if place.exists():
            print(f"{place.name} is frozen", file=sys.stderr)
            continue
        model = make()
        save_model(model, place)
        text = json.dumps(predictions(model, rows))
        place.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
