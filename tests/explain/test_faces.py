"""One structure, five faces."""

import io
import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import jsonschema
import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import UnknownNameError
from chainrule.explain import (
    explain,
    explain_batch,
    explain_columns,
    explain_prediction,
    json_schema,
    largest_gradients,
)
from chainrule.explain.formula.number_format import figure
from chainrule.explain.report.terminal import show

ZOOM = ("scalar", "paths", "matrix", "all")
VOID = {"br", "hr", "meta"}


def several():
    """Explanations of every kind."""
    rng = np.random.default_rng(2)
    network = cr.Network(
        [cr.Dense(3, 9, "gelu"), cr.BatchNorm(9), cr.Dropout(), cr.Dense(9, 3, "softmax")]
    )
    p, X, y = network.initial_parameters(0), rng.normal(size=(4, 3)), np.eye(3)[[0, 1, 2, 0]]
    loss = {"loss": "cross_entropy", "penalties": ["l1", "l2"]}
    weighted = {**loss, "sample_weight": [1, 2, 3, 4]}
    return {
        "weight": explain(network, p, X, y, weight="h2.w1", row=1, **weighted),
        "running": explain(network, p, X, y, weight="layers[1].mean[0]", row=1, **loss),
        "lbfgs": explain(network, p, X, y, weight="o1.b", row=0, optimizer="lbfgs", **loss),
        "saturated": explain(
            cr.Network([cr.Dense(1, 2, "softmax")]),
            {"layers[0].W": [[60, -60]], "layers[0].b": 0},
            [1.0],
            [0, 1],
            loss="cross_entropy",
            weight="w1",
        ),
        "batch": explain_batch(network, p, X, y, weight="h2.w1", **weighted),
        "batch of running": explain_batch(network, p, X, y, weight="layers[1].mean[0]", **loss),
        "columns": explain_columns(network, p, X, row=0, background=X),
        "sampled columns": explain_columns(
            network, p, X, row=1, background=X, method="shapley", n_permutations=4
        ),
        "prediction": explain_prediction(network, p, X, row=0),
        "ranking": largest_gradients(network, p, X, y, top=5, **loss),
    }


EVERY = pytest.mark.parametrize("e", [pytest.param(e, id=name) for name, e in several().items()])


class Checker(HTMLParser):
    """Every tag is closed in its order."""

    def __init__(self):
        super().__init__()
        self.open, self.words = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@EVERY
def test_json_follows_the_schema(e):
    data = json.loads(e.to_json())
    jsonschema.Draft202012Validator.check_schema(json_schema())
    jsonschema.Draft202012Validator(json_schema()).validate(data)
    assert data["kind"] == e.kind
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(json_schema()).validate({**data, "kind": "other"})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(json_schema()).validate({**data, "more": 1})


def test_json_keeps_full_precision_and_what_is_not_computed():
    e = several()
    data = json.loads(e["weight"].to_json())
    assert data["derivative"] == e["weight"].derivative
    assert [f["value"] for f in data["factors"]] == [f.value for f in e["weight"].factors]
    np.testing.assert_array_equal(data["jacobian"]["values"], e["weight"].jacobian.values)
    running = json.loads(e["running"].to_json())
    assert running["derivative"] is None
    assert running["check"] is None
    assert running["reason"] != ""
    assert json.loads(e["lbfgs"].to_json())["step"]["weight"] is None


def test_json_writes_infinite_numbers_as_texts():
    network = cr.Network([cr.Dense(1, 1, "exp")])
    numbers = {"layers[0].W": [[1000.0]], "layers[0].b": [0.0]}
    e = explain(network, numbers, [1.0], [1.0], loss="mean_squared_error", weight="w1")
    data = json.loads(e.to_json())
    jsonschema.Draft202012Validator(json_schema()).validate(data)
    assert data["forward"][2]["value"] == "inf"
    assert "inf" in str(e)


@EVERY
@pytest.mark.parametrize("zoom", ZOOM)
def test_html_is_well_formed(e, zoom):
    checker = Checker()
    checker.feed(e.to_html(zoom))
    assert checker.open == []
    assert "script" not in e.to_html(zoom)
    assert any(word.strip() for word in checker.words)


def test_html_escapes_the_names_of_columns():
    network = cr.Network([cr.Dense(1, 1)])
    e = explain_prediction(network, network.initial_parameters(0), [[1.0]], labels=["<b>&"])
    assert "&lt;b&gt;&amp;" in e.to_html()
    assert "<b>" not in e.to_html()
    assert r"\&" in e.to_latex()


@EVERY
def test_notebooks_show_it(e):
    assert e._repr_html_() == e.to_html()
    assert e._repr_latex_() == f"$$\n{e.to_latex()}\n$$"


@EVERY
@pytest.mark.parametrize("zoom", ZOOM)
def test_latex_is_balanced(e, zoom):
    latex = e.to_latex(zoom)
    assert latex.count(r"\begin{") == latex.count(r"\end{") > 0
    plain = latex.replace(r"\{", "").replace(r"\}", "")
    assert plain.count("{") == plain.count("}")
    assert latex.count(r"\left") == latex.count(r"\right")


@EVERY
@pytest.mark.parametrize("zoom", ZOOM)
def test_ascii_is_ascii(e, zoom):
    text = e.to_text(zoom, ascii_only=True)
    assert text.isascii()
    assert "?" not in text


@EVERY
@pytest.mark.parametrize("width", [60, 100])
def test_the_terminal_says_the_same(e, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    out = io.StringIO()
    show(e.document("all"), out)
    text = out.getvalue()
    assert "\x1b" not in text  # no colour outside of a terminal
    assert max(map(len, text.replace("\u0302", "").split("\n"))) <= width

    def words(some):
        return {w for w in some.replace("─", " ").replace("━", " ").split() if w.isalpha()}

    assert words(e.to_text("all")) - words(text) <= {"of"} if width == 100 else words(text)


def test_rich_prints_it():
    from rich.console import Console

    out = io.StringIO()
    Console(file=out, width=100).print(several()["weight"])
    assert "Forward" in out.getvalue()


def test_all_is_the_three_levels():
    e = several()["weight"]
    text = e.to_text("all")
    for zoom, title in [("scalar", "The product"), ("paths", "Paths:"), ("matrix", "Layer by")]:
        assert title in e.to_text(zoom)
        assert title in text
    assert text.count("The penalties' own terms") == 1
    with pytest.raises(
        UnknownNameError, match=r"unknown zoom level 'path'; did you mean 'paths'\?"
    ):
        e.to_text("path")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.02146953526581111, "0.021470"), (1.0, "1"), (-2.0, "-2"), (0.0, "0"), (-0.0, "0"),
        (1e-5, "1.00000e-05"), (999999.5, "999999.500000"), (1e6, "1.00000e+06"),
        (float("nan"), "nan"), (float("-inf"), "-inf"), (0.001, "0.001000"),
    ],
)  # fmt: skip
def test_numbers_are_rounded_for_the_eye(value, text):
    assert figure(value) == text


def test_rich_is_loaded_for_the_terminal_alone():
    code = (
        "import sys, chainrule.explain as e\n"
        "from chainrule.lessons.example import people\n"
        "p = people()\n"
        "x = e.explain(p.objective, p.parameters, p.X, p.y, row=0, weight='w1')\n"
        "x.to_text('all'); x.to_html('all'); x.to_latex('all'); x.to_json()\n"
        "print(*{m.split('.')[0] for m in sys.modules} & {'rich', 'click', 'pyarrow', 'scipy'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_module_answers_as_the_function_does():
    import chainrule.explain as module
    from chainrule.lessons.example import people

    p = people()
    arguments = (p.objective, p.parameters, p.X[0], p.y[0])
    assert module(*arguments, weight="w1").derivative == explain(*arguments, weight="w1").derivative


def test_all_minus_signs_of_html_are_alike(example):
    e = explain(example.objective, example.parameters, [9.0, 9.0], 1, weight="w1")
    for zoom in ("scalar", "matrix"):
        body = e.to_html(zoom).split("</style>")[1]
        numbers = re.findall(r"[-−]?\d\.\d+e[-−]\d+", body)
        assert numbers
        assert not any("-" in n for n in numbers)


def test_headers_of_tables_are_mathematics(example):
    e = explain_batch(example.objective, example.parameters, example.X, example.y, weight="w1")
    latex = e.to_latex()
    assert r"& f'\left(z_{h_{1}}\right) & \delta_{h_{1}} &" in latex
    assert '<th class="n"><span class="m">δ<sub>h1</sub></span></th>' in e.to_html()
