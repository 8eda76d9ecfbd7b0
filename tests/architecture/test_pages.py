"""What the pages of the project show runs, and says what they say."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np

import chainrule as cr

ROOT = Path(__file__).parents[2]


def blocks(page, language):
    """The code blocks of a language, with the indentation of a list taken off."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```", text, re.M | re.S)
    return [re.sub(rf"^{indent}", "", body, flags=re.M) for indent, body in found]


def test_the_readme_s_python_runs_and_prints_what_it_says():
    code, printed = blocks("README.md", "python")[0], blocks("README.md", "text")[0]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == printed


def test_the_readme_s_explanation_is_what_the_command_prints():
    command = [sys.executable, "-m", "chainrule.cli", "explain", "people", "--weight", "w1"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    shown = blocks("README.md", "text")[1]
    assert shown in done.stdout


def test_the_activation_in_contributing_is_right():
    code = blocks("CONTRIBUTING.md", "python")[0]
    code = code.replace("from .base", "from chainrule.activations.base")
    code = code.replace("from ..", "from chainrule.")
    names = {}
    exec(compile(code, "softsign.py", "exec"), names)
    softsign = names["Softsign"]()
    z = np.linspace(-3.0, 3.0, 12)  # without 0, where the second derivative jumps
    h = 1e-6
    central = (softsign.value(z + h) - softsign.value(z - h)) / (2 * h)
    # The error of a central difference is about h^2 and eps / h, both below 1e-9.
    np.testing.assert_allclose(softsign.derivative(z, softsign.value(z)), central, atol=1e-8)
    assert softsign.range.holds(softsign.value(z))


def shown(heading, language):
    """The code of a section of CONTRIBUTING."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    body = re.search(rf"^   ```{language}\n(.*?)^   ```", section, re.M | re.S)[1]
    return re.sub(r"^   ", "", body, flags=re.M)


def test_the_layer_in_contributing_is_right():
    code = shown("How to add a layer", "python").replace("from .base", "from chainrule.layers.base")
    names = {}
    exec(compile(code.replace("from ..", "from chainrule."), "scale.py", "exec"), names)
    network = cr.Network([cr.Dense(2, 3, "tanh"), names["Scale"](3), cr.Dense(3, 1)])
    parameters = network.initial_parameters(0)
    parameters["layers[1].s"] = [0.5, 2.0, -1.0]
    e = cr.explain(network, parameters, [1.0, -2.0], 0.3, weight="layers[1].s[1]", loss="mse")
    assert e.check.verdict == "agrees"
    assert [f.origin for f in e.factors][-2:] == [
        "weight of o1 in layers[2]",
        "what the factor multiplies",
    ]
    assert e.factors[-1].formula.text == "a_h2"
    layer, views, x = network.layers[1], parameters.layer(1), np.array([0.3, -1.0, 2.0])
    base = type(layer).__mro__[1]
    assert base.__name__ == "Layer"
    # What it says of itself is what its base class finds by backward.
    np.testing.assert_allclose(np.diag(layer.jacobian(views, x)), base.jacobian(layer, views, x))
    result = cr.train(network, [[1.0, -2.0]], [0.3], loss="mse", epochs=2, seed=0)
    assert (result.engine, result.history.loss[1] < result.history.loss[0]) == ("reference", True)
    assert "Scale is written in Python" in result.engine_reason
