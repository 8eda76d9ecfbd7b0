import re
from pathlib import Path

import pytest

from chainrule.cli import progress
from chainrule.models import load_model
from chainrule.tables import read_table, split

QUICK = ("--epochs", 3, "--no-plot")


def test_report_of_a_classification(trained):
    text = trained.stdout
    assert text.startswith("penguins: 344 rows, 8 columns\n")
    assert "classification, because species holds text" in text
    assert "275 rows to learn from, 69 held out to test on; seed 1\n" in text
    found = re.search(r"^test accuracy (\S+) on 69 rows; always Adelie gives (\S+)$", text, re.M)
    assert float(found[1]) > 0.95
    # Stratified: 30 or 31 of the 69 are among the 152 Adelies of 344.
    assert float(found[2]) == pytest.approx(152 / 344, abs=0.01)
    assert re.search(rf"^model +{trained.model}$", text, re.M)
    assert re.search(rf"^picture +{trained.model.with_suffix('.png')}$", text, re.M)


def test_report_tells_the_epoch_that_was_kept(chainrule):
    result = chainrule("fit", "penguins", "-o", "m", "--seed", 1, "--epochs", 500, "--no-plot")
    summary = load_model("m").summary
    assert summary["best_epoch"] < summary["epochs"] < 500
    assert f", {summary['epochs']} epochs in " in result.stdout
    assert (
        f"kept from epoch {summary['best_epoch']}, with the best loss on 28 rows" in result.stdout
    )


def test_report_tells_that_all_rows_were_learned_from(chainrule):
    Path("t.csv").write_text("x,y\n" + "".join(f"{k % 37},{k % 37 + k % 3}\n" for k in range(700)))
    arguments = ("--preset", "auto", "--hidden", 4, "--epochs", 7, "--seed", 1, "--no-plot")
    said = chainrule("fit", "t.csv", "--target", "y", "-o", "m", *arguments).stdout
    epochs = load_model("m").summary["refitted_for"]
    assert f"all rows were learned from for {epochs} epoch" in " ".join(said.split())
    assert "112 to see when to stop, learned from in the end" in chainrule("info", "m").stdout
    said = chainrule("fit", "t.csv", "--target", "y", "-o", "m", *arguments, "--no-refit").stdout
    assert "kept from epoch" in said


def test_reported_score_is_that_of_the_rows_held_out(trained):
    _, test = split("penguins", 0.2, seed=1, stratify="species")
    scores = load_model(trained.model).evaluate(test)
    assert f"test accuracy {scores['accuracy']:#.4g} on 69 rows" in trained.stdout
    assert f"{scores['baseline_accuracy']:#.4g}" in trained.stdout
    assert f"{scores['log_loss']:#.4g}" in trained.stdout


def test_confusion_table_counts_every_row_held_out(trained):
    lines = trained.stdout.splitlines()
    start = lines.index("true class in rows, predicted class in columns")
    labels = lines[start + 1].split()
    assert labels == ["Adelie", "Chinstrap", "Gentoo"]
    rows = {line.split()[0]: list(map(int, line.split()[1:])) for line in lines[start + 2 :][:3]}
    _, test = split("penguins", 0.2, seed=1, stratify="species")
    predicted = load_model(trained.model).predict(test)
    true = test["species"].to_numpy()
    for label in labels:
        expected = [int(((true == label) & (predicted == other)).sum()) for other in labels]
        assert rows[label] == expected


def test_picture_is_a_png_of_its_size(trained):
    picture = trained.model.with_suffix(".png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert picture.endswith(b"IEND\xaeB`\x82")


def test_nothing_but_the_model_the_picture_and_the_run_is_left(trained):
    left = sorted(p.name for p in trained.folder.iterdir())
    assert left == ["penguins.model", "penguins.png", "runs"]
    assert [p.name for p in (trained.folder / "runs").iterdir()] == ["penguins-1"]


def test_report_of_a_regression(chainrule):
    result = chainrule("fit", "diabetes", "--seed", 0, "-o", "d.model", *QUICK)
    assert result.exit_code == 0
    assert "regression, because progression" in result.stdout
    assert re.search(
        r"^test root mean squared error \S+ on 88 rows; always \S+ gives \S+$", result.stdout, re.M
    )
    for line in ("mean absolute error", "r2", "half of the rows within", "largest"):
        assert re.search(rf"^{line} +\S+", result.stdout, re.M), line


def test_errors_of_a_regression_are_those_of_the_rows_held_out(chainrule):
    import numpy as np

    result = chainrule("fit", "diabetes", "--seed", 0, "-o", "d.model", *QUICK)
    _, test = split("diabetes", 0.2, seed=0)
    errors = load_model("d.model").predict(test) - test["progression"].to_numpy()
    within = re.search(r"half of the rows within +(\S+)", result.stdout)[1]
    assert float(within) == pytest.approx(np.median(abs(errors)), rel=1e-3)
    largest = re.search(r"^largest +(\S+)", result.stdout, re.M)[1]
    assert float(largest) == pytest.approx(errors[abs(errors).argmax()], rel=1e-3)


def test_many_classes_are_told_by_their_most_frequent_mistakes(chainrule):
    result = chainrule("fit", "digits", "--seed", 0, "-o", "d.model", *QUICK)
    accuracy = float(re.search(r"^test accuracy (\S+) on (\d+) rows", result.stdout, re.M)[1])
    mistakes = re.search(r"^(\d+) mistakes?, most often$", result.stdout, re.M)[1]
    n = int(re.search(r"(\d+) held out", result.stdout)[1])
    assert int(mistakes) == round((1 - accuracy) * n)
    assert re.search(r"^  \d taken for \d: \d+$", result.stdout, re.M)


def test_same_seed_same_bytes_but_for_the_clock(chainrule):
    for name in "ab":
        chainrule("fit", "penguins", "--seed", 3, "-o", f"{name}.model", *QUICK)
    first, second = load_model("a.model"), load_model("b.model")
    assert (first.parameters.vector == second.parameters.vector).all()


def test_a_made_up_seed_is_said_and_repeats_the_run(chainrule):
    first = chainrule("fit", "penguins", "-o", "a.model", *QUICK)
    seed = int(re.search(r"seed (\d+)$", first.stdout, re.M)[1])
    second = chainrule("fit", "penguins", "-o", "b.model", "--seed", seed, *QUICK)
    score = re.compile(r"^test accuracy.*$", re.M)
    assert score.search(first.stdout)[0] == score.search(second.stdout)[0]
    assert load_model("a.model").summary["seed"] == seed


def test_made_up_seeds_differ(chainrule):
    seeds = {
        re.search(r"seed (\d+)$", chainrule("fit", "people", "-o", "m", *QUICK).stdout, re.M)[1]
        for _ in range(3)
    }
    assert len(seeds) > 1  # equal with a probability of 1e-12


def test_options_reach_the_fit(chainrule):
    result = chainrule(
        "fit", "penguins", "-o", "m.model", "--no-plot", "--hidden", "5, 4", "--activation",
        "tanh", "--epochs", 2, "--batch-size", "full", "--optimizer", "sgd", "--learning-rate",
        "0.25", "--drop", "island", "--drop", "sex", "--category", "year", "--engine",
        "reference", "--seed", 7, "--threads", 1, "--metric", "balanced_accuracy",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    model = load_model("m.model")
    assert [layer.n_out for layer in model.network.layers] == [5, 4, 3]
    assert type(model.network.layers[0].activation).__name__ == "Tanh"
    assert model.summary["epochs"] == 2
    assert model.summary["engine"] == "reference"
    assert model.summary["optimizer"]["learning_rate"] == 0.25
    assert model.summary["batch_size"] == "full"
    names = model.encoder.feature_names
    assert "year = 2007" in names
    assert not [name for name in names if name.startswith(("island", "sex"))]
    assert "test balanced accuracy" in result.stdout
    assert not Path("m.png").exists()


def test_linear_model(chainrule):
    assert chainrule("fit", "penguins", "-o", "m.model", "--hidden", "none", *QUICK).exit_code == 0
    assert len(load_model("m.model").network.layers) == 1


def test_task_can_be_chosen(chainrule, penguins):
    arguments = ("fit", penguins, "--target", "year", "-o", "m.model", *QUICK)
    assert "classification, because" in chainrule(*arguments).stdout
    result = chainrule(*arguments, "--task", "regression")
    assert "regression, because --task regression was asked for" in result.stdout


def test_small_tables_are_learned_whole_and_said_to_be(chainrule):
    result = chainrule("fit", "people", "-o", "people.model", *QUICK)
    assert result.exit_code == 0
    assert "4 rows to learn from, 0 held out" in result.stdout
    assert "training accuracy" in result.stdout
    assert "the score on new rows is not known" in result.stdout


def test_no_rows_held_out_when_asked(chainrule):
    result = chainrule("fit", "iris", "--test-size", 0, "-o", "m.model", *QUICK)
    assert "150 rows to learn from, 0 held out to test on (as asked for)" in result.stdout


def test_rows_without_target_are_counted(chainrule, penguins):
    result = chainrule("fit", penguins, "--target", "sex", "-o", "m.model", *QUICK)
    assert "11 rows without target left out" in result.stdout
    assert "birds.csv: 344 rows, 8 columns" in result.stdout


def test_wide_tables_are_told_in_a_few_lines(chainrule):
    text = chainrule("fit", "digits", "-o", "m.model", *QUICK).stdout
    head = text[: text.index("\n\n")].splitlines()
    assert len(head) < 8
    assert max(map(len, head)) < 200
    assert "more" in head[2]


def test_quiet_says_nothing(chainrule):
    result = chainrule("fit", "iris", "-o", "m.model", "--quiet", *QUICK)
    assert (result.exit_code, result.output) == (0, "")
    assert Path("m.model").exists()


@pytest.mark.parametrize(
    ("model", "picture"),
    [("m.model", "m.png"), ("v1.2", "v1.2.png"), ("m", "m.png")],
)
def test_picture_beside_the_model(chainrule, model, picture):
    assert chainrule("fit", "iris", "--epochs", 2, "-o", model, "-q", "--no-run").exit_code == 0
    assert sorted(p.name for p in Path().iterdir()) == sorted([model, picture])


@pytest.mark.parametrize(
    ("name", "start"), [("c.svg", b"<?xml"), ("c.pdf", b"%PDF"), ("c.PNG", b"\x89PNG")]
)
def test_picture_by_its_ending(chainrule, name, start):
    assert chainrule("fit", "iris", "--epochs", 2, "-o", "m", "--plot", name).exit_code == 0
    assert Path(name).read_bytes().startswith(start)


def test_picture_marks_the_epoch_that_was_kept(chainrule):
    # The accuracy is at its best long before the loss is.
    arguments = ("fit", "wine", "--seed", 0, "--epochs", 60, "-o", "m", "--plot", "c.svg")
    chainrule(*arguments, "--metric", "accuracy")
    assert f"kept epoch, {load_model('m').summary['best_epoch']}" in Path("c.svg").read_text()
    chainrule(*arguments, "--patience", 60)
    assert "best epoch" in Path("c.svg").read_text()


def test_the_picture_and_the_report_name_one_epoch(chainrule):
    arguments = ("fit", "wine", "--seed", 0, "--epochs", 60, "-o", "m", "--plot", "c.svg")
    said = chainrule(*arguments, "--metric", "accuracy").stdout
    (epoch,) = re.findall(r"kept from epoch (\d+)", said)
    marks = re.findall(r"(?:best|kept) epoch, (\d+)", Path("c.svg").read_text())
    assert marks == [epoch]


@pytest.mark.parametrize("given", [["--drop", "island,sex"], ["--drop", "island", "--drop", "sex"]])
def test_names_with_commas_between_them(chainrule, given):
    assert "island, sex left out" in chainrule("fit", "penguins", *given, "-o", "m", *QUICK).stdout


def test_a_comma_in_the_name_of_a_column(chainrule):
    rows = "\n".join(f"{k},{k % 3},{k % 2}" for k in range(30))
    Path("t.csv").write_text(f'"a,b",c,y\n{rows}\n')
    said = chainrule("fit", "t.csv", "--target", "y", "--drop", "a,b", "-o", "m", *QUICK).stdout
    assert "a,b left out" in said
    bad = chainrule("fit", "t.csv", "--target", "y", "--drop", "c,d", "-o", "m", *QUICK)
    assert bad.exit_code == 3
    assert "'d'" in bad.stderr


def test_standard_input(chainrule, penguins):
    table = Path(penguins).read_bytes()
    result = chainrule("fit", "-", "--target", "species", "-o", "m.model", *QUICK, input=table)
    assert result.exit_code == 0
    assert result.stdout.startswith("standard input: 344 rows")


def test_parquet(chainrule):
    from pyarrow import parquet

    parquet.write_table(read_table("iris").to_native(), "i.parquet")
    result = chainrule("fit", "i.parquet", "--target", "species", "-o", "m.model", *QUICK)
    assert result.exit_code == 0


def test_an_older_model_is_replaced(chainrule):
    for seed in (1, 2):
        assert chainrule("fit", "iris", "-o", "m", "--seed", seed, *QUICK).exit_code == 0
    assert load_model("m").summary["seed"] == 2


def test_divergence_after_an_epoch_keeps_what_was_learned(chainrule):
    # Steps of the linear model on standardised inputs grow by a factor: it takes some epochs.
    result = chainrule(
        "fit", "diabetes", "-o", "m.model", "--hidden", "none", "--optimizer", "sgd",
        "--learning-rate", 2, "--batch-size", "full", "--epochs", 1000, "--patience", 1000,
        "--seed", 0, "--no-plot",
    )  # fmt: skip
    assert result.exit_code == 4
    assert "no longer finite" in result.stderr
    assert "learning rate below 2" in result.stderr
    model = load_model("m.model")
    assert model.summary["diverged"]
    assert model.summary["epochs"] > 1
    # It ended before early stopping began to judge, so the best of all epochs is kept: here every
    # epoch is worse than the one before.
    assert "kept from epoch 1, with the best loss" in result.stdout


def test_divergence_at_once_writes_nothing(chainrule):
    result = chainrule(
        "fit", "diabetes", "-o", "m.model", "--optimizer", "sgd", "--learning-rate", "1e30",
        "--activation", "identity", "--seed", 0,
    )  # fmt: skip
    assert result.exit_code == 4
    assert "nothing was learned, because a number was no longer finite in epoch 1" in result.stderr
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("options", "task"), [(("--task", "regression"), "regression"), ((), "classification")]
)
def test_a_model_no_better_than_guessing_is_said_to_be(chainrule, options, task):
    # Nine of ten targets are 0, and the column has nothing to do with them.
    rows = [f"{i % 7},{int(i % 10 == 0)}" for i in range(400)]
    Path("t.csv").write_text("\n".join(["x,y", *rows]) + "\n")
    result = chainrule("fit", "t.csv", "--target", "y", "-o", "m", "--seed", 0, *QUICK, *options)
    head, guess = map(
        float,
        re.search(
            r"^test .* (\S+) on 80 rows; always \S+ gives (\S+)$", result.stdout, re.M
        ).groups(),
    )
    no_better = head >= guess if task == "regression" else head <= guess
    assert no_better
    assert "The model is no better than the trivial guess." in result.stdout


def test_a_good_model_is_not(trained):
    assert "no better" not in trained.stdout


@pytest.mark.parametrize("options", [("--members", 3), ("--folds", 3, "--ensemble")])
def test_networks_that_are_trained_side_by_side_are_counted(chainrule, monkeypatch, options):
    monkeypatch.setattr(progress, "_BETWEEN_LINES", 0.0)
    words = ("--target", "species", "--hidden", 3, "--threads", 1, "--seed", 0, *QUICK)
    said = chainrule("fit", "penguins", "-o", "m", *words, *options).stderr
    assert re.search(r"network 3/3, \S+ (networks/s|s/network), at most 0\S* s left", said)
