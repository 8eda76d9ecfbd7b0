import csv
import re
from pathlib import Path

import numpy as np
import pytest

from chainrule.models import load_model
from chainrule.tables import Pipeline, read_table


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_csv_on_standard_output(chainrule, trained):
    result = chainrule("predict", trained.model, "penguins")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "prediction"
    assert lines[1:] == load_model(trained.model).predict("penguins").tolist()


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_files_hold_the_library_s_predictions(chainrule, trained, ending):
    result = chainrule("predict", trained.model, "penguins", "--proba", "-o", f"out{ending}")
    assert (result.exit_code, result.stdout) == (0, "")
    table = read_table(f"out{ending}")
    model = load_model(trained.model)
    assert table.columns == ["prediction", *(f"probability of {c}" for c in model.classes)]
    assert table["prediction"].to_list() == model.predict("penguins").tolist()
    shares = np.column_stack([table[name].to_numpy() for name in table.columns[1:]])
    # Written with the nine digits that tell every float32 from its neighbours.
    np.testing.assert_array_equal(shares.astype(np.float32), model.predict_proba("penguins"))


def test_keep_writes_the_table_too(chainrule, trained):
    assert chainrule("predict", trained.model, "penguins", "--keep", "-o", "o.csv").exit_code == 0
    rows = rows_of("o.csv")
    assert list(rows[0]) == [*read_table("penguins").columns, "prediction"]
    assert rows[0]["island"] == "Torgersen"
    assert rows[3]["bill_length_mm"] == ""


def test_texts_that_need_quotes_have_them(chainrule):
    names = ['say "hi"', "a, b", "two\nlines"] * 10
    frame = {"x": [0.0, 1.0, 2.0] * 10, "y": names}
    pipeline = Pipeline.fit(frame, "y", seed=0, epochs=100, validation_fraction=0, preset="plain")
    from chainrule.models import save_model

    save_model(pipeline, "m.model")
    Path("x.csv").write_text("x\n0\n1\n2\n")
    assert chainrule("predict", "m.model", "x.csv", "--proba", "-o", "o.csv").exit_code == 0
    rows = rows_of("o.csv")
    assert [row["prediction"] for row in rows] == names[:3]
    assert "probability of a, b" in rows[0]


def test_score_is_said_on_stderr_when_the_target_is_there(chainrule, trained, penguins):
    result = chainrule("predict", trained.model, penguins)
    accuracy = load_model(trained.model).evaluate("penguins")["accuracy"]
    said = f"accuracy {accuracy:#.4g} on 344 rows; always Adelie gives 0.4419\n"
    assert said in result.stderr
    assert "accuracy" not in result.stdout


def test_no_score_without_the_target(chainrule, trained):
    Path("new.csv").write_text(
        "island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year\n"
        "Dream,49.5,19.1,196,3700,male,2009\n"
    )
    result = chainrule("predict", trained.model, "new.csv")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "prediction\nChinstrap\n"


def test_a_target_without_values_is_not_scored(chainrule, trained):
    Path("new.csv").write_text(
        "species,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year\n"
        ",Dream,49.5,19.1,196,3700,male,2009\n"
    )
    result = chainrule("predict", trained.model, "new.csv")
    assert (result.exit_code, result.stderr) == (0, "")


def test_what_was_filled_in_and_what_is_unseen_is_counted(chainrule, trained):
    Path("new.csv").write_text(
        "island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex,year\n"
        "Atlantis,49.5,,196,3700,male,2009\n"
        "Atlantis,49.5,19.1,196,3700,,\n"
        "Dream,49.5,19.1,196,3700,,2009\n"
    )
    result = chainrule("predict", trained.model, "new.csv")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 4
    assert "filled in: bill_depth_mm in 1 row, sex in 2 rows\n" in result.stderr
    assert re.search(r"Warning: categories .* island in 2 rows \('Atlantis'\)", result.stderr)
    assert re.search(r"Warning: values are missing where .* year in 1 row;", result.stderr)


def test_rare_categories_are_counted(chainrule):
    towns = ["Rome", "Oslo"] * 30 + ["Linz", "Bern"]
    frame = {"town": towns, "y": [1.5 * i for i in range(62)]}
    from chainrule.models import save_model

    save_model(
        Pipeline.fit(frame, "y", seed=0, epochs=1, validation_fraction=0, preset="plain"), "m.model"
    )
    Path("new.csv").write_text("town\nRome\nLinz\nParis\n")
    result = chainrule("predict", "m.model", "new.csv")
    assert result.stderr == "rare or unseen categories were taken as one: town in 2 rows\n"


def test_quiet(chainrule, trained):
    result = chainrule("predict", trained.model, "penguins", "--quiet")
    assert result.stderr == ""
    assert len(result.stdout.splitlines()) == 345


def test_from_standard_input(chainrule, trained, penguins):
    with open(penguins, "rb") as file:
        result = chainrule("predict", trained.model, "-", input=file)
    assert result.stdout == chainrule("predict", trained.model, "penguins").stdout


def test_regression(chainrule):
    chainrule("fit", "diabetes", "-o", "m.model", "--seed", 0, "--epochs", 2, "--no-plot")
    result = chainrule("predict", "m.model", "diabetes")
    values = np.array(result.stdout.splitlines()[1:], dtype=float)
    np.testing.assert_allclose(values, load_model("m.model").predict("diabetes"), rtol=1e-12)
    assert "root mean squared error" in result.stderr


def test_a_regression_has_no_probabilities(chainrule):
    chainrule("fit", "diabetes", "-o", "m.model", "--seed", 0, "--epochs", 1, "--no-plot")
    result = chainrule("predict", "m.model", "diabetes", "--proba", "-o", "o.csv")
    assert result.exit_code in (2, 3)
    assert "no classes or probabilities" in result.stderr
    assert not Path("o.csv").exists()


def test_keep_refuses_a_column_of_the_same_name(chainrule, trained):
    result = chainrule("predict", trained.model, "penguins", "--keep", "-o", "o.csv")
    assert result.exit_code == 0
    result = chainrule("predict", trained.model, "o.csv", "--keep", "-o", "p.csv")
    assert result.exit_code == 2
    assert "'prediction'" in result.stderr
    assert not Path("p.csv").exists()


def test_booleans_stay_booleans(chainrule):
    from pyarrow import parquet

    frame = read_table({"x": list(range(40)), "y": [i > 19 for i in range(40)]})
    parquet.write_table(frame.to_native(), "t.parquet")
    chainrule("fit", "t.parquet", "--target", "y", "-o", "m", "--seed", 0, "--no-plot")
    assert chainrule("predict", "m", "t.parquet", "-o", "o.parquet").exit_code == 0
    assert read_table("o.parquet")["prediction"].to_list() == [i > 19 for i in range(40)]


def test_kept_columns_are_written_as_they_were(chainrule):
    rows = [
        f"1.{10 + i % 3 * 10},+49{i:05},2021-03-{1 + i % 28:02},{i}E{i % 3},"
        f"{'NA' if i % 5 else 'ok'},{i}.50,{'uv'[i % 2]}"
        for i in range(60)
    ]
    text = "\n".join(["version,phone,day,code,note,x,y", *rows]) + "\n"
    Path("t.csv").write_text(text)
    fit = chainrule("fit", "t.csv", "--target", "y", "-o", "m", "--epochs", 2, "--no-plot", "-q")
    assert fit.exit_code == 0, fit.output
    result = chainrule("predict", "m", "t.csv", "--keep", "-q")
    kept = [line.rpartition(",")[0] for line in result.stdout.splitlines()]
    assert kept == text.splitlines()
    with open("t.csv", "rb") as file:
        again = chainrule("predict", "m", "-", "--keep", "-q", input=file)
    assert again.stdout == result.stdout
