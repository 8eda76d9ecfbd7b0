"""A page's session over a real WebSocket."""

import base64
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request

import numpy as np
import pytest

import chainrule as cr
from chainrule.models import load_model
from chainrule.web.datasets import make_data
from chainrule.web.frames import Kind
from chainrule.web.settings import Settings
from chainrule.web.starts import DATASETS, start


def begin(page, name):
    page.ask("configure", settings=start(name))
    kind = start(name)["data"]["kind"]
    page.until(
        lambda: (
            page.events.get("settings", {}).get("settings", {}).get("data", {}).get("kind") == kind
        )
    )
    page.frame_at(0)


def upload(server, page, data, name="table.csv", **headers):
    """What the server answers to a dropped file."""
    request = urllib.request.Request(
        f"http://{server.host}/table?session={page.hello['session']}&name={name}", data,
        {"Origin": f"http://{server.host}", "X-Chainrule-Token": server.token, **headers},
    )  # fmt: skip
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"{}")


def test_hello_says_what_there_is(page):
    hello = page.hello
    expected = Settings().changed(start("lesson_line")).to_dict()
    assert hello["settings"] == json.loads(json.dumps(expected))
    names = {a["name"] for a in hello["catalog"]["activations"]}
    assert names == set(cr.activations.ACTIVATIONS)
    assert [d["name"] for d in hello["catalog"]["datasets"]] == [d.name for d in DATASETS]
    page.until(lambda: {"network", "data", "status", "timeline"} <= set(page.events))
    assert page.events["network"]["short"] == ["o1.w1", "o1.b"]
    assert page.events["network"]["numbered"] == ["w1", "b1"]
    assert page.events["data"]["n_training"] == 2


@pytest.mark.parametrize("name", ["circle", "wave", "lesson_people", "equation"])
def test_play_pause_step_and_back(page, name):
    begin(page, name)
    page.ask("play")
    page.until(lambda: page.header.update > 0)
    first = page.state()
    here = page.ask("pause")["update"]
    for _ in range(min(3, here)):
        page.ask("step", by="back")
    assert page.ask("step", by="batch", count=min(3, here))["update"] == here
    np.testing.assert_array_equal(page.state(), first)
    page.ask("reset")
    start_again = page.frame_at(0)["PARAMETERS", 0, 0].values
    page.ask("step", by="epoch", count=2)
    page.ask("reset")
    np.testing.assert_array_equal(page.frame_at(0)["PARAMETERS", 0, 0].values, start_again)


def test_the_same_updates_have_the_same_bits_whatever_was_seen(page):
    begin(page, "circle")
    page.ask("step", by="batch", count=137)
    there = page.state()
    page.ask("seek", update=31)
    between = page.state()
    page.ask("step", by="batch", count=106)
    np.testing.assert_array_equal(page.state(), there)
    page.ask("seek", update=31)
    np.testing.assert_array_equal(page.state(), between)
    data = make_data(**page.events["settings"]["settings"]["data"])
    layers = [cr.Dense(2, 4, "tanh"), cr.Dense(4, 2, "tanh"), cr.Dense(2, 1, "sigmoid")]
    loss = cr.BinaryCrossEntropy()
    session, state = cr.training_session(
        cr.Network(layers), *data.training(loss), loss=loss, batch_size=16, seed=0,
        optimizer=cr.SGD(0.3, momentum=0.9), validation=data.validation(loss),
    )  # fmt: skip
    state = session.advance(state, updates=137).state
    np.testing.assert_array_equal(there, state.parameters.vector)


def test_a_frame_has_the_numbers_of_the_library(page):
    begin(page, "circle")
    page.ask("view", boundary=20, units=10, row=3, gradients="batch", path=["h1.w1", "o1.b"],
             predictions=True)  # fmt: skip
    update = page.ask("step", by="batch", count=25)["update"]
    sections = page.frame_at(update)
    page.until(lambda: any(s.kind is Kind.PATH for s in page.sections))
    sections = {(s.kind.name, s.run, s.layer): s for s in page.sections}
    settings = page.events["settings"]["settings"]
    data = make_data(**settings["data"])
    network = cr.Network(
        [cr.Dense(2, 4, "tanh"), cr.Dense(4, 2, "tanh"), cr.Dense(2, 1, "sigmoid")]
    )
    objective = cr.Objective(network, "binary_cross_entropy")
    parameters = cr.Parameters(network.layout, sections["PARAMETERS", 0, 0].values.copy())
    X, y = data.training(objective.loss)
    value, gradient = cr.value_and_gradient(objective, parameters, X, y)
    # Sums are in another order here than in the compiled engine.
    close = {"rtol": 1e-9, "atol": 1e-12}
    np.testing.assert_allclose(sections["GRADIENT", 0, 0].values, gradient.vector, **close)
    np.testing.assert_allclose(sections["LOSSES", 0, 0].values[0], value, rtol=1e-12)
    a = cr.backprop.forward(network, parameters, X)[0]
    np.testing.assert_allclose(sections["PREDICTIONS", 0, 0].values, a[:, 0], rtol=1e-6)
    boundary = sections["BOUNDARY", 0, 0]
    axis = [np.linspace(i["low"], i["high"], 20) for i in page.events["data"]["inputs"]]
    corner = [axis[0][-1], axis[1][0]]  # the last column of the last row
    expected = cr.backprop.forward(network, parameters, np.array([corner]))[0][0, 0]
    assert abs(boundary.values[0, -1, -1] / 255 - expected) < 1 / 255
    maps = [s for s in page.sections if s.kind is Kind.UNIT_MAPS]
    assert [s.values.shape for s in maps] == [(4, 10, 10), (2, 10, 10), (1, 10, 10)]
    np.testing.assert_array_equal(sections["ROW_INPUTS", 0, 0].values, X[3])
    explained = page.ask("explain", unit="h2", row=3, live=False)["of_unit"]
    deltas, units = sections["ROW_GRADIENTS", 0, 0].values, sections["ACTIVATIONS", 0, 0].values
    np.testing.assert_allclose([explained["delta"], explained["a"]], [deltas[1], units[1]])
    path = sections["PATH", 0, 0].values
    assert path[-1].tolist() == [update, parameters["h1.w1"], parameters["o1.b"]]


@pytest.mark.parametrize(("name", "row"), [("lesson_people", 0), ("circle", 5), ("wave", 2)])
def test_an_explanation_is_that_of_the_library(page, name, row):
    begin(page, name)
    page.ask("step", by="batch", count=7)
    vector = page.state()
    event = page.events["network"]
    problem = Settings().changed(start(name))
    data = make_data(**problem.to_dict()["data"])
    network = cr.Network(
        [
            cr.Dense(n_in, layer["units"], layer["activation"])
            for n_in, layer in zip(
                [data.X.shape[1], *(x["units"] for x in problem.to_dict()["layers"])],
                problem.to_dict()["layers"],
                strict=False,
            )
        ]
    )
    objective = cr.Objective(network, problem.loss["name"])
    X, y = data.training(objective.loss)
    for weight in event["names"]:
        shown = page.ask("explain", weight=weight, row=row, live=False)
        expected = cr.explain(objective, vector, X, y, weight=weight, row=row)
        got = shown["explained"]
        assert got["derivative"] == expected.derivative
        assert [f["value"] for f in got["factors"]] == [f.value for f in expected.factors]
        assert got["weight"]["name"] == weight
        assert len(shown["links"]) == len(got["factors"])
        assert weight in shown["links"][-1]["edges"]
    edges = [e for link in shown["links"] for e in link["edges"]]
    assert set(edges) <= set(event["names"])
    batch = page.ask("explain", weight=event["names"][0], live=False)["explained"]
    expected = cr.explain_batch(objective, vector, X, y, weight=event["names"][0])
    assert (batch["kind"], batch["derivative"]) == ("batch", expected.derivative)


def test_what_the_next_step_will_do_is_what_it_does(page):
    begin(page, "circle")
    page.ask("step", by="batch", count=4)
    told = page.ask("preview")
    assert (told["update"], told["after"]) == (4, 5)
    page.ask("step", by="batch")
    np.testing.assert_array_equal(page.state(), told["parameters"])
    page.until(lambda: any(s.kind is Kind.LOSSES for s in page.sections))
    losses = next(s for s in page.sections if s.kind is Kind.LOSSES).values
    np.testing.assert_allclose(told["loss_after"], losses[0], rtol=1e-12)
    assert len(told["rows"]) == 16
    assert len(set(told["rows"])) == 16


def test_an_explanation_follows_the_training(page):
    begin(page, "circle")
    page.ask("explain", weight="h1.w1", row=0)
    page.ask("play")
    page.until(lambda: page.events.get("explanation", {}).get("update", 0) > 100)
    page.ask("explain_off")
    page.ask("pause")


def test_an_edit_in_the_past_is_a_branch(page):
    begin(page, "circle")
    page.ask("step", by="batch", count=40)
    end = page.state()
    page.ask("seek", update=10)
    status = page.ask("edit", weight="h1.w1", value=0.75)
    assert (status["branch"], status["update"]) == (1, 10)
    index = page.events["network"]["names"].index("layers[0].W[0, 0]")
    page.until(lambda: page.header.branch == 1)
    page.ask("step", by="batch", count=5)
    page.ask("seek", update=10, branch=1)
    assert page.state()[index] == 0.75
    page.ask("seek", update=40, branch=0)
    np.testing.assert_array_equal(page.state(), end)
    page.until(lambda: len(page.events["timeline"]["branches"]) == 2)
    assert page.events["timeline"]["branches"][1]["label"] == "h1.w1 = 0.75"


def test_layers_of_the_past_come_back_and_go_again(page):
    begin(page, "circle")
    page.ask("step", by="batch", count=10)
    layers = page.events["settings"]["settings"]["layers"]
    wider = [{**layers[0], "units": 6}, *layers[1:]]
    page.ask("edit_layers", layers=wider)
    page.ask("step", by="batch", count=10)
    end = page.state()
    page.ask("seek", update=5)
    assert (len(page.state()), page.events["network"]["parameters"]) == (25, 25)
    page.ask("step", by="batch", count=15)
    np.testing.assert_array_equal(page.state(), end)
    assert page.header.network == page.events["network"]["version"]
    assert page.events["network"]["parameters"] == len(end) == 35


def test_two_runs_side_by_side(page):
    begin(page, "circle")
    page.ask("step", by="batch", count=20)
    assert page.ask("compare", difference={"learning_rate": 0.01})["comparing"]
    page.ask("step", by="batch", count=10)
    page.until(lambda: page.header.update == 30 and page.sections[-1].run == 1)
    other = next(s for s in page.sections if s.kind is Kind.PARAMETERS and s.run == 1).values
    page.ask("compare", difference=None)
    optimizer = {**page.events["settings"]["settings"]["optimizer"], "learning_rate": 0.01}
    page.ask("reset")
    page.ask("configure", settings={"optimizer": optimizer})
    page.ask("step", by="batch", count=30)
    np.testing.assert_array_equal(page.state(), other)


def test_what_is_taken_along(page, tmp_path):
    begin(page, "circle")
    page.ask("step", by="batch", count=15)
    page.ask("edit", weight="o1.b", value=0.125)
    page.ask("step", by="batch", count=6)
    end = page.state()
    (tmp_path / "run.py").write_text(
        page.ask("export", what="code")["text"] + "np.save('end', state.parameters.vector)\n"
    )
    subprocess.run([sys.executable, "run.py"], cwd=tmp_path, check=True, capture_output=True)
    np.testing.assert_array_equal(np.load(tmp_path / "end.npy"), end)
    model = page.ask("export", what="model")
    (tmp_path / model["name"]).write_bytes(base64.b64decode(model["base64"]))
    np.testing.assert_array_equal(load_model(tmp_path / model["name"]).parameters.vector, end)
    lines = page.ask("export", what="history")["text"].splitlines()
    assert lines[0].startswith("update,epoch,loss,validation_loss,accuracy")
    settings = json.loads(page.ask("export", what="settings")["text"])
    assert settings == page.events["settings"]["settings"]


def test_settings_open_a_session(server):
    settings = {**start("xor"), "seed": 5}
    with server.page(settings) as page:
        assert page.hello["settings"]["seed"] == 5
        assert page.hello["settings"]["data"]["kind"] == "xor"


def test_a_page_that_was_gone_goes_on(server):
    with server.page() as page:
        begin(page, "circle")
        page.ask("step", by="batch", count=12)
        before, name = page.state(), page.hello["session"]
    with server.page(session=name) as page:
        assert page.hello["resumed"]
        page.until(lambda: "status" in page.events)
        assert page.events["status"]["update"] == 12
        np.testing.assert_array_equal(page.state(), before)
        page.ask("step", by="back", count=12)
    with server.page(session="nothing of that name") as page:
        assert not page.hello["resumed"]


def test_a_table_is_dropped(server, page):
    rows = "\n".join(f"{i},{(i * 7) % 11},{'yes' if i % 3 else 'no'}" for i in range(90))
    status, found = upload(server, page, f"a,b,answer\n{rows}\n".encode(), "mine.csv")
    assert (status, found["target"], found["rows"]) == (200, "answer", 90)
    data = {"kind": "table", "table": found["table"], "target": "answer", "validation": 0.2}
    settings = page.ask("configure", settings={"data": data})["settings"]
    assert settings["layers"][-1]["activation"] == "softmax"
    page.until(lambda: page.events["data"]["n_training"] == 72)
    assert page.events["data"]["classes"] == ["no", "yes"]
    page.ask("step", by="epoch", count=2)
    assert "table='mine.csv'" in page.ask("export", what="code")["text"]
    again = page.refused("configure", settings={"data": {**data, "target": "nothing"}})
    assert again["field"] == "data.target"
    assert "nothing" in again["message"]
    assert page.ask("pause")["update"] > 0  # the running session is not lost


@pytest.mark.parametrize(
    ("data", "field", "why"),
    [
        (b"", "table", "empty|no rows|no columns|nothing"),
        (b"a\n1\n2\n", "table", "one column"),
        (b"\x00\x01\x02\xff" * 50, "table", "."),
    ],
)
def test_a_file_that_is_no_table_is_refused(server, page, data, field, why):
    status, found = upload(server, page, data)
    assert (status, found["ok"], found["field"]) == (422, False, field)
    assert re.search(why, found["message"])


def test_columns_that_are_too_many_are_said(server, page):
    names = ",".join(f"c{k}" for k in range(40))
    rows = "\n".join(",".join(str((i * k) % 17 + 0.5) for k in range(40)) for i in range(60))
    _, found = upload(server, page, f"{names}\n{rows}\n".encode())
    data = {"kind": "table", "table": found["table"], "target": "c39"}
    reply = page.refused("configure", settings={"data": data})
    assert (reply["field"], "choose fewer columns" in reply["message"]) == ("data.features", True)
    page.ask("configure", settings={"data": {**data, "features": ["c1", "c2"]}})


@pytest.mark.parametrize(
    ("kind", "fields", "field", "why"),
    [
        ("configure", {"settings": {"optimizer": {"type": "SGD", "learning_rate": -1}}},
         "optimizer.learning_rate", "must be > 0"),
        ("configure", {"settings": {"optimizer": {"type": "Sgd"}}}, "optimizer.type", "SGD"),
        ("configure", {"settings": {"optimizer": {"learning_rate": 1.0}}}, "optimizer.type", "SGD"),
        ("configure", {"settings": {"optimizer": {"type": "SGD", "rate": 1}}},
         "optimizer.rate", "unknown setting"),
        ("configure", {"settings": {"optimizer": {"type": "LBFGS"}, "clip_norm": 1.0}},
         "clip_norm", "line search"),
        ("configure", {"settings": {"data": {"kind": "formula", "formula": "sin("}}},
         "data.formula", "cannot be read"),
        ("configure", {"settings": {"data": {"kind": "circle", "n": 1}}}, "data.n", ">= 2"),
        ("configure", {"settings": {"loss": {"name": "cross_entropy"}}}, "loss.name", "outputs"),
        ("configure", {"settings": {"layers": [{"units": 4}, {"kind": "dropout"}]}},
         "layers.1", "last layer"),
        ("configure", {"settings": {"layers": [{"units": 400}]}}, "layers.0.units", "<= 64"),
        ("configure", {"settings": {"layers": [{"units": 4, "activation": "tahn"}, {"units": 1}]}},
         "layers.0.activation", "did you mean 'tanh'"),
        ("configure", {"settings": {"nothing": 1}}, "", "unknown field"),
        ("configure", {"settings": {"stop": [{"type": "EarlyStopping"}]}}, "stop", "validation"),
        ("edit", {"weight": "w99", "value": 1.0}, "weight", "has w1 and b1"),
        ("explain", {"weight": "w99", "row": 0}, "weight", "unknown"),
        ("explain", {"unit": "h9", "row": 0}, "unit", "there are o1"),
        ("explain", {"weight": "w1", "row": 9}, "row", "0 to 1"),
        ("explain", {"row": 0}, "weight", "one of the two"),
        ("seek", {"update": 5}, "update", "from 0 to 0"),
        ("step", {"by": "back"}, "by", "only 0 updates"),
        ("step", {"by": "sample"}, "by", "batch_size is 1"),
        ("surface", {"weights": ["w1", "w9"]}, "weights", "unknown"),
        ("row", {"row": 4}, "row", "2 rows"),
        ("points", {"points": []}, "data.points", "at least one"),
        ("compare", {"difference": {"seed": -1}}, "seed", ">= 0"),
        ("compare", {"difference": {"data": {"kind": "xor"}}}, "difference", "the same data"),
        ("tour", {"name": "lines"}, "name", "did you mean 'line'"),
        ("view", {"axes": [0, 1]}, "axes", "different inputs"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_where_it_belongs(page, kind, fields, field, why):
    before = page.ask("pause")
    reply = page.refused(kind, **fields)
    assert reply["field"] == field
    assert why in reply["message"]
    assert page.ask("pause") == before


def test_a_run_ends_with_a_sentence(page):
    begin(page, "lesson_line")
    page.ask("configure", settings={"stop": [{"type": "Target", "value": 0.01}]})
    page.ask("play")
    page.until(lambda: page.events["status"]["ended"] == "stopped")
    page.until(lambda: page.notices)
    assert page.notices[-1] == "loss has reached 0.01"
    page.ask("reset")
    optimizer = {"type": "SGD", "learning_rate": 1e9}
    page.ask("configure", settings={"optimizer": optimizer})
    page.ask("play")
    page.until(lambda: page.events["status"]["ended"] == "diverged")


def test_speed_is_kept(page):
    begin(page, "circle")
    page.ask("speed", updates_per_second=50)
    page.ask("play")
    began = time.monotonic()
    page.until(lambda: page.header.update >= 60)
    seconds = time.monotonic() - began
    page.ask("pause")
    page.ask("speed")
    assert 0.8 < seconds < 10


@pytest.mark.parametrize("name", ["line", "equation", "random", "people", "iris"])
def test_a_tour_has_the_lessons_words(page, name):
    tour = page.ask("tour", name=name)
    lesson = cr.lessons.get_lesson(name)
    assert [s["title"] for s in tour["steps"]] == [s.title for s in lesson.sections]
    assert any(b["kind"] == "prose" for s in tour["steps"] for b in s["blocks"])
    for step in tour["steps"]:
        if step["settings"]:
            page.ask("configure", settings=step["settings"])


def test_points_are_learned_on_with_the_same_weights(page):
    begin(page, "circle")
    page.ask("step", by="batch", count=9)
    before = page.state()
    page.ask("points", points=[[0.1, 0.2, 0.0], [0.5, 0.5, 1.0]], task="binary")
    np.testing.assert_array_equal(page.state(), before)
    assert page.ask("step", by="batch")["update"] == 10
