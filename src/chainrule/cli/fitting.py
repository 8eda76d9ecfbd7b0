"""The steps of `chainrule fit` behind the table: training, scores, files, the run."""

import json
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from ..errors import TrainingInterrupted
from ..evaluation import Evaluation, TargetEvaluation
from ..evaluation.evaluate import evaluated
from ..evaluation.fit_options import FitOptions
from ..evaluation.mislabelled import suspects
from ..evaluation.scores import finite_or_none
from ..evaluation.worst import WorstRow
from ..runs import RunFolder, versions
from ..tables import ClassTarget, Pipeline, TrainingSet, with_validation
from ..tables.run import HeldOutRows
from ..tables.scoring import Judged, judge
from ..tables.target_group import parts_of
from ..training import METRICS, TrainingResult
from .failure import ExitCode, Failure
from .preparation import HeldOut, Preparation
from .progress import TrainingProgress
from .settings import resolved

if TYPE_CHECKING:
    from .parts import PreparationInParts

    Prepared = Preparation | PreparationInParts

Networks = Callable[[int, int], None]
RESAMPLES, FEWEST_RESAMPLES = 200, 50
_RESAMPLED_ROWS = 5_000_000
"""Of large tables fewer resamples are drawn: the spread is small there."""
_PASSING = ("resume", "quiet", "verbose", "no_progress", "as_json", "no_run", "runs")
"""Options of a call, and not of what it makes."""


def training_set(
    preparation: Preparation, held_out: HeldOut, encoding: Mapping[str, Any]
) -> TrainingSet:
    """The rows to learn from, encoded, with those that say when to stop."""
    if preparation.scanned is not None:
        return preparation.scanned.training_set(
            preparation.training, seed=preparation.seed, **encoding
        )
    how = FitOptions.of(encoding)
    decoded, rows, seed = preparation.decoded, preparation.training, preparation.seed
    if preparation.validation_table is not None:
        data = how.training_set_with(decoded, rows, preparation.validation_table, seed)
    else:
        data = how.training_set(decoded, rows, seed, held_out.group, held_out.time)
    if preparation.test_table is not None:
        with_validation(data, preparation.test_table)  # what is wrong with it is said now
    return data


def train(
    fit: Callable[[list[Any], Networks | None], Pipeline],
    progress: int | None,
    run: RunFolder | None,
) -> tuple[Pipeline, bool]:
    """The pipeline that `fit(callbacks, networks)` makes, and whether Ctrl-C ended its training.

    `networks(done, total)` shows how many are trained of several; None where nothing is shown.
    """
    bar = None if progress is None else TrainingProgress(progress > 1)
    with bar or nullcontext():
        try:
            callbacks = [callback for callback in (bar, run) if callback is not None]
            return fit(callbacks, None if bar is None else bar.networks), False
        except TrainingInterrupted as interrupt:
            pipeline: Pipeline = interrupt.result
            return pipeline, True


def learned(pipeline: Pipeline, interrupted: bool) -> TrainingResult:
    """The result of a training that has learned something.

    Raises
    ------
    Failure
        If it has not.
    """
    result = pipeline.result
    assert result is not None
    if result.state.update:
        return result
    if interrupted:
        raise Failure(
            "interrupted before anything was learned; nothing was written", ExitCode.INTERRUPTED
        )
    raise Failure(
        f"nothing was learned, because {result.stopped}; nothing was written", ExitCode.DIVERGED
    )


def evaluated_on(
    pipeline: Pipeline, preparation: "Prepared", metric: str | None
) -> tuple[Evaluation, list[Judged]]:
    """The scores on the rows to report on, which the pipeline's summary keeps; what they are of.

    The metric asked for, or else the first one, heads them.
    """
    head = METRICS[metric].name if metric else None
    metrics = [
        [METRICS[name] for name in sorted(part.metrics, key=lambda name: name != head)]
        for part in parts_of(pipeline.target)
    ]
    rows = preparation.tested()
    judged = judge(pipeline.target, pipeline.schema.targets, rows, pipeline.outputs(rows))
    resamples = max(FEWEST_RESAMPLES, min(RESAMPLES, _RESAMPLED_ROWS // len(rows)))
    found = evaluated(judged, metrics, resamples=resamples, head_alone=True)
    pipeline.summary["source"] = preparation.name
    pipeline.summary["scores"] = {
        "on": preparation.which,
        "targets": {one.name: _as_summary(one) for one in found.targets},
    }
    return found, judged


def mislabelled(
    pipeline: Pipeline, preparation: "Prepared", tested: Judged
) -> tuple[list[WorstRow], int]:
    """The rows that look mislabelled, by their numbers from 1, and of how many.

    Looked at are all rows that a network predicted which had not learned from them: those held out
    to see when to stop, and those held out to test on.
    """
    target, held_out = pipeline.target, pipeline.held_out
    if not isinstance(target, ClassTarget):
        return [], 0
    parts = [] if held_out is None else [held_out]
    if len(preparation.test) and preparation.scanned is None:
        rows = preparation.test[tested.rows]
        parts.append(HeldOutRows(rows, tested.y.argmax(axis=1), tested.a))
    if not parts:
        return [], 0
    fields = ((part.rows + 1, part.labels, part.a) for part in parts)
    every = HeldOutRows(*(np.concatenate(own) for own in zip(*fields, strict=True)))
    return suspects(every, target), len(every.rows)


def _as_summary(one: TargetEvaluation) -> dict[str, Any]:
    """The scores of a target as a model file keeps them."""
    values = {score.metric: finite_or_none(score.value) for score in one.scores}
    guesses = {f"baseline_{score.metric}": finite_or_none(score.guess) for score in one.scores}
    return {"rows": one.rows, **values, **guesses}


def write(
    pipeline: Pipeline, result: TrainingResult, model: Path, picture: Path | None
) -> dict[str, Path]:
    """Write the model and the picture; what was written, by its kind."""
    from ..models import atomic_write, save_model

    save_model(pipeline, model)
    files = {"model": model}
    if picture and len(result.history):
        with atomic_write(picture) as file:
            _draw(result).savefig(file, format=picture.suffix[1:].lower(), dpi=150)
        files["picture"] = picture
    return files


def _draw(result: TrainingResult) -> Any:
    """The learning curve, with a mark at the epoch that was kept."""
    from ..plots import LearningCurveDisplay

    return LearningCurveDisplay.from_history(result).figure_


# --- the run --------------------------------------------------------------------------------------


def begin_run(ctx: click.Context, place: Path, model: Path, preparation: "Prepared") -> RunFolder:
    """A folder for the run, with all that is known before it begins."""
    settings = {**resolved(ctx), "seed": preparation.seed}
    settings = {name: value for name, value in settings.items() if name not in _PASSING}
    if settings.get("db"):
        settings["db"] = without_password(settings["db"])
    about = {
        "command": command_line(),
        "data": preparation.data_facts(),
        "versions": versions(),
    }
    name = model.stem if model.suffix == ".model" else model.name
    run = RunFolder(place, name, settings, about)
    with discarded_on_error(run):
        run.write("schema.json", json.dumps(preparation.schema.to_dict(), indent=2) + "\n")
    return run


def command_line() -> str:
    """The command as it was typed, but for a password in it."""
    return without_password(shlex.join(["chainrule", *sys.argv[1:]]))


def without_password(text: str) -> str:
    """A text with stars in place of the passwords of the addresses in it."""
    return re.sub(r"(\w://[^\s/@:]*):[^\s@/]*@", r"\1:***@", text)


@contextmanager
def discarded_on_error(run: RunFolder | None) -> Iterator[None]:
    """What ends in an error leaves no run."""
    try:
        yield
    except BaseException:
        if run is not None:
            run.discard()
        raise


def finish_run(
    run: RunFolder,
    pipeline: Pipeline,
    preparation: "Prepared",
    evaluation: Evaluation,
    doubtful: Sequence[WorstRow],
    files: Mapping[str, Path],
    interrupted: bool,
) -> dict[str, Path]:
    """Write scores, copies and the page into the folder; the page's path, by its kind."""
    from ..report import html_report

    result = pipeline.result
    assert result is not None
    run.record(result.history)
    for file in files.values():
        run.copy(file)
    facts = run.facts
    page = html_report(
        pipeline,
        preparation.tested(),
        title=f"{run.path.name}: {pipeline.target.name}",
        which=preparation.which,
        evaluation=evaluation,
        decoded=preparation.decoded,
        row_numbers=preparation.tested_numbers().tolist(),
        mislabelled=[replace(one, row=one.row - 1) for one in doubtful],
        known={
            "Settings": {k: v for k, v in facts["settings"].items() if k not in ("table", "model")},
            "Data": facts["data"],
            "Made with": facts["versions"],
        },
        command=facts["command"],
    )
    path = run.write("report.html", page)
    status = "interrupted" if interrupted else "diverged" if result.diverged else "finished"
    run.finish(
        status,
        stopped=result.stopped,
        engine=result.engine,
        rows=preparation.which,
        evaluation=evaluation.to_dict(),
        files={kind: str(file) for kind, file in files.items()},
    )
    return {"report": path}
