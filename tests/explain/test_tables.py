"""Models of tables, in the columns' own words, and the command line."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from chainrule.cli.explain import explain as command
from chainrule.errors import DataError, InvalidValueError, ModelFileError, UnknownNameError
from chainrule.explain import explain, explain_batch, explain_prediction, largest_gradients
from chainrule.models import save_model
from chainrule.tables import Pipeline, read_table


@pytest.fixture(scope="module")
def species():
    return Pipeline.fit(
        "penguins", "species", hidden=(6,), epochs=5, seed=0, engine="reference", preset="plain"
    )


@pytest.fixture(scope="module")
def mass():
    return Pipeline.fit("penguins", "body_mass_g", hidden=(5,), epochs=5, seed=0, preset="plain")


@pytest.fixture(scope="module")
def model(species, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "species.bin"
    save_model(species, path)
    return str(path)


def run(*arguments):
    return CliRunner().invoke(command, [str(a) for a in arguments])


def test_a_prediction_in_the_columns_own_names(species):
    e = explain_prediction(species, x="penguins", row=2)
    assert dict(e.given)["bill_length_mm"] == "40.3"
    assert e.prediction == str(species.predict(read_table("penguins")[[2]])[0])
    assert [o.name for o in e.outputs] == [
        "species = Adelie", "species = Chinstrap", "species = Gentoo"
    ]  # fmt: skip
    assert sum(o.value for o in e.outputs) == pytest.approx(1)
    assert "bill_length_mm" in e.layers[0].inputs
    text = str(e)
    assert "The row, as the table has it" in text
    assert f"Prediction: {e.prediction}." in text


def test_derivatives_by_the_columns_in_their_own_units(mass):
    row = read_table("penguins").to_native().slice(2, 1).to_pydict()
    e = explain_prediction(mass, x=row)
    names = [i.name for i in e.inputs]
    h = 1e-2

    def predicted(column, change):
        moved = {**row, column: [float(row[column][0]) + change]}
        return explain_prediction(mass, x=moved).outputs[0].in_units

    assert predicted("bill_length_mm", 0) == pytest.approx(float(mass.predict(row)[0]), rel=1e-5)
    for column in ("bill_length_mm", "flipper_length_mm"):
        numerical = (predicted(column, h) - predicted(column, -h)) / (2 * h)
        # A network of relu is linear between its kinks.
        assert e.in_units[0, names.index(column)] == pytest.approx(numerical, rel=1e-6)
    assert "in its own unit" in str(e)


def test_a_weight_on_a_row_of_a_table(species, mass):
    e = explain(species, x="penguins", row=2, weight="h1.w4")
    assert e.check.verdict == "agrees"
    assert e.row == "x[2]"
    e = explain(mass, x="penguins", row=2, weight="h1.w4")
    assert any("standardised" in note for note in e.notes)
    assert e.step.optimizer == "Adam"  # the pipeline remembers how it was trained


def test_a_batch_of_a_table(species):
    e = explain_batch(species, x=read_table("penguins")[:50], weight="h1.w4")
    assert len(e.samples) == 50
    whole = e.total + sum(f.value for f in e.penalties)
    assert whole == pytest.approx(e.derivative, rel=1e-9, abs=1e-12)


def test_the_largest_gradients_are_the_largest(species):
    e = largest_gradients(species, x="penguins", row=2, top=7)
    sizes = [abs(item.derivative) for item in e.items]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) == 7
    one = explain(species, x="penguins", row=2, weight=e.items[0].weight.name)
    assert one.derivative == e.items[0].derivative


def test_a_missing_target_leaves_the_prediction(mass):
    table = read_table("penguins")
    row = int(np.argmax(table.to_native()["body_mass_g"].is_null().to_numpy()))
    assert explain_prediction(mass, x=table, row=row).prediction
    with pytest.raises(InvalidValueError, match="the target 'body_mass_g' is missing"):
        explain(mass, x=table, row=row, weight="h1.w1")


def test_people_needs_no_file():
    result = run("people", "--weight", "w1")
    assert result.exit_code == 0
    assert "-0.952610 × 0.249439 × 1 × 0.045177 × -2 = 0.021470" in result.output
    assert "moves the loss of Alice" in result.output
    assert "Bob" in run("people", "--weight", "w1", "--row", 2).output
    assert "Alice has 100.0 %" in run("people", "--weight", "w1", "--batch").output
    assert "9 of 9" in run("people", "--top", 10).output
    assert "Step by step" in run("people").output


@pytest.mark.parametrize("zoom", ["scalar", "paths", "matrix", "all"])
def test_a_model_and_a_table(model, zoom):
    result = run(model, "penguins", "--row", 3, "--weight", "h1.w2", "--zoom", zoom)
    assert result.exit_code == 0
    assert "moves the loss of row 3" in result.output


def test_rows_count_from_one(model, species):
    result = run(model, "penguins", "--row", 3, "--units", "--format", "json")
    data = json.loads(result.output)
    assert data["row"] == "row 3"
    expected = explain_prediction(species, x="penguins", row=2)
    assert [o["value"] for o in data["outputs"]] == [o.value for o in expected.outputs]


def test_formats(model):
    arguments = (model, "penguins", "--row", 3, "--weight", "h1.w2", "--format")
    assert json.loads(run(*arguments, "json").output)["kind"] == "derivative"
    assert run(*arguments, "html").output.startswith('<div class="chainrule-explanation">')
    assert run(*arguments, "latex").output.startswith(r"\begin{array}")
    assert json.loads(run(model, "penguins", "--top", 3, "--format", "json").output)["items"]


def test_a_terminal_without_the_letters_gets_ascii():
    result = CliRunner(charset="ascii").invoke(command, ["people", "--weight", "w1"])
    assert result.exit_code == 0
    assert result.output.isascii()
    assert "-0.952610 x 0.249439 x 1 x 0.045177 x -2 = 0.021470" in result.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("people", "--weight", "w1", "--top", "3"), "--weight and --top exclude each other"),
        (("people", "--batch"), "--batch needs --weight"),
        (("people", "--batch", "--weight", "w1", "--row", "2"), "--batch and --row exclude"),
        (("some.model",), "TABLE is missing: chainrule explain some.model TABLE"),
        (("people", "--row", "0"), "0 is not in the range x>=1"),
        (("people", "--format", "pdf"), "'pdf' is not one of"),
    ],
)
def test_usage(arguments, says):
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in result.output


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (("people", "--row", "5"), DataError, "--row (=5) must be from 1 to 4: the example has 4"),
        (("people", "--weight", "w77"), UnknownNameError, "unknown parameter 'w77'"),
        (("none.model", "penguins"), ModelFileError, "there is no model file 'none.model'"),
    ],
)
def test_bad_input(arguments, error, says):
    result = run(*arguments)
    assert isinstance(result.exception, error)
    assert says in str(result.exception)


def test_a_row_beyond_the_table(model):
    result = run(model, "penguins", "--row", 345)
    assert "--row (=345) must be from 1 to 344: penguins has 344 rows" in str(result.exception)
