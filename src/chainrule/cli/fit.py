"""`chainrule fit`: a table in, a model file and a report out."""

from math import isfinite
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from .clusters import cluster_options, fit_on_cluster
from .console import note
from .failure import ExitCode, Failure
from .options import (
    batch_size,
    class_weight,
    file_to_write,
    hidden_units,
    interval,
    reading_options,
    refuse_same,
)

if TYPE_CHECKING:
    from ..tables import Pipeline, ReadOptions
    from ..training import TrainingResult
    from .preparation import Preparation

_SCHEMA_OPTIONS = ("task", "drop", "numbers", "categories", "weight")
_SHARE = click.FloatRange(0, 1, max_open=True)


@click.command()
@click.argument("table")
@click.option(
    "--target",
    multiple=True,
    metavar="COLUMN",
    help="The column to predict. A built-in table has a default. Repeatable, or several with "
    "commas: one network learns them all.",
)
@click.option(
    "--output",
    "-o",
    "model",
    metavar="MODEL",
    callback=file_to_write(),
    required=True,
    help="The model file to write.",
)
@click.option(
    "--task",
    type=click.Choice(["classification", "regression"]),
    help="By default decided from the target, and said.",
)
@click.option("--drop", multiple=True, metavar="COLUMN,...", help="Leave columns out; repeatable.")
@click.option(
    "--number", "numbers", multiple=True, metavar="COLUMN,...", help="Take as numbers; repeatable."
)
@click.option(
    "--category",
    "categories",
    multiple=True,
    metavar="COLUMN,...",
    help="Take as categories; repeatable.",
)
@click.option(
    "--weight",
    metavar="COLUMN",
    help="The column that says what each row counts.",
)
@click.option(
    "--class-weight",
    metavar="balanced|LABEL=W,...",
    callback=class_weight,
    help="What each class counts; balanced makes all count the same in sum.",
)
@click.option("--columns", "all_columns", is_flag=True, help="List every column, however many.")
@click.option(
    "--hidden",
    metavar="UNITS,...",
    callback=hidden_units,
    default="64,64",
    show_default=True,
    help="Units of each hidden layer, or none for a linear model.",
)
@click.option("--activation", default="relu", show_default=True, metavar="NAME")
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    metavar="N",
    default=200,
    show_default=True,
    help="The largest number of passes over the rows.",
)
@click.option(
    "--batch-size",
    metavar="ROWS|auto|full",
    callback=batch_size,
    default="auto",
    show_default=True,
    help="Rows of one update.",
)
@click.option("--optimizer", default="adam", show_default=True, metavar="NAME")
@click.option(
    "--learning-rate", type=float, metavar="RATE", help="In place of the optimizer's own."
)
@click.option(
    "--metric",
    metavar="NAME",
    help="Decides which epoch is best, and heads the report. By default the loss decides.",
)
@click.option(
    "--test-size",
    type=_SHARE,
    metavar="SHARE",
    default=0.2,
    show_default=True,
    help="The share of rows held out to test on.",
)
@click.option(
    "--validation-size",
    "validation_fraction",
    type=_SHARE,
    metavar="SHARE",
    default=0.1,
    show_default=True,
    help="The share of the other rows that says when to stop.",
)
@click.option(
    "--patience",
    type=click.IntRange(min=1),
    metavar="N",
    default=20,
    show_default=True,
    help="Epochs without improvement until it stops.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    help="Decides the rows held out, initial parameters and batches. By default random, and said.",
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "compiled", "reference"]),
    default="auto",
    show_default=True,
)
@click.option(
    "--threads", type=click.IntRange(min=1), metavar="N", help="The largest number of threads."
)
@click.option(
    "--plot",
    "picture",
    metavar="FILE",
    callback=file_to_write(".png", ".pdf", ".svg"),
    help="Where to draw the learning curve. By default beside MODEL, with the ending .png.",
)
@click.option("--no-plot", is_flag=True, help="Draw no learning curve.")
@click.option(
    "--checkpoint-every",
    metavar="INTERVAL",
    callback=interval,
    help="Leave a checkpoint beside MODEL, with the ending .checkpoint, this often: 10 epochs, "
    "500 updates, 30 seconds. It goes when the model is written.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on from the checkpoint beside MODEL, if it is there, to the same bits; and leave "
    "further ones.",
)
@reading_options
@cluster_options
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but warnings and errors.")
@click.pass_context
def fit(
    ctx: click.Context,
    /,
    table: str,
    target: tuple[str, ...],
    model: Path,
    test_size: float,
    seed: int | None,
    picture: Path | None,
    no_plot: bool,
    quiet: bool,
    all_columns: bool,
    reading: "ReadOptions",
    checkpoint_every: str | None,
    resume: bool,
    cluster: tuple[str, int | None] | None,
    **options: Any,
) -> None:
    """Train a network on a table and save the model.

    TABLE is a file (delimited text, JSON lines, Parquet, Arrow, a workbook; compressed, too), - for
    standard input, or a built-in table: penguins, people, iris, wine, breast_cancer, digits,
    diabetes. One column, the target, or several are learned from the others; some rows are held
    out, to tell how good the model is on rows that it has not seen.

    Ctrl-C ends the training early; what was learned until then is saved.
    """
    from ..tables.scoring import scores_by_target
    from .checkpointing import checkpoint_beside, ended_by, seed_of, terminable
    from .preparation import prepare

    picture = None if no_plot else picture or _beside(model)
    refuse_same([table], [model, picture] if picture else [model])
    overrides = {key: options.pop(key) for key in _SCHEMA_OPTIONS}
    checkpoint = checkpoint_beside(model, checkpoint_every, resume)
    seed = seed_of(checkpoint, seed)
    if cluster is not None:
        fit_on_cluster(cluster, table, target, model, seed, checkpoint, {**overrides, **options})
        return
    preparation = prepare(table, target, test_size, seed, overrides, reading)
    if not quiet:
        preparation.show(all_columns)
    started = monotonic()
    with terminable(checkpoint) as ending:
        pipeline, interrupted = _train(preparation, {**options, "checkpoint": checkpoint}, quiet)
    duration = monotonic() - started
    result = pipeline.result
    assert result is not None
    if not result.state.update:
        raise _nothing_learned(result, interrupted)
    tested = preparation.tested()
    scores = scores_by_target(
        pipeline.target, pipeline.schema.targets, tested, pipeline.outputs(tested)
    )
    which = "test" if len(preparation.test) else "training"
    pipeline.summary["source"] = preparation.name
    pipeline.summary["scores"] = {
        "on": which,
        "targets": {
            target: {name: score if isfinite(score) else None for name, score in own.items()}
            for target, own in scores.items()
        },
    }
    files = _write(pipeline, result, model, picture)
    if interrupted:
        on = "; --resume goes on from there" if checkpoint else ""
        note(f"{result.stopped.capitalize()}; what was learned until then is saved{on}.")
    elif checkpoint:
        Path(checkpoint.path).unlink(missing_ok=True)
    if not quiet:
        from .report import show_files, show_report

        show_report(pipeline, tested, scores, which, options["metric"], duration)
        show_files(files)
    if interrupted or result.diverged:
        ctx.exit(ended_by(ending) if interrupted else ExitCode.DIVERGED)


def _train(
    preparation: "Preparation", options: dict[str, Any], quiet: bool
) -> tuple["Pipeline", bool]:
    """The pipeline, and whether Ctrl-C ended its training."""
    from contextlib import nullcontext

    from ..errors import TrainingInterrupted
    from ..tables import Pipeline, TrainingSet
    from .progress import TrainingProgress

    training_set = TrainingSet.encode(
        preparation.decoded,
        preparation.training,
        class_weight=options.pop("class_weight"),
        validation_fraction=options.pop("validation_fraction"),
        seed=preparation.seed,
    )
    with nullcontext() if quiet else TrainingProgress(options["epochs"]) as progress:
        try:
            callbacks = [progress] if progress else []
            return Pipeline.train(training_set, callbacks=callbacks, **options), False
        except TrainingInterrupted as interrupt:
            pipeline: Pipeline = interrupt.result
            return pipeline, True


def _nothing_learned(result: "TrainingResult", interrupted: bool) -> Failure:
    if interrupted:
        return Failure(
            "interrupted before anything was learned; nothing was written", ExitCode.INTERRUPTED
        )
    return Failure(
        f"nothing was learned, because {result.stopped}; nothing was written", ExitCode.DIVERGED
    )


def _write(
    pipeline: "Pipeline", result: "TrainingResult", model: Path, picture: Path | None
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


def _draw(result: "TrainingResult") -> Any:
    """The learning curve, with a mark at the epoch that was kept."""
    from ..plots import LearningCurveDisplay

    return LearningCurveDisplay.from_history(result).figure_


def _beside(model: Path) -> Path:
    """The model's name with .png in place of .model, or after any other ending."""
    return model.with_suffix(".png") if model.suffix == ".model" else Path(f"{model}.png")
