"""`chainrule fit --checkpoint-every` and `--resume`."""

import pytest

from chainrule.models import load_model

FIT = ("fit", "iris", "--epochs", "6", "--hidden", "4", "--no-plot", "--no-run", "-o", "m.model")
SMALL = ("--seed", "1")


def test_a_fit_that_ends_leaves_no_checkpoint(chainrule, tmp_path):
    done = chainrule(*FIT, *SMALL, "--checkpoint-every", "2")
    assert done.exit_code == 0, done.output
    assert [path.name for path in tmp_path.iterdir()] == ["m.model"]
    # Without a checkpoint there is nothing to go on from: the fit begins.
    again = chainrule(*FIT, *SMALL, "--resume")
    assert again.exit_code == 0, again.output
    assert [path.name for path in tmp_path.iterdir()] == ["m.model"]


@pytest.mark.parametrize("interval", ["soon", "0", "1.5 epochs", "-1 updates", "5 parsecs"])
def test_intervals_that_are_none(chainrule, tmp_path, interval):
    done = chainrule(*FIT, f"--checkpoint-every={interval}")
    assert done.exit_code == 2
    assert "must be such as 10 epochs, 500 updates, 30 seconds" in done.stderr
    assert list(tmp_path.iterdir()) == []


def cut(chainrule, monkeypatch, *more):
    """A fit that Ctrl-C ends after three epochs."""
    from chainrule.cli import progress

    monkeypatch.setattr(progress.TrainingProgress, "__call__", _interrupt)
    done = chainrule(*FIT, *SMALL, "--checkpoint-every", "1 epoch", *more)
    monkeypatch.undo()
    assert done.exit_code == 130, done.output
    assert "what was learned until then is saved; --resume goes on from there" in done.stderr


def _interrupt(self, progress):
    if progress.epoch == 3:
        raise KeyboardInterrupt


def test_going_on(chainrule, monkeypatch, tmp_path):
    whole = chainrule(*FIT[:-1], "whole.model", *SMALL)
    assert whole.exit_code == 0, whole.output
    monkeypatch.chdir(tmp_path)
    cut(chainrule, monkeypatch)
    monkeypatch.chdir(tmp_path)
    assert (tmp_path / "m.model.checkpoint").exists()
    part = load_model(tmp_path / "m.model")
    done = chainrule(*FIT, "--resume")
    assert done.exit_code == 0, done.output
    assert not (tmp_path / "m.model.checkpoint").exists()
    model, expected = load_model(tmp_path / "m.model"), load_model(tmp_path / "whole.model")
    assert model.parameters == expected.parameters
    assert part.summary["epochs"] == 3
    assert model.summary["scores"] == expected.summary["scores"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--hidden", "5"], "belongs to another training: network is"),
        (["--batch-size", "16"], "batch_size is .* there and 16 here"),
        (["--seed", "2"], "seed is 1 there and 2 here"),
        (["--drop", "petal width (cm)"], "another training: schema is"),
    ],
)
def test_another_fit_is_named(chainrule, monkeypatch, tmp_path, more, message):
    import re

    cut(chainrule, monkeypatch)
    monkeypatch.chdir(tmp_path)
    before = (tmp_path / "m.model.checkpoint").read_bytes()
    done = chainrule(*FIT, *SMALL, "--resume", *more)
    assert done.exit_code == 3, done.output
    assert re.search(message, done.stderr)
    assert (tmp_path / "m.model.checkpoint").read_bytes() == before


def test_what_is_no_checkpoint(chainrule, tmp_path):
    (tmp_path / "m.model.checkpoint").write_bytes(b"x" * 100)
    done = chainrule(*FIT, "--resume")
    assert done.exit_code == 3
    assert "m.model.checkpoint is no checkpoint, or is truncated" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["m.model.checkpoint"]
