"""The LaTeX is read by KaTeX, which many pages and notebooks use."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.explain import explain, explain_batch, explain_prediction, largest_gradients
from chainrule.lessons.example import people
from chainrule.tables import Pipeline

NODE = Path(__file__).with_name("node")


def accepted(expressions: list[str]) -> list[str]:
    """KaTeX's complaints, "" where it has none."""
    assert (NODE / "node_modules" / "katex").is_dir(), "make tests/explain/node/node_modules"
    done = subprocess.run(
        ["node", "accepts.mjs"],
        cwd=NODE,
        input=json.dumps(expressions),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)


def explanations():
    """More than ten explanations: every activation, loss, layer, kind and zoom level."""
    rng = np.random.default_rng(3)
    example = people()
    of_people = (example.objective, example.parameters, example.X, example.y)
    yield from (explain(*of_people, weight=w, row=0).to_latex("all") for w in ("w1", "w5", "b3"))
    yield explain_batch(*of_people, weight="w1", labels=example.labels).to_latex()
    yield explain_prediction(*of_people[:3], row=1).to_latex()
    yield largest_gradients(*of_people, row=2).to_latex()
    for f in cr.activations.ACTIVATIONS:
        network = cr.Network(
            [
                cr.Dense(3, 4, f),
                cr.BatchNorm(4),
                cr.Dropout(),
                cr.LayerNorm(4, "tanh"),
                cr.Frozen(cr.Dense(4, 2)),
            ]
        )
        yield explain(
            network, network.initial_parameters(0), rng.normal(size=3), [0.5, 1.0], loss="huber",
            weight="w2", penalties=["l1", "l2"], sample_weight=2.5,
        ).to_latex("all")  # fmt: skip
    for loss in cr.losses.LOSSES:
        output = {
            "cross_entropy": "softmax", "binary_cross_entropy": "sigmoid", "poisson": "exp"
        }.get(loss, "identity")  # fmt: skip
        network = cr.mlp(70, (60,), 2, "relu", output)
        yield explain(
            network, network.initial_parameters(0), rng.normal(size=70), [1.0, 0.0][:: 1]
            if loss != "hinge" else [1.0, -1.0], loss=loss, weight="h5.w5",
        ).to_latex("all")  # fmt: skip
    for loss, output, y in (
        ("binary_cross_entropy", "sigmoid", 0.0),
        ("cross_entropy", "softmax", [0.0, 1.0]),
        ("poisson", "exp", 2.0),
    ):  # outputs that are rounded to the end of their range
        network = cr.Network([cr.Dense(1, np.size(y), output)])
        last = -60 if output == "exp" else [[60, -60][: np.size(y)]]
        yield explain(
            network, {"layers[0].W": last, "layers[0].b": 0}, [1.0], y, loss=loss, weight="w1"
        ).to_latex("all")
    pipeline = Pipeline.fit("penguins", "species", hidden=(4,), epochs=2, seed=0, preset="plain")
    yield explain_prediction(pipeline, x="penguins", row=2).to_latex()
    yield explain(pipeline, x="penguins", row=2, weight="h1.w2").to_latex("all")


@pytest.mark.slow
def test_katex_accepts_the_latex():
    expressions = list(explanations())
    assert len(expressions) >= 10
    complaints = accepted(expressions)
    assert [c for c in complaints if c] == []
    # The check itself sees mistakes.
    assert accepted([r"\frac{1}{", r"\begin{array}{l} 1"])[0] != ""
