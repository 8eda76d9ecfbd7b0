"""The run that each fit leaves, and `chainrule runs`."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

import chainrule as cr

SHORT = ("--epochs", 3, "--seed", 1, "--no-plot")


@pytest.fixture
def table():
    rows = [f"{i},{i % 5},{'yn'[i % 2]}" for i in range(80)]
    Path("t.csv").write_text("\n".join(["size,kind,ill", *rows]) + "\n")
    return "t.csv"


def fit(chainrule, table, *options):
    result = chainrule("fit", table, "--target", "ill", "-o", "m.model", *SHORT, *options)
    assert result.exit_code == 0, result.output
    return result


def test_what_a_fit_leaves(chainrule, table):
    said = fit(chainrule, table).stdout
    assert re.search(r"^report +runs/m-1/report\.html$", said, re.M)
    folder = Path("runs/m-1")
    assert sorted(p.name for p in folder.iterdir()) == [
        "history.jsonl", "m.model", "report.html", "run.json", "schema.json", "settings.toml",
    ]  # fmt: skip
    facts = json.loads((folder / "run.json").read_text())
    assert facts["status"] == "finished"
    assert facts["data"]["sha256"] == sha256(Path(table).read_bytes()).hexdigest()
    assert (facts["data"]["rows"], facts["data"]["columns"]) == (80, 3)
    assert facts["versions"]["chainrule"] == cr.__version__
    assert facts["evaluation"]["targets"][0]["scores"][0]["low"] is not None
    assert facts["settings"]["epochs"] == 3
    epochs = [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]
    assert [one["epoch"] for one in epochs] == [1, 2, 3]
    assert all(one["loss"] > 0 and one["validation_loss"] > 0 for one in epochs)
    schema = cr.Schema.from_dict(json.loads((folder / "schema.json").read_text()))
    assert schema == cr.load_model("m.model").schema
    assert (folder / "m.model").read_bytes() == Path("m.model").read_bytes()


def test_the_picture_is_copied(chainrule, table):
    result = chainrule("fit", table, "--target", "ill", "-o", "m.model", "--epochs", 2)
    assert result.exit_code == 0, result.output
    assert Path("runs/m-1/m.png").read_bytes() == Path("m.png").read_bytes()


def test_runs_are_numbered_and_can_lie_elsewhere(chainrule, table):
    fit(chainrule, table)
    fit(chainrule, table)
    fit(chainrule, table, "--runs", "a/b")
    assert sorted(p.name for p in Path("runs").iterdir()) == ["m-1", "m-2"]
    assert [p.name for p in Path("a/b").iterdir()] == ["m-1"]


def test_no_run(chainrule, table):
    fit(chainrule, table, "--no-run")
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    "options", [["--activation", "rellu"], ["--optimizer", "sgd", "--learning-rate", "1e30",
                                            "--activation", "identity"]],
)  # fmt: skip
def test_what_comes_to_nothing_leaves_no_run(chainrule, options):
    result = chainrule("fit", "diabetes", "-o", "m.model", "--seed", 0, *options)
    assert result.exit_code in (2, 4)
    assert list(Path().iterdir()) == []


def test_a_model_into_a_device_leaves_no_run_beside_it(chainrule, table):
    assert chainrule("fit", table, "--target", "ill", "-o", "/dev/null", *SHORT).exit_code == 0
    assert not Path("/dev/runs").exists()


def test_an_interrupted_run_says_so(chainrule, table, monkeypatch):
    from chainrule.cli import progress

    def interrupt(self, done):
        if done.epoch == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(progress.TrainingProgress, "__call__", interrupt)
    result = chainrule("fit", table, "--target", "ill", "-o", "m.model", *SHORT)
    assert result.exit_code == 130, result.output
    facts = json.loads(Path("runs/m-1/run.json").read_text())
    assert (facts["status"], facts["epochs"]) == ("interrupted", 2)


# --- chainrule runs -------------------------------------------------------------------------------


def test_a_list(chainrule, table):
    fit(chainrule, table)
    fit(chainrule, table, "--hidden", 3)
    lines = chainrule("runs").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["m-1", "m-2"]
    assert re.search(r"m-1 +finished +t\.csv +ill +accuracy \S+ +\S+ +3 +20\d\d-", lines[1])
    found = json.loads(chainrule("runs", "--json").stdout)
    assert [run["name"] for run in found] == ["m-1", "m-2"]


def test_side_by_side(chainrule, table):
    fit(chainrule, table, "--hidden", "64,64")
    fit(chainrule, table, "--hidden", 3, "--drop", "kind")
    text = chainrule("runs", "m-1", "runs/m-2").stdout
    assert re.search(r"^hidden +64,64 +3$", text, re.M)
    assert re.search(r"^accuracy of ill +\S+ +\S+$", text, re.M)
    assert "activation" not in text  # the same in both


def test_one_alone(chainrule, table):
    fit(chainrule, table, "--hidden", "8")
    text = chainrule("runs", "m-1").stdout
    for words in ("status", "sha256", "hidden", "scores of ill", "balanced accuracy"):
        assert words in text


def test_a_run_that_was_killed_is_listed(chainrule, table):
    fit(chainrule, table)
    facts = json.loads(Path("runs/m-1/run.json").read_text())
    kept = ("format", "name", "started", "settings")
    Path("runs/m-1/run.json").write_text(
        json.dumps({"status": "running", **{name: facts[name] for name in kept}})
    )
    assert re.search(r"m-1 +not ended +t\.csv +3 +20", chainrule("runs").stdout)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "there is no folder 'runs'; chainrule fit makes one"),
        (["--folder", "elsewhere"], "there is no folder 'elsewhere'"),
        (["m-1"], "there is no folder 'runs'"),
    ],
)
def test_where_there_is_none(chainrule, arguments, message):
    result = chainrule("runs", *arguments)
    assert result.exit_code == 3
    assert message in result.stderr


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": "chainrule-run-9"}', "\xff"])
def test_what_is_no_run(chainrule, content):
    Path("runs/m-1").mkdir(parents=True)
    Path("runs/m-1/run.json").write_text(content, encoding="latin-1")
    result = chainrule("runs")
    assert result.exit_code == 3, result.output
    assert "runs/m-1" in result.stderr
    Path("runs/m-1/run.json").unlink()
    assert "There is none." in chainrule("runs").stdout
    assert chainrule("runs", "m-2").exit_code == 3
