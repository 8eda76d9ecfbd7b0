"""Estimators and pipelines go on from their checkpoints, to the same bits."""

import shutil

import numpy as np
import pytest

import chainrule as cr

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.random.default_rng(0).normal(size=(80, 3))
CLASSES = np.array(["a", "b", "c"])[(X[:, 0] > 0).astype(int) + (X[:, 1] > 0)]
FEW = {"max_iter": 8, "random_state": 0, "n_iter_no_change": 5, "batch_size": 16}


def classifier(**options):
    return lambda: cr.MLPClassifier(5, **FEW, **options)


def regressor(**options):
    return lambda: cr.MLPRegressor(hidden_layer_sizes=5, **FEW, **options)


FITS = {
    "classifier": (classifier(), CLASSES),
    "early stopping": (classifier(early_stopping=True), CLASSES),
    "any score": (classifier(early_stopping=True, scoring="f1_macro"), CLASSES),
    "the loss": (classifier(early_stopping=True, scoring="loss"), CLASSES),
    "several outputs": (regressor(), X[:, :2] * 2),
    "one batch": (lambda: cr.MLPRegressor(hidden_layer_sizes=4, max_iter=9, random_state=0), X),
    "a schedule": (regressor(solver="sgd", learning_rate="invscaling", dropout=0.2), X[:, 0]),
}
CURVES = ("loss_curve_", "validation_scores_", "validation_loss_curve_", "n_iter_", "t_",
          "best_loss_", "best_validation_score_", "stopped_")  # fmt: skip


@pytest.mark.parametrize(("make", "y"), FITS.values(), ids=list(FITS))
def test_estimators(moments, tmp_path, make, y):
    whole, place = make().fit(X, y), tmp_path / "c"
    make().fit(X, y, checkpoint=cr.Checkpoint(place, "3 updates"))
    assert len(moments) > 2
    for moment in [*moments][::2]:
        shutil.copy(moment, place)
        again = make().fit(X, y, checkpoint=cr.Checkpoint(place, resume=True))
        for a, b in zip(
            again.coefs_ + again.intercepts_, whole.coefs_ + whole.intercepts_, strict=True
        ):
            np.testing.assert_array_equal(a, b)
        for name in CURVES:
            assert getattr(again, name) == getattr(whole, name), name


def test_a_checkpoint_of_train_is_no_estimator_s(tmp_path):
    cr.train(cr.mlp(3, (5,), 1), X, X[:, :1], loss="mse", epochs=1, checkpoint=tmp_path / "c")
    again = cr.Checkpoint(tmp_path / "c", resume=True)
    for make in (classifier(early_stopping=True), regressor()):
        with pytest.raises(cr.CheckpointError, match="belongs to another training"):
            make().fit(X, CLASSES if "early" in repr(make()) else X, checkpoint=again)


def test_other_rows_of_early_stopping_are_other_rows(tmp_path):
    make = classifier(early_stopping=True)
    make().fit(X, CLASSES, checkpoint=tmp_path / "c")
    other = make().set_params(random_state=1)
    with pytest.raises(cr.CheckpointError, match=r"seed is .* there and .*; rows is"):
        other.fit(X, CLASSES, checkpoint=cr.Checkpoint(tmp_path / "c", resume=True))


TABLE = {
    "size": [None if i % 7 == 3 else i * 0.25 for i in range(120)],
    "colour": [("red", "blue", None, "green")[i % 4] for i in range(120)],
    "kind": [("plum", "sloe")[i % 4 > 1] for i in range(120)],
    "weight": [3.0 + (i % 5) - 0.5 * (i % 4) for i in range(120)],
}


@pytest.mark.parametrize("target", ["kind", "weight", ["kind", "weight"]], ids=str)
@pytest.mark.parametrize("seed", [3, None])
def test_pipelines(moments, tmp_path, target, seed):
    def fit(seed, checkpoint=None):
        return cr.Pipeline.fit(
            TABLE, target, hidden=(6,), epochs=12, seed=seed, checkpoint=checkpoint, preset="plain"
        )

    place = tmp_path / "c"
    first = fit(seed, cr.Checkpoint(place, "3 updates"))
    whole = fit(first.result.plan.seed)
    assert first.parameters == whole.parameters
    assert len(moments) > 5
    for moment in [*moments][1::4]:
        shutil.copy(moment, place)
        again = fit(seed, cr.Checkpoint(place, resume=True))
        assert again.parameters == whole.parameters
        assert again.encoder == whole.encoder
        assert again.result.history.validation_loss == whole.result.history.validation_loss


def test_a_table_that_is_read_otherwise_is_another(tmp_path):
    def fit(table, checkpoint):
        return cr.Pipeline.fit(
            table, "kind", hidden=(6,), epochs=4, seed=0, checkpoint=checkpoint, preset="plain"
        )

    place = tmp_path / "c"
    fit(TABLE, place)
    again = cr.Checkpoint(place, resume=True)
    renamed = {("mass" if name == "weight" else name): v for name, v in TABLE.items()}
    with pytest.raises(cr.CheckpointError, match=r"schema is kind from size, colour, weight; .* "):
        fit(renamed, again)
    other = {**TABLE, "size": [None if i % 7 == 3 else i * 0.5 for i in range(120)]}
    with pytest.raises(cr.CheckpointError, match="schema is"):
        fit(other, again)
    assert fit(TABLE, again).summary["epochs"] == 4


def test_tabular_estimators(tmp_path):
    columns = {name: TABLE[name] for name in ("size", "colour")}

    def fit(checkpoint=None, callbacks=()):
        model = cr.TabularClassifier(
            hidden=(4,), epochs=9, random_state=2, callbacks=callbacks, preset="plain"
        )
        return model.fit(columns, TABLE["kind"], checkpoint=checkpoint)

    def cut(progress):
        if progress.epoch == 4:
            raise ValueError("cut")

    place = tmp_path / "c"
    with pytest.raises(ValueError, match="cut"):
        fit(cr.Checkpoint(place), [cut])
    again = fit(cr.Checkpoint(place, resume=True))
    np.testing.assert_array_equal(again.predict_proba(columns), fit().predict_proba(columns))
    assert again.n_iter_ == 9
